"""The tables of the ticket room: tickets as they stand, and beside them a history that only grows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.ticket.rules.kinds import Kind, UnitKind
from services.ticket.rules.states import State
from shared.database import INSTANT, metadata_for

FAR = literal_column("'9999-01-01 00:00:00+00'::timestamptz", INSTANT)
"""Where a ticket without a due stands among those that have one; written out, so that an index can know it."""


class Base(DeclarativeBase):
    """Every table of the room hangs on this metadata."""

    metadata = metadata_for("ticket")
    type_annotation_map = {datetime: INSTANT}  # SQLAlchemy's own attribute


def _one_of(column: str, values: type[State] | type[Kind] | type[UnitKind]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Category(Base):
    """What a ticket may be about (TKT-1); the same for the whole house."""

    __tablename__ = "category"
    code: Mapped[str] = mapped_column(String(50), primary_key=True)
    zh: Mapped[str] = mapped_column(String(40))
    en: Mapped[str] = mapped_column(String(80))
    community_may_lead: Mapped[bool] = mapped_column(Boolean)  # TKT-7
    active: Mapped[bool] = mapped_column(Boolean)
    catalogue: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)
    __table_args__ = (CheckConstraint("code ~ '^[a-z_]+[.][a-z_]+$'", name="code_form"),)


class Ticket(Base):
    """One ticket as it stands. Who reported is an id; names and phones are in `ticket_contact`, sealed."""

    __tablename__ = "ticket"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    client_id: Mapped[UUID | None]
    compound_id: Mapped[UUID]
    compound_code: Mapped[str] = mapped_column(String(15))
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(ForeignKey("ticket.category.code"))
    words: Mapped[str] = mapped_column(Text)
    emergency: Mapped[bool]
    # where
    building: Mapped[str | None] = mapped_column(String(20))
    entrance: Mapped[str | None] = mapped_column(String(20))
    home_id: Mapped[UUID | None]
    home_label: Mapped[str | None] = mapped_column(String(60))
    place_words: Mapped[str | None] = mapped_column(String(200))
    latitude: Mapped[int | None]  # millionths of a degree
    longitude: Mapped[int | None]
    # who
    reporter_id: Mapped[UUID | None]
    taken_by: Mapped[UUID]
    worker_id: Mapped[UUID | None]
    partner_id: Mapped[UUID | None]
    asked_by: Mapped[UUID | None]
    verified_by: Mapped[UUID | None]
    handled_by: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    unit_name: Mapped[str | None] = mapped_column(String(80))
    unit_kind: Mapped[str | None] = mapped_column(String(20))
    helping_units: Mapped[list[str]] = mapped_column(ARRAY(String(80)))  # TKT-8
    # how it stands
    state: Mapped[str] = mapped_column(String(20))
    former: Mapped[str | None] = mapped_column(String(20))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.ticket.id"))
    joined: Mapped[int]
    followers: Mapped[int]
    has_photos: Mapped[bool]
    appeals: Mapped[int]
    returns: Mapped[int]
    reworks: Mapped[int]
    extensions: Mapped[int]
    call_tries: Mapped[int]
    asked_days: Mapped[int | None]
    platform: Mapped[str | None] = mapped_column(String(40))
    outer_number: Mapped[str | None] = mapped_column(String(60))
    emergency_line: Mapped[str | None] = mapped_column(String(3))
    answer: Mapped[str | None] = mapped_column(Text)
    solved: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    # its clock (TKT-3, TKT-4)
    reported_at: Mapped[datetime]
    started_at: Mapped[datetime]
    answer_due_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    sign_due_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    original_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    extension_days: Mapped[int]
    suspended_at: Mapped[datetime | None]
    paused_seconds: Mapped[int] = mapped_column(BigInteger)
    awaits_calendar: Mapped[bool]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("taken_by", "client_id"),
        CheckConstraint(_one_of("state", State), name="state"),
        CheckConstraint(_one_of("former", State), name="former"),
        CheckConstraint(_one_of("kind", Kind), name="kind"),
        CheckConstraint(_one_of("unit_kind", UnitKind), name="unit_kind"),
        CheckConstraint("compound_code ~ '^[0-9]{15}$'", name="compound_code_digits"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_point"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_grade"),
        CheckConstraint("(state = 'MERGED') = (lead_id IS NOT NULL)", name="merged_has_lead"),
        CheckConstraint("lead_id <> id", name="leads_another"),
        Index("ix_ticket_newest", "compound_code", "reported_at", "id"),
        Index("ix_ticket_reported", "reported_at", "id"),
        Index("ix_ticket_compound", "compound_id", "reported_at", "id"),
        Index("ix_ticket_by_due", func.coalesce(text("due_at"), FAR), text("id")),
        Index("ix_ticket_place", "compound_id", "category", "reported_at"),
        Index("ix_ticket_reporter", "reporter_id", "reported_at", "id"),
        Index("ix_ticket_worker", "worker_id", "reported_at", "id"),
        Index("ix_ticket_lead", "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
        Index("ix_ticket_due", "due_at", postgresql_where=text("answered_at IS NULL")),
        Index("ix_ticket_sign_due", "sign_due_at", postgresql_where=text("sign_due_at IS NOT NULL")),
        Index("ix_ticket_answer_due", "answer_due_at", postgresql_where=text("first_answered_at IS NULL")),
        Index("ix_ticket_awaits_calendar", "id", postgresql_where=text("awaits_calendar")),
    )


class TicketMove(Base):
    """History: one row a move, never changed. Free words lie in `ticket_note`, so that they can be erased."""

    __tablename__ = "ticket_move"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"))
    position: Mapped[int]
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    __table_args__ = (UniqueConstraint("ticket_id", "position"),)


class TicketNote(Base):
    """What somebody wrote with a move."""

    __tablename__ = "ticket_note"
    move_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket_move.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), index=True)
    words: Mapped[dict[str, str]] = mapped_column(JSONB)


class TicketContact(Base):
    """Name and phone of somebody without an account, sealed under a key of this row (PRI-2)."""

    __tablename__ = "ticket_contact"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), primary_key=True)
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class TicketPhoto(Base):
    """A picture: of the report, or before and after the work. The content lies with the registry."""

    __tablename__ = "ticket_photo"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), index=True)
    move_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket_move.id"))
    shows: Mapped[str] = mapped_column(String(10))
    file_id: Mapped[UUID]
    media_type: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("shows IN ('REPORT', 'BEFORE', 'AFTER')", name="shows"),)


class TicketFollower(Base):
    """A neighbour who said "me too"."""

    __tablename__ = "ticket_follower"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime]


class TicketCallback(Base):
    """One call back to a reporter (TKT-6), never changed."""

    __tablename__ = "ticket_callback"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    reached: Mapped[bool]
    solved: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_grade"),
        CheckConstraint(
            "reached = (solved IS NOT NULL) AND reached = (satisfaction IS NOT NULL)", name="asked_when_met"
        ),
    )


class OverdueNotice(Base):
    """Which passed due the world has heard of: each once."""

    __tablename__ = "overdue_notice"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.ticket.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(String(10), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]


metadata = Base.metadata
