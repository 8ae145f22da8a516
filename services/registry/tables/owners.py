"""People, organisations, and how they are tied to homes: as owners, as tenants, by a binding of their own."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables.schema import Base
from shared.database import INSTANT

BASES = "basis IN ('REGISTERED', 'CONTRACT_POSSESSION', 'JUDGMENT', 'INHERITANCE', 'BUILT', 'PUBLIC_UNIT')"
RELATIONS = "relation IN ('OWNER', 'FAMILY', 'TENANT')"


class Person(Base):
    """A person's values, sealed under a key of his own (PRI-2); erasing destroys key and values, the row stays."""

    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_is_faulty: Mapped[bool] = mapped_column(Boolean)
    """A faulty number is kept as it was written, and proves nothing (OWN-6)."""
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    id_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Blind index of a well-formed id number: the same person only once (OWN-1)."""
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    erased_at: Mapped[datetime | None] = mapped_column(INSTANT)
    __table_args__ = (
        CheckConstraint("(erased_at IS NULL) = (key_wrapped IS NOT NULL)", name="erased_has_no_key"),
        CheckConstraint(
            "erased_at IS NULL OR (name_sealed IS NULL AND phone_sealed IS NULL AND id_number_sealed IS NULL"
            " AND name_index IS NULL AND phone_index IS NULL AND id_index IS NULL)",
            name="erased_is_empty",
        ),
    )


class Organisation(Base):
    """A body that owns: a work unit, a developer, a company. The same by credit code or by normal name (OWN-1)."""

    __tablename__ = "organisation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    normal_name: Mapped[str] = mapped_column(String(200), index=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (
        Index(
            "uq_organisation_name_without_code",
            "normal_name",
            unique=True,
            postgresql_where=text("credit_code IS NULL"),
        ),
    )


class Ownership(Base):
    """Who owns a home, on what basis, from when to when. Ended, never deleted."""

    __tablename__ = "ownership"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("registry.home.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.organisation.id"), index=True)
    basis: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, organisation_id) = 1", name="one_owner"),
        CheckConstraint(BASES, name="basis"),
        Index(None, "home_id"),
        Index("uq_ownership_person", "home_id", "person_id", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index(
            "uq_ownership_organisation",
            "home_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class Tenancy(Base):
    """Who lives in a home without owning it."""

    __tablename__ = "tenancy"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("registry.home.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("registry.person.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class DoorCode(Base):
    """A code handed over at the door, kept as a digest only; good once, for one binding (PRI-4)."""

    __tablename__ = "door_code"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("registry.home.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    relation: Mapped[str] = mapped_column(String(10))
    """The tie it makes, said by whoever hands it over: nobody makes himself an owner."""
    made_by: Mapped[UUID] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("registry.person.id"))
    __table_args__ = (CheckConstraint(RELATIONS, name="relation"),)


class Binding(Base):
    """A person's tie to a home, with how it was verified, when and by whom (PRI-4)."""

    __tablename__ = "binding"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("registry.person.id"))
    home_id: Mapped[UUID] = mapped_column(ForeignKey("registry.home.id"), index=True)
    relation: Mapped[str] = mapped_column(String(10))
    method: Mapped[str] = mapped_column(String(20))
    verified_at: Mapped[datetime] = mapped_column(INSTANT)
    verified_by: Mapped[UUID] = mapped_column()
    """Who handed over the code, or who checked the papers."""
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    end_reason: Mapped[str | None] = mapped_column(String(30))
    __table_args__ = (
        CheckConstraint(RELATIONS, name="relation"),
        Index("uq_binding_live", "person_id", "home_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
