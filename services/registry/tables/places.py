"""Regions, compounds and homes: where everything is, and how much of it counts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables.schema import Base
from shared.database import INSTANT

KINDS = "kind IN ('DWELLING', 'SHOP', 'PARKING', 'STORE')"
DELIVERIES = "delivery IN ('UNSOLD', 'SOLD_UNDELIVERED', 'DELIVERED')"
SOURCES = "source IN ('REGISTER', 'SURVEY', 'CONTRACT', 'REFORM_PAPER')"
LEVELS = "level IN ('province', 'city', 'county', 'street', 'community')"


class Region(Base):
    """A province, city, county, street or community by its code (OWN-4)."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    parent: Mapped[str | None] = mapped_column(ForeignKey("registry.region.code"))
    level: Mapped[str] = mapped_column(String(10))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        CheckConstraint(LEVELS, name="level"),
        CheckConstraint("code ~ '^[0-9]{2,12}$'", name="code_digits"),
        CheckConstraint("parent IS NULL OR starts_with(code, parent)", name="under_parent"),
        Index(None, "parent", "code"),
    )


class Compound(Base):
    """A compound; `code` is its community's twelve digits and a serial of three."""

    __tablename__ = "compound"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(15), unique=True)
    community_code: Mapped[str] = mapped_column(ForeignKey("registry.region.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(200))
    developer_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.organisation.id"))
    """Whose head unsold and undelivered homes count under (VOTE-1)."""
    version: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{15}$' AND starts_with(code, community_code)", name="code_of_community"),
        UniqueConstraint("community_code", "name"),
    )


class Home(Base):
    """One exclusive unit. A home that exists is always here; its area or owner may be unknown (OWN-6)."""

    __tablename__ = "home"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    compound_id: Mapped[UUID] = mapped_column(ForeignKey("registry.compound.id"))
    building: Mapped[str] = mapped_column(String(10))
    entrance: Mapped[str] = mapped_column(String(10))
    """ "" where the building has none."""
    floor: Mapped[int | None] = mapped_column(Integer)
    room: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(45))
    """The normal form, "3-2-501" (OWN-3)."""
    place: Mapped[str] = mapped_column(String(60))
    """What the list is ordered by: numbers in `label` padded, so that building 10 follows building 9."""
    kind: Mapped[str] = mapped_column(String(10))
    delivery: Mapped[str] = mapped_column(String(20))
    rented: Mapped[bool] = mapped_column(Boolean)
    area_hundredths: Mapped[int | None] = mapped_column(Integer)
    area_source: Mapped[str | None] = mapped_column(String(15))
    """The best of `home_area` (OWN-2)."""
    owner_known: Mapped[bool] = mapped_column(Boolean)
    owners_incomplete: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Owners are on record and it is known that there are more: they make no head of their own set (VOTE-1)."""
    head_group: Mapped[bytes] = mapped_column(LargeBinary)
    """Homes of one compound with equal groups are one head: rules.heads.head_group (VOTE-1)."""
    unit_number: Mapped[str | None] = mapped_column(String(28), unique=True)
    address_code: Mapped[str | None] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (
        UniqueConstraint("compound_id", "label"),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(DELIVERIES, name="delivery"),
        CheckConstraint("area_hundredths > 0", name="area_positive"),
        CheckConstraint("(area_hundredths IS NULL) = (area_source IS NULL)", name="area_has_source"),
        Index(None, "compound_id", "place", "id"),
        Index(
            "ix_home_register",
            "compound_id",
            "head_group",
            postgresql_include=["area_hundredths", "building", "entrance", "kind", "owner_known"],
        ),
    )


class HomeArea(Base):
    """What one source says of a home's area; all stay on record (OWN-2)."""

    __tablename__ = "home_area"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("registry.home.id"), index=True)
    hundredths: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(15))
    stated_at: Mapped[datetime] = mapped_column(INSTANT)
    stated_by: Mapped[str] = mapped_column(String(100))
    __table_args__ = (CheckConstraint(SOURCES, name="source"), CheckConstraint("hundredths > 0", name="positive"))
