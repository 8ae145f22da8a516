"""What the survey room reads from its environment beside what every room reads."""

from pydantic import Field

from shared.settings import RoomSettings, room_config


class SurveySettings(RoomSettings):
    """`SURVEY_…`, or the house-wide name."""

    model_config = room_config("SURVEY")

    visit_tries: int = Field(3, ge=1, le=10)
    """VIS-1 [P]."""
    small_cell: int = Field(5, ge=3, le=10)
    """VIS-4 [P]."""
