"""Councils with their members and terms, and the names of people, sealed and apart."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.meeting.rules.attendance import Capacity
from services.meeting.tables.schema import CODE_DIGITS, Base, one_of


class PersonName(Base):
    """A name, sealed under a key of this row: deleting the row ends every copy (PRI-2)."""

    __tablename__ = "person_name"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Council(Base):
    """A constituted council (MEET-9)."""

    __tablename__ = "council"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    name: Mapped[str] = mapped_column(String(80))
    term_starts: Mapped[date]
    term_ends: Mapped[date]
    made_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(CODE_DIGITS, name="compound_code_digits"),
        CheckConstraint("term_starts <= term_ends", name="term_order"),
        Index("ix_council_compound", "compound_code", "id"),
    )


class CouncilMember(Base):
    """One seat's time. Who has no account here has no person id; he signs in at the recorder's table."""

    __tablename__ = "council_member"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    council_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.council.id"), index=True)
    person_id: Mapped[UUID | None]
    name_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting.person_name.id", ondelete="SET NULL"))
    capacity: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        CheckConstraint(one_of("capacity", Capacity), name="capacity"),
        Index(
            "uq_council_member_in_office",
            "council_id",
            "person_id",
            unique=True,
            postgresql_where=text("until IS NULL AND person_id IS NOT NULL"),
        ),
    )
