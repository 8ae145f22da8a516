"""Resolutions with their rolls and votes, tasks and what became of them, minutes with signatures and postings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.meeting.rules.minutes import Signer
from services.meeting.rules.tasks import Source, TaskKind, TaskState
from services.meeting.rules.votes import Choice, Method, ResolutionState
from services.meeting.tables.schema import CODE_DIGITS, Base, one_of


class Resolution(Base):
    """One resolution as it stands. Its text is frozen and hashed when the vote opens."""

    __tablename__ = "resolution"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"), index=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    item: Mapped[int]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.topic.id"))
    text: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    sitting: Mapped[int]
    members: Mapped[int | None]
    electors: Mapped[int | None]
    present_at_close: Mapped[int | None]
    agree: Mapped[int | None]
    oppose: Mapped[int | None]
    abstain: Mapped[int | None]
    put_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "item"], ["meeting.agenda_item.meeting_id", "meeting.agenda_item.position"]
        ),
        CheckConstraint(CODE_DIGITS, name="compound_code_digits"),
        CheckConstraint(one_of("method", Method), name="method"),
        CheckConstraint(one_of("state", ResolutionState), name="state"),
        CheckConstraint("agree >= 0 AND oppose >= 0 AND abstain >= 0", name="counts_not_negative"),
        CheckConstraint("agree + oppose + abstain <= electors", name="no_more_votes_than_electors"),
        # MEET-3 once more, in case the rules above it are ever passed by: nothing is carried by no votes.
        CheckConstraint("state <> 'PASSED' OR agree > 0", name="passed_by_somebody"),
        Index(
            "uq_resolution_open",
            "meeting_id",
            unique=True,
            postgresql_where=sql("state = 'OPEN'"),
        ),
        Index(
            "uq_resolution_item",
            "meeting_id",
            "item",
            unique=True,
            postgresql_where=sql("state IN ('PASSED', 'LOST')"),
        ),
        Index("ix_resolution_newest", "compound_code", "put_at", "id"),
    )


class Elector(Base):
    """Who may vote on a resolution: the members present when it was opened. Frozen."""

    __tablename__ = "elector"
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.resolution.id"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.participant.id"), primary_key=True)


class Vote(Base):
    """One vote of one elector, never changed: the key makes a second one impossible."""

    __tablename__ = "vote"
    resolution_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    choice: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(100))
    __table_args__ = (
        ForeignKeyConstraint(
            ["resolution_id", "participant_id"], ["meeting.elector.resolution_id", "meeting.elector.participant_id"]
        ),
        CheckConstraint(one_of("choice", Choice), name="choice"),
    )


class Task(Base):
    """Something to be done, living on as a ticket (MEET-6). `looked_at`: when its ticket was last asked after."""

    __tablename__ = "task"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[UUID]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.topic.id"), index=True)
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.meeting.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(50))
    building: Mapped[str | None] = mapped_column(String(20))
    entrance: Mapped[str | None] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[date]
    emergency: Mapped[bool]  # its ticket is answered within half an hour (MEET-2, TKT-3)
    state: Mapped[str] = mapped_column(String(10))
    ticket_id: Mapped[UUID | None]
    ticket_state: Mapped[str | None] = mapped_column(String(20))
    refused: Mapped[str | None] = mapped_column(String(40))
    evaluation: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(CODE_DIGITS, name="compound_code_digits"),
        CheckConstraint(one_of("kind", TaskKind), name="kind"),
        CheckConstraint(one_of("source", Source), name="source"),
        CheckConstraint(one_of("state", TaskState), name="state"),
        CheckConstraint("state NOT IN ('LIVING', 'DONE') OR ticket_id IS NOT NULL", name="lives_as_a_ticket"),
        CheckConstraint("(state = 'EVALUATED') = (evaluation IS NOT NULL)", name="evaluated_in_words"),
        UniqueConstraint("ticket_id"),
        Index("ix_task_newest", "compound_code", "made_at", "id"),
        Index("ix_task_followed", "looked_at", postgresql_where=sql("state IN ('LIVING', 'DONE')")),
    )


class TaskReport(Base):
    """What its ticket said of itself, each time it said something new; never changed."""

    __tablename__ = "task_report"
    task_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.task.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class MinutesVersion(Base):
    """The minutes as they were laid before their signers: never changed, a correction is a further version (MEET-5)."""

    __tablename__ = "minutes"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"))
    version: Mapped[int]
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    algorithm: Mapped[str] = mapped_column(String(20))
    correction: Mapped[str | None] = mapped_column(Text)
    laid_by: Mapped[UUID]
    laid_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("meeting_id", "version"),
        CheckConstraint("(version = 1) = (correction IS NULL)", name="later_versions_say_why"),
    )


class Signature(Base):
    """Somebody put his name under exactly this text, in his own session; never changed."""

    __tablename__ = "signature"
    minutes_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.minutes.id"), primary_key=True)
    signer: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[UUID]
    session_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("minutes_id", "person_id"),
        CheckConstraint(one_of("signer", Signer), name="signer"),
    )


class MinutesPosting(Base):
    """A posted edition, with the hash of the signed original, and where it was put up (MEET-10); never changed."""

    __tablename__ = "minutes_posting"
    minutes_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.minutes.id"), primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.meeting.id"), index=True)
    edition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    places: Mapped[list[str]] = mapped_column(JSONB)
    posted_by: Mapped[UUID]
    posted_at: Mapped[datetime]
