"""Topics, who seconds them, and the history of every state machine of the room."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.meeting.rules.screening import Outcome
from services.meeting.rules.topics import TopicState
from services.meeting.tables.schema import CODE_DIGITS, Base, one_of


class Topic(Base):
    """One topic as it stands (MEET-1)."""

    __tablename__ = "topic"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    client_id: Mapped[UUID | None]
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    title: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    proposer_id: Mapped[UUID]
    problem_id: Mapped[UUID | None]
    seconds: Mapped[int]
    joined: Mapped[int]
    # screening (MEET-2)
    outcome: Mapped[str | None] = mapped_column(String(20))
    test: Mapped[dict[str, bool] | None] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    where_to_go: Mapped[str | None] = mapped_column(Text)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.topic.id"))
    # what became of it
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.meeting.id"), index=True)
    result: Mapped[str | None] = mapped_column(String(10))
    posted_at: Mapped[datetime | None]
    evaluation: Mapped[str | None] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("proposer_id", "client_id"),
        CheckConstraint(CODE_DIGITS, name="compound_code_digits"),
        CheckConstraint(one_of("state", TopicState), name="state"),
        CheckConstraint(one_of("outcome", Outcome), name="outcome"),
        CheckConstraint("result IN ('PASSED', 'LOST')", name="result"),
        CheckConstraint("(state = 'COLLECTED') = (outcome IS NULL)", name="screened_has_outcome"),
        CheckConstraint("state IN ('COLLECTED', 'SCREENED') OR outcome = 'ACCEPT'", name="only_accepted_go_on"),
        CheckConstraint("(merged_into IS NOT NULL) = (outcome IS NOT DISTINCT FROM 'MERGE')", name="merged_has_lead"),
        CheckConstraint("merged_into <> id", name="merges_into_another"),
        CheckConstraint("state <> 'SCHEDULED' OR meeting_id IS NOT NULL", name="scheduled_has_meeting"),
        Index("ix_topic_newest", "compound_code", "proposed_at", "id"),
        Index("ix_topic_proposer", "proposer_id", "proposed_at", "id"),
    )


class TopicSecond(Base):
    """A neighbour who seconds a topic, once."""

    __tablename__ = "topic_second"
    topic_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.topic.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime]


class Step(Base):
    """History: one row a move of a topic, meeting, resolution or task; never changed."""

    __tablename__ = "step"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    position: Mapped[int]
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    __table_args__ = (
        UniqueConstraint("subject_id", "position"),
        CheckConstraint("subject_kind IN ('TOPIC', 'MEETING', 'RESOLUTION', 'TASK')", name="subject_kind"),
    )
