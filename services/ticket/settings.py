"""What the ticket room reads from its environment beside what every room reads."""

from pydantic import Field, field_validator

from shared.days import OfficeHours
from shared.settings import RoomSettings, room_config


class TicketSettings(RoomSettings):
    """`TICKET_…`, or the house-wide name."""

    model_config = room_config("TICKET")

    office_hours: str = "08:30-12:00,14:00-17:30"
    """When the desk works on a working day: spans of local time, for every clock in working time (DAY-1)."""
    reopen_days: int = Field(15, ge=1, le=365)
    merge_days: int = Field(7, ge=1, le=90)

    @field_validator("office_hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        OfficeHours.parse(value)
        return value
