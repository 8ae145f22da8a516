"""Rule sets of a place: versions that are only added to, and who signed which parameter off with what text."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.parameters import Preset
from services.election.tables.ground import Base, one_of


class RuleSet(Base):
    """One version of a rule set: a preset and the parameters of a place. A version never changes."""

    __tablename__ = "rule_set"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[str] = mapped_column(String(15))
    """The code prefix (region or compound) whose elections may use it."""
    preset: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Every parameter of the preset, defaults written out, so that a later default changes nothing."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(100))
    __table_args__ = (
        CheckConstraint(one_of("preset", Preset), name="preset"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("scope ~ '^[0-9]{2,15}$'", name="scope_digits"),
    )


class SignOff(Base):
    """A named officer read the local text for one *verify* parameter of one version."""

    __tablename__ = "sign_off"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    rule_set_id: Mapped[UUID]
    version: Mapped[int]
    parameter: Mapped[str] = mapped_column(String(40))
    officer: Mapped[str] = mapped_column(String(100))
    """As histories name him (kind:subject)."""
    text: Mapped[str] = mapped_column(String(1000))
    """Name, number and passage of the local text."""
    dated: Mapped[date]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["rule_set_id", "version"], ["election.rule_set.id", "election.rule_set.version"]),
        UniqueConstraint("rule_set_id", "version", "parameter"),
    )
