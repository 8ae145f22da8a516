"""The tables of the meeting room; importing this makes them all known."""

from services.meeting.tables.councils import Council, CouncilMember, PersonName
from services.meeting.tables.meetings import (
    AgendaItem,
    Attendance,
    Contribution,
    Meeting,
    MeetingNumber,
    Participant,
    Problem,
    Speech,
)
from services.meeting.tables.resolutions import (
    Elector,
    MinutesPosting,
    MinutesVersion,
    Resolution,
    Signature,
    Task,
    TaskReport,
    Vote,
)
from services.meeting.tables.schema import Base
from services.meeting.tables.topics import Step, Topic, TopicSecond

__all__ = [
    "AgendaItem",
    "Attendance",
    "Base",
    "Contribution",
    "Council",
    "CouncilMember",
    "Elector",
    "Meeting",
    "MeetingNumber",
    "MinutesPosting",
    "MinutesVersion",
    "Participant",
    "PersonName",
    "Problem",
    "Resolution",
    "Signature",
    "Speech",
    "Step",
    "Task",
    "TaskReport",
    "Topic",
    "TopicSecond",
    "Vote",
    "metadata",
]
metadata = Base.metadata
