"""Report a ticket, move it, follow it, correct it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import (
    CategoryRetired,
    CategoryUnknown,
    ContactUnknown,
    PlaceUnknown,
    TicketUnknown,
)
from services.ticket.house import MeansOf
from services.ticket.neighbours import Compound, Home, compound_of, home_of
from services.ticket.rules import clock
from services.ticket.rules.kinds import Kind
from services.ticket.rules.roles import DESK_ROLES, Part, Role
from services.ticket.rules.sight import FULL_ROLES, NEIGHBOUR_ROLES, Sight
from services.ticket.rules.states import State
from services.ticket.tables import Category, Ticket, TicketFollower
from services.ticket.tickets import effects, moving, queries
from services.ticket.tickets.contacts import Contact, contact_of, sealed_contact
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.problems import RoleForbidden

REPORTERS = NEIGHBOUR_ROLES | FULL_ROLES | {Role.PARTNER}


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports. A point is in millionths of a degree."""

    client_id: UUID | None
    compound_id: UUID
    home_id: UUID | None
    building: str | None
    entrance: str | None
    place_words: str | None
    point: tuple[int, int] | None
    kind: Kind
    category: str
    words: str
    emergency: bool
    contact: Contact | None
    photos: tuple[str, ...]


async def report_ticket(db: AsyncSession, actor: Actor, means: MeansOf, report: Report, now: datetime) -> Ticket:
    """TKT-1. A second report with the same client id is the same ticket.

    Errors: PlaceUnknown, RoleForbidden (a contact from somebody who is not the desk), Category…, files.
    """
    compound, home = await _place(actor, means, report)
    if report.contact is not None and not actor.holds(DESK_ROLES, compound.code):
        raise RoleForbidden(needed=sorted(DESK_ROLES))
    if report.client_id and (known := await _known_report(db, actor, report.client_id)):
        return known
    photos = [means.references.attached(token, actor.subject, now) for token in report.photos]
    await usable_category(db, report.category)
    ticket = _new_ticket(actor, compound, home, report, now)
    effects.start_clock(ticket, means.rules, now)
    ticket.answer_due_at = clock.answer_due(now, report.emergency, means.rules)
    if not await _entered(db, ticket):
        assert report.client_id is not None
        return await _first_report(db, actor, report.client_id)
    ticket = (await db.execute(select(Ticket).where(Ticket.id == ticket.id))).scalar_one()
    if report.contact is not None:
        db.add(sealed_contact(means.keys, ticket.id, report.contact))
    move = await moving.record(db, ticket, None, moving.who(actor), now, {"by": Part.REPORTER}, {})
    moving.attach(db, ticket, move, "REPORT", photos)
    await moving.tell(db, ticket, "reported", {})
    return ticket


async def _place(actor: Actor, means: MeansOf, report: Report) -> tuple[Compound, Home | None]:
    """Both neighbours' facts, asked before the first SQL. What is not the caller's is not there."""
    compound = await compound_of(means.registry, report.compound_id)
    if not actor.holds(REPORTERS, compound.code):
        raise PlaceUnknown
    if report.home_id is None:
        return compound, None
    if report.home_id not in actor.homes and not actor.holds(FULL_ROLES | {Role.GRID_WORKER}, compound.code):
        raise PlaceUnknown
    home = await home_of(means.registry, report.home_id)
    if home.compound_id != compound.id:
        raise PlaceUnknown
    return compound, home


async def usable_category(db: AsyncSession, code: str) -> None:
    """Errors: CategoryUnknown, CategoryRetired."""
    active = (await db.execute(select(Category.active).where(Category.code == code))).scalar_one_or_none()
    if active is None:
        raise CategoryUnknown(category=code)
    if not active:
        raise CategoryRetired(category=code)


