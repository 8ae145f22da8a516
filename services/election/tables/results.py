"""Counts, provisional or final, and objections; a recount is a further row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.objections import About, Effect
from services.election.tables.ground import Base, one_of


class Result(Base):
    """One count, never changed: every figure of it. The highest number stands; it is final when the election is."""

    __tablename__ = "result"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """By kind: households, ranking and lot; or per item the four figures; or per candidate. See results/counting.py."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the canonical JSON of `figures`, as its COUNTED leaf says."""
    log_index: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(500))
    """Why it was counted again; None for the first."""
    counted_at: Mapped[datetime]
    counted_by: Mapped[str] = mapped_column(String(100))
    caller_id: Mapped[UUID | None]
    counter_id: Mapped[UUID | None]
    scrutineer_id: Mapped[UUID | None]
    """BAL-7. Three different persons where papers were counted."""
    place: Mapped[str | None] = mapped_column(String(100))
    __table_args__ = (
        UniqueConstraint("election_id", "log_index"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(number = 1) = (reason IS NULL)", name="recount_has_reason"),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint(
            "caller_id <> counter_id AND counter_id <> scrutineer_id AND caller_id <> scrutineer_id",
            name="three_persons",
        ),
    )


class Objection(Base):
    """PUB-6. An objection to roll, procedure or count, by a named person, in writing; the street office decides."""

    __tablename__ = "objection"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    about: Mapped[str] = mapped_column(String(10))
    objector_id: Mapped[UUID]
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    home_id: Mapped[UUID | None]
    """The row of the roll that it is about."""
    at: Mapped[datetime]
    late: Mapped[bool]
    """PUB-6. Late ones and repeated facts hold nothing up."""
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("election.objection.id"))
    due: Mapped[datetime | None]
    """Five working days (DAY-1); None where the year's calendar is not published."""
    effect: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(String(1000))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None]
    performed_at: Mapped[datetime | None]
    """When what was decided was carried out: the correction entered, the recount done."""
    __table_args__ = (
        CheckConstraint(one_of("about", About), name="about"),
        CheckConstraint(f"effect IS NULL OR {one_of('effect', Effect)}", name="effect"),
        CheckConstraint(
            "(effect IS NULL) = (decided_at IS NULL) AND (effect IS NULL) = (decided_by IS NULL)"
            " AND (effect IS NULL) = (answer IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("effect IS NULL OR withdrawn_at IS NULL", name="withdrawn_or_decided"),
    )
