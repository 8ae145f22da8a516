"""The election as it stands, its items or names, and its steps."""

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
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.decisions import Matter
from services.election.rules.parameters import Kind, Preset
from services.election.rules.states import State
from services.election.tables.ground import Base, one_of


class Election(Base):
    """One election as it stands. What voters decide on is frozen when it is announced (VOTE-9)."""

    __tablename__ = "election"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    kind: Mapped[str] = mapped_column(String(2))
    preset: Mapped[str] = mapped_column(String(20))
    rule_set_id: Mapped[UUID | None]
    """None: the preset's own defaults."""
    rule_set_version: Mapped[int | None]
    unsigned: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    """The *verify* parameters that no officer has signed for: shown as "verify locally", and no T1 decision opens."""
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Every parameter, written out; frozen with the announcement."""
    state: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    seats: Mapped[int] = mapped_column(SmallInteger)
    """0 where items are decided instead of names chosen."""
    buildings: Mapped[list[str]] = mapped_column(ARRAY(String(10)))
    """VOTE-7. The scope; none: the whole compound."""
    entrances: Mapped[list[str]] = mapped_column(ARRAY(String(21)))
    """VOTE-7. `building-entrance`, within `buildings`' place: scope is the union of both; none of both: all."""
    seed: Mapped[str] = mapped_column(String(64))
    """Of the lot (BAL-11, COM-1), made with the election and shown from its announcement on."""
    log_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """What its log commits to (`rules/leaves.py:LOG`); set when the log begins."""
    founding_pmc: Mapped[bool]
    """BAL-2. Silence never counts here."""
    silence_adopted: Mapped[str | None] = mapped_column(String(500))
    """BAL-2. The adopted rule of procedure that lets silence count; None: none."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    first_closes_at: Mapped[datetime | None]
    """BAL-6. The announced end, once an extension has moved `closes_at`."""
    round: Mapped[int] = mapped_column(SmallInteger)
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("election.election.id"), unique=True)
    nominees: Mapped[int] = mapped_column(SmallInteger)
    items: Mapped[int] = mapped_column(SmallInteger)
    entries: Mapped[int]
    """Entitlements on the roll (dwellings in a household ballot), 0 before it is posted."""
    heads: Mapped[int]
    area_hundredths: Mapped[int] = mapped_column(BigInteger)
    """VOTE-7. Both denominators, as they stand frozen."""
    area_unknown: Mapped[int]
    owner_unknown: Mapped[int]
    """OWN-6. Homes on the roll without an area, without an owner."""
    roll_note: Mapped[str | None] = mapped_column(String(1000))
    """OWN-6. The signed note with which a roll with unknowns is frozen; it states best and worst denominator."""
    roll_note_by: Mapped[str | None] = mapped_column(String(100))
    roll_root: Mapped[bytes | None] = mapped_column(LargeBinary)
    roll_posted_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    repeat_due: Mapped[bool]
    """BAL-11, PUB-6. Turnout was too low for the first time, or an upheld objection asks for it."""
    recount_due: Mapped[bool]
    objections_open: Mapped[int]
    """PUB-6. In time, neither decided nor withdrawn."""
    corrections_due: Mapped[int]
    """PUB-6. Decided to correct, and not corrected yet."""
    text_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """VOTE-9. SHA-256 of the announced text."""
    announced_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    posted_until: Mapped[datetime | None]
    """PUB-3. End of the posting of the result (DAY-1)."""
    final_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(
            ["rule_set_id", "rule_set_version"], ["election.rule_set.id", "election.rule_set.version"]
        ),
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint(one_of("preset", Preset), name="preset"),
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint("(rule_set_id IS NULL) = (rule_set_version IS NULL)", name="rule_set_whole"),
        CheckConstraint("compound_code ~ '^[0-9]{15}$'", name="compound_code_digits"),
        CheckConstraint("seats BETWEEN 0 AND 50", name="seats"),
        CheckConstraint("round >= 1 AND (round > 1) = (repeats_id IS NOT NULL)", name="round"),
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint("first_closes_at < closes_at", name="extended"),
        CheckConstraint(
            "nominees >= 0 AND items >= 0 AND entries >= 0 AND heads >= 0 AND area_hundredths >= 0"
            " AND area_unknown >= 0 AND owner_unknown >= 0 AND objections_open >= 0 AND corrections_due >= 0",
            name="counted",
        ),
        CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'CANCELLED') OR (text_digest IS NOT NULL AND roll_root IS NOT NULL)",
            name="announced_is_hashed",
        ),
        CheckConstraint("(roll_note IS NULL) = (roll_note_by IS NULL)", name="note_is_signed"),
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


class Item(Base):
    """VOTE-9. One question on the ballot of a decision: its wording and what kind of matter it is."""

    __tablename__ = "item"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    matter: Mapped[str | None] = mapped_column(String(24))
    """None where members decide their own business (PMC-5)."""
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 50", name="number"),
        CheckConstraint(one_of("matter", Matter), name="matter"),
    )


class Nominee(Base):
    """A name on the ballot, sealed under a key of its own (PRI-2); shown in full by his consent (PUB-4)."""

    __tablename__ = "nominee"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (CheckConstraint("number BETWEEN 1 AND 200", name="number"),)
