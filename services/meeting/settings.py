"""What the meeting room reads from its environment beside what every room reads."""

from pydantic import Field

from shared.settings import RoomSettings, room_config


class MeetingSettings(RoomSettings):
    """`MEETING_…`, or the house-wide name."""

    model_config = room_config("MEETING")

    ticket_url: str = "http://ticket:8000"
    """Where the ticket room answers when rooms are processes of their own."""
    council_notice_days: int = Field(3, ge=1, le=30)
    assembly_notice_days: int = Field(15, ge=7, le=60)
    posting_days: int = Field(7, ge=1, le=30)
    speaker_seconds: int = Field(180, ge=30, le=1800)
    task_look_seconds: int = Field(5, ge=1, le=3600)
    """How often the ticket of a running task is asked how it stands."""
