"""The tables of the election room: elections as they stand; rolls, ballots and results that are only ever added to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.election.rules.casting import Capacity
from services.election.rules.parameters import Kind
from services.election.rules.states import State
from shared.database import INSTANT, metadata_for


class Base(DeclarativeBase):
    """Every table of the room hangs on this metadata."""

    metadata = metadata_for("election")
    type_annotation_map = {datetime: INSTANT}  # SQLAlchemy's own attribute


metadata = Base.metadata


def _one_of(column: str, values: type[State] | type[Kind] | type[Capacity]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Election(Base):
    """One election as it stands. What voters decide on is frozen when it is announced (VOTE-9)."""

    __tablename__ = "election"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    kind: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    seats: Mapped[int] = mapped_column(SmallInteger)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    buildings: Mapped[list[str]] = mapped_column(ARRAY(String(10)))
    """VOTE-7. The scope; none: the whole compound."""
    seed: Mapped[str] = mapped_column(String(64))
    """Of the lot (BAL-11), made with the election and shown from its announcement on."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(SmallInteger)
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("election.election.id"), unique=True)
    nominees: Mapped[int] = mapped_column(SmallInteger)
    entries: Mapped[int]
    """Dwellings on the frozen roll, 0 before."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    text_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """VOTE-9. SHA-256 of the announced text."""
    announced_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(_one_of("kind", Kind), name="kind"),
        CheckConstraint(_one_of("state", State), name="state"),
        CheckConstraint("compound_code ~ '^[0-9]{15}$'", name="compound_code_digits"),
        CheckConstraint("seats BETWEEN 1 AND 50", name="seats"),
        CheckConstraint("round BETWEEN 1 AND 2 AND (round = 2) = (repeats_id IS NOT NULL)", name="repeated_once"),
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint("nominees >= 0 AND entries >= 0", name="counted"),
        CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'CANCELLED') OR text_digest IS NOT NULL", name="announced_is_hashed"
        ),
        Index("ix_election_newest", "compound_code", "made_at", "id"),
        Index("ix_election_made", "made_at", "id"),
    )


class Step(Base):
    """History: one row a step, never changed."""

    __tablename__ = "step"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(500))


class Nominee(Base):
    """A name on the ballot, sealed under a key of its own (PRI-2); shown in full by his consent (PUB-4)."""

    __tablename__ = "nominee"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 200", name="number"),)


class RollEntry(Base):
    """One dwelling of the frozen roll, never changed; `place` orders it as the register does."""

    __tablename__ = "roll_entry"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    home_id: Mapped[UUID]
    place: Mapped[int]
    building: Mapped[str] = mapped_column(String(10))
    entrance: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(45))
    kind: Mapped[str] = mapped_column(String(10))
    delivery: Mapped[str] = mapped_column(String(20))
    head_group: Mapped[bytes] = mapped_column(LargeBinary)
    area_hundredths: Mapped[int | None]
    owner_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        UniqueConstraint("election_id", "home_id"),
        UniqueConstraint("election_id", "place"),
        UniqueConstraint("election_id", "id"),
        CheckConstraint("area_hundredths > 0", name="area_positive"),
        CheckConstraint("octet_length(salt) = 32", name="salt_length"),
    )


class BallotBox(Base):
    """The head row of an open election: casts and its closing take this one lock; `next_index` is dense."""

    __tablename__ = "ballot_box"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    next_index: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool]
    """Set under the lock by the closing; nothing goes in after it."""


class Ballot(Base):
    """One cast, never changed. The choice is read by the count alone; one ballot a dwelling and revision."""

    __tablename__ = "ballot"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger)
    caster_id: Mapped[UUID]
    capacity: Mapped[str] = mapped_column(String(10))
    marks: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    cast_at: Mapped[datetime]
    who_salt: Mapped[bytes] = mapped_column(LargeBinary)
    what_salt: Mapped[bytes] = mapped_column(LargeBinary)
    who: Mapped[bytes] = mapped_column(LargeBinary)
    what: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        ForeignKeyConstraint(["election_id"], ["election.ballot_box.election_id"], name="fk_ballot_box"),
        UniqueConstraint("election_id", "log_index"),
        CheckConstraint(_one_of("capacity", Capacity), name="capacity"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("octet_length(who_salt) = 32 AND octet_length(what_salt) = 32", name="salt_length"),
        Index("ix_ballot_time", "election_id", "cast_at"),
    )


class Result(Base):
    """The count of an election, never changed: its figures, and the ranking with the lot."""

    __tablename__ = "result"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    households: Mapped[int]
    returned: Mapped[int]
    valid: Mapped[int]
    invalid: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    ranking: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    counted_at: Mapped[datetime]
    counted_by: Mapped[str] = mapped_column(String(100))
    __table_args__ = (
        CheckConstraint("returned <= households AND valid + invalid = returned", name="adds_up"),
        CheckConstraint("outcome IN ('RANKED', 'REPEAT', 'RANKED_LOW_TURNOUT')", name="outcome"),
    )