def _new_ticket(actor: Actor, compound: Compound, home: Home | None, report: Report, now: datetime) -> Ticket:
    return Ticket(
        id=new_id(),
        client_id=report.client_id,
        compound_id=compound.id,
        compound_code=compound.code,
        kind=report.kind,
        category=report.category,
        words=report.words,
        emergency=report.emergency,
        building=home.building if home else report.building,
        entrance=(home.entrance or None) if home else report.entrance,
        home_id=home.id if home else None,
        home_label=home.label if home else None,
        place_words=report.place_words,
        latitude=report.point[0] if report.point else None,
        longitude=report.point[1] if report.point else None,
        reporter_id=None if report.contact else actor.subject,
        taken_by=actor.subject,
        state=State.REPORTED,
        reported_at=now,
        handled_by=[],
        helping_units=[],
        has_photos=bool(report.photos),
        version=1,
        **dict.fromkeys(("joined", "followers", "appeals", "returns", "reworks", "call_tries"), 0),
    )


async def _entered(db: AsyncSession, ticket: Ticket) -> bool:
    """Whether the row is new: of two reports with one client id the second waits for the first and finds it."""
    values = {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns}
    row = insert(Ticket).values(values).on_conflict_do_nothing(index_elements=["taken_by", "client_id"])
    return (await db.execute(row.returning(Ticket.id))).first() is not None


async def _known_report(db: AsyncSession, actor: Actor, client_id: UUID) -> Ticket | None:
    wanted = select(Ticket).where(Ticket.taken_by == actor.subject, Ticket.client_id == client_id)
    return (await db.execute(wanted)).scalar_one_or_none()


async def _first_report(db: AsyncSession, actor: Actor, client_id: UUID) -> Ticket:
    known = await _known_report(db, actor, client_id)
    assert known is not None, "the unique constraint has just refused a second one"
    return known


async def move_ticket(
    db: AsyncSession, actor: Actor, means: MeansOf, ticket_id: UUID, wish: moving.Wish, now: datetime
) -> tuple[Ticket, Sight]:
    """TKT-2. Judge under lock and move. Errors: TicketUnknown, MoveRefused, MoveForbidden, MoveIncomplete, files."""
    locked = await moving.locked_tickets(db, ticket_id, wish)
    ticket, sight = queries.sighted(actor, locked.get(ticket_id), means.rules)
    return await moving.walk(db, actor, means, ticket, wish, now, locked), sight


async def follow_ticket(
    db: AsyncSession, actor: Actor, means: MeansOf, ticket_id: UUID, now: datetime
) -> tuple[Ticket, Sight]:
    """TKT-5. "Me too", once a person; a second time changes nothing."""
    ticket, sight = await queries.sighted_ticket(db, actor, ticket_id, means.rules, lock=True)
    row = insert(TicketFollower).values(ticket_id=ticket.id, person_id=actor.subject, at=now).on_conflict_do_nothing()
    added = await db.execute(row.returning(TicketFollower.person_id))
    ticket.followers += added.first() is not None
    audit.note(db, "ticket", ticket.id, ticket.compound_code)
    return ticket, sight


@dataclass(frozen=True, slots=True)
class Correction:
    """What the desk sets right in a report."""

    kind: Kind
    category: str
    emergency: bool


async def change_ticket(db: AsyncSession, means: MeansOf, ticket: Ticket, change: Correction, now: datetime) -> Ticket:
    """Correct kind, category or urgency of a locked ticket; a clock that runs is counted anew from the same start."""
    if change.category != ticket.category:
        await usable_category(db, change.category)
    ticket.kind, ticket.category, ticket.emergency = change.kind, change.category, change.emergency
    if not clock.due_stands(State(ticket.state)):
        ticket.answer_due_at = clock.answer_due(ticket.reported_at, change.emergency, means.rules)
        effects.recount(ticket, means.rules)
    ticket.version += 1
    audit.note(db, "ticket", ticket.id, ticket.compound_code, kind=change.kind, category=change.category)
    await moving.tell(db, ticket, "corrected", {})
    return ticket


async def read_contact(db: AsyncSession, actor: Actor, means: MeansOf, ticket_id: UUID, purpose: str) -> Contact:
    """PRI-2. Name and phone in clear; the audit row keeps who asked and what for."""
    ticket, sight = await queries.sighted_ticket(db, actor, ticket_id, means.rules)
    if sight is not Sight.FULL:
        raise TicketUnknown
    contact = await contact_of(db, means.keys, ticket.id)
    if contact is None:
        raise ContactUnknown
    audit.note(db, "ticket_contact", ticket.id, ticket.compound_code, purpose)
    return contact
