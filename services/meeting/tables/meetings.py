"""Meetings with agenda, people, attendance, what was said, problems and the speakers' queue."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from services.meeting.rules.attendance import Capacity, Passage
from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.minutes import Saying
from services.meeting.rules.problems import NextStep
from services.meeting.tables.schema import CODE_DIGITS, Base, one_of


class MeetingNumber(Base):
    """The last number given to a meeting of a compound (MEET-5)."""

    __tablename__ = "meeting_number"
    compound_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    last: Mapped[int]


class Meeting(Base):
    """One meeting as it stands. `sitting` counts its notices; `records` the lines written in it."""

    __tablename__ = "meeting"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int]
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    kind: Mapped[str] = mapped_column(String(20))
    council_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.council.id"))
    title: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    sitting: Mapped[int]
    chair_id: Mapped[UUID | None]
    recorder_id: Mapped[UUID | None]
    witness_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    noticed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    latest_at: Mapped[datetime | None]
    records: Mapped[int]
    made_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("compound_id", "number"),
        *(
            ForeignKeyConstraint(
                ["id", f"{officer}_id"],
                ["meeting.participant.meeting_id", "meeting.participant.id"],
                use_alter=True,
                name=f"fk_meeting_{officer}",
            )
            for officer in ("chair", "recorder", "witness")
        ),
        CheckConstraint(CODE_DIGITS, name="compound_code_digits"),
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint(one_of("state", MeetingState), name="state"),
        CheckConstraint(
            "chair_id <> recorder_id AND chair_id <> witness_id AND recorder_id <> witness_id", name="officers_apart"
        ),
        CheckConstraint("state NOT IN ('NOTICED', 'OPEN', 'HELD') OR noticed_at IS NOT NULL", name="noticed"),
        CheckConstraint("state NOT IN ('OPEN', 'HELD') OR opened_at IS NOT NULL", name="opened"),
        Index("ix_meeting_newest", "compound_code", "starts_at", "id"),
    )


class AgendaItem(Base):
    """One matter of a meeting; frozen with the notice."""

    __tablename__ = "agenda_item"
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(200))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.topic.id"))
    __table_args__ = (UniqueConstraint("meeting_id", "topic_id"),)


class Participant(Base):
    """Somebody who is expected at a meeting or came to it."""

    __tablename__ = "participant"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"))
    person_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.council_member.id"))
    name_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.person_name.id", ondelete="SET NULL"))
    capacity: Mapped[str] = mapped_column(String(20))
    is_member: Mapped[bool]
    is_public: Mapped[bool]  # agreed to be named in the posted edition (MEET-10)
    __table_args__ = (
        UniqueConstraint("meeting_id", "id"),
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "member_id"),
        CheckConstraint(one_of("capacity", Capacity), name="capacity"),
    )


class Attendance(Base):
    """One passage through the door, never changed. Lines stand in the order in which they were written."""

    __tablename__ = "attendance"
    meeting_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sitting: Mapped[int]
    participant_id: Mapped[UUID]
    passage: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    by_code: Mapped[bool]  # by himself with the code in the room; else entered by those who run the meeting
    entered_by: Mapped[str] = mapped_column(String(100))
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "participant_id"], ["meeting.participant.meeting_id", "meeting.participant.id"]
        ),
        CheckConstraint(one_of("passage", Passage), name="passage"),
    )


class Contribution(Base):
    """What somebody put before the meeting, in the recorder's words."""

    __tablename__ = "contribution"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"))
    position: Mapped[int]
    item: Mapped[int | None]
    participant_id: Mapped[UUID | None]
    saying: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        ForeignKeyConstraint(
            ["meeting_id", "participant_id"], ["meeting.participant.meeting_id", "meeting.participant.id"]
        ),
        CheckConstraint(one_of("saying", Saying), name="saying"),
    )


class Problem(Base):
    """A problem of an open council, and the office's answer (MEET-9)."""

    __tablename__ = "problem"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"))
    position: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    building: Mapped[str | None] = mapped_column(String(20))
    entrance: Mapped[str | None] = mapped_column(String(20))
    raised_by: Mapped[UUID]
    raised_at: Mapped[datetime]
    next_step: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)
    visit_on: Mapped[date | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.topic.id"))
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint(one_of("next_step", NextStep), name="next_step"),
        CheckConstraint("(next_step IS NULL) = (answered_at IS NULL)", name="answered_whole"),
        CheckConstraint("next_step IS NULL OR reason IS NOT NULL", name="answer_has_reason"),
        Index("ix_problem_unanswered", "meeting_id", postgresql_where=sql("next_step IS NULL")),
    )


class Speech(Base):
    """A place in the speakers' queue of one item, in one sitting (MEET-8)."""

    __tablename__ = "speech"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"))
    sitting: Mapped[int] = mapped_column(server_default="1")
    item: Mapped[int]
    participant_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    seconds: Mapped[int]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "participant_id"], ["meeting.participant.meeting_id", "meeting.participant.id"]
        ),
        CheckConstraint("ended_at IS NULL OR started_at IS NOT NULL", name="ended_was_started"),
        Index(
            "uq_speech_waiting",
            "meeting_id",
            "sitting",
            "item",
            "participant_id",
            unique=True,
            postgresql_where=sql("ended_at IS NULL"),
        ),
        Index(
            "uq_speech_one_speaks",
            "meeting_id",
            "sitting",
            unique=True,
            postgresql_where=sql("started_at IS NOT NULL AND ended_at IS NULL"),
        ),
    )
