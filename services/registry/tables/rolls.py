"""Imports of an office's register: the file, what became of it, and every finding with its place (OWN-5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables.schema import Base
from shared.database import INSTANT

STATES = "state IN ('QUEUED', 'TAKEN', 'PARTLY_TAKEN', 'UNCHANGED', 'REFUSED', 'UNREADABLE')"


class RollImport(Base):
    """One upload. The file is sealed; `report` holds figures only."""

    __tablename__ = "roll_import"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    compound_id: Mapped[UUID] = mapped_column(ForeignKey("registry.compound.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed blind index of the file's bytes: the same file is known again."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What its sender called the file; offices write people's names there (PRI-2)."""
    file_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Only until it is read: what is needed of it then stands in the register (PRI-8)."""
    partial: Mapped[bool] = mapped_column(Boolean)
    area_source: Mapped[str] = mapped_column(String(15))
    state: Mapped[str] = mapped_column(String(12))
    fault: Mapped[str | None] = mapped_column(String(20))
    same_as: Mapped[UUID | None] = mapped_column(ForeignKey("registry.roll_import.id"))
    """The earlier import of the same file, whose findings are this one's."""
    report: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    made_by: Mapped[UUID] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    done_at: Mapped[datetime | None] = mapped_column(INSTANT)
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        CheckConstraint("(state = 'QUEUED') = (done_at IS NULL)", name="done"),
        CheckConstraint("(state = 'QUEUED') = (file_sealed IS NOT NULL)", name="file_while_queued"),
        Index(None, "compound_id", "digest"),
        Index(None, "compound_id", "made_at", "id"),
    )


class RollFinding(Base):
    """One finding, in the order of the file. Its words hold no name, phone or id number."""

    __tablename__ = "roll_finding"
    import_id: Mapped[UUID] = mapped_column(ForeignKey("registry.roll_import.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    sheet: Mapped[str] = mapped_column(String(100))
    row: Mapped[int] = mapped_column(Integer)
    column: Mapped[str] = mapped_column(String(3))
    heading: Mapped[str] = mapped_column(String(100))
    home: Mapped[str | None] = mapped_column(String(45))
    reason_zh: Mapped[str] = mapped_column(String(300))
    reason_en: Mapped[str] = mapped_column(String(300))
