"""The roll: one entry an entitlement, its homes, and every correction with its reason."""

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
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.rolls import Change
from services.election.tables.ground import Base, one_of


class RollEntry(Base):
    """One entitlement; `place` orders it as the register does. Once `commitment` is set a trigger lets nothing change.

    In a household ballot an entitlement is a dwelling; else it is one head with all its homes (VOTE-1).
    """

    __tablename__ = "roll_entry"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    place: Mapped[int]
    head_key: Mapped[bytes] = mapped_column(LargeBinary)
    """What makes it one entitlement: the registry's head group; in a household ballot the dwelling itself."""
    heads: Mapped[int]
    area_hundredths: Mapped[int] = mapped_column(BigInteger)
    """VOTE-1. Sum of the known areas of its homes; unknown ones weigh nothing and are counted in `area_unknown`."""
    area_unknown: Mapped[int]
    owner_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """Persons who own any of its homes, as the registry knew them."""
    building: Mapped[str] = mapped_column(String(10))
    entrance: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(45))
    """Of its first home."""
    basis: Mapped[str] = mapped_column(String(20))
    """OWN-1. Basis of ownership of its first home."""
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256(salt ‖ canonical JSON of the entry), set when the roll is frozen."""
    __table_args__ = (
        UniqueConstraint("election_id", "place"),
        UniqueConstraint("election_id", "id"),
        UniqueConstraint("election_id", "head_key"),
        CheckConstraint("area_hundredths >= 0 AND area_unknown >= 0 AND heads BETWEEN 0 AND 1", name="weights"),
        CheckConstraint("octet_length(salt) = 32", name="salt_length"),
    )


class RollHome(Base):
    """One home of an entitlement, as the registry had it when the roll was posted."""

    __tablename__ = "roll_home"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    home_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID]
    place: Mapped[int]
    building: Mapped[str] = mapped_column(String(10))
    entrance: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(45))
    kind: Mapped[str] = mapped_column(String(10))
    delivery: Mapped[str] = mapped_column(String(20))
    area_hundredths: Mapped[int | None]
    owner_known: Mapped[bool]
    owner_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        UniqueConstraint("election_id", "place"),
        CheckConstraint("area_hundredths > 0", name="area_positive"),
        Index("ix_roll_home_entry", "election_id", "entry_id"),
    )


class RollCorrection(Base):
    """A change of the posted or frozen roll: what, why, and the totals before and after. Never changed itself."""

    __tablename__ = "roll_correction"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    number: Mapped[int] = mapped_column(Integer)
    change: Mapped[str] = mapped_column(String(8))
    home_id: Mapped[UUID]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The home as the roll has it (null: not on it), the totals, and after it every entitlement that it changed with
    its weights; once frozen also with the salt and commitment that stand for it from now on."""
    reason: Mapped[str] = mapped_column(String(500))
    objection_id: Mapped[UUID | None]
    by: Mapped[str] = mapped_column(String(100))
    second: Mapped[str | None] = mapped_column(String(100))
    """The second officer, needed once the roll is frozen."""
    proposed: Mapped[bool]
    """The first officer's word on a frozen roll: it has no effect until a second one's row confirms it."""
    confirms: Mapped[int | None] = mapped_column(Integer)
    """The number of the proposal that this row carries out."""
    at: Mapped[datetime]
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    """Its CORRECTION leaf; none while the roll is only posted."""
    __table_args__ = (
        UniqueConstraint("election_id", "number"),
        UniqueConstraint("election_id", "confirms"),
        CheckConstraint(one_of("change", Change), name="change"),
        CheckConstraint(
            "(log_index IS NULL) = (second IS NULL) AND (confirms IS NULL) = (second IS NULL) AND second <> by"
            " AND NOT (proposed AND second IS NOT NULL)",
            name="frozen_needs_two",
        ),
    )
