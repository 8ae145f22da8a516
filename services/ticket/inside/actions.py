"""File a ticket for another room, once, however often it asks (TKT-1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import TicketUnknown
from services.ticket.rules import clock
from services.ticket.rules.kinds import Kind
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import Part
from services.ticket.rules.states import State
from services.ticket.tables import Ticket
from services.ticket.tickets import effects, moving
from services.ticket.tickets.actions import usable_category
from shared.database import new_id

KIND = Kind.SUGGESTION
"""What a council asks for runs on the clock of a suggestion (TKT-3)."""


@dataclass(frozen=True, slots=True)
class TicketFor:
    """What another room wants done. It vouches for compound and code, which it froze when it began."""

    client_id: UUID
    compound_id: UUID
    compound_code: str
    category: str
    words: str
    building: str | None
    entrance: str | None
    emergency: bool = False


async def file_ticket(db: AsyncSession, room: str, wanted: TicketFor, rules: Parameters, now: datetime) -> Ticket:
    """TKT-1. Reported by nobody, taken down by the room: the desk is its reporter. Errors: Category…"""
    taker = uuid5(NAMESPACE_OID, f"linli:service:{room}")
    same = select(Ticket).where(Ticket.taken_by == taker, Ticket.client_id == wanted.client_id)
    if (known := (await db.execute(same)).scalar_one_or_none()) is not None:
        return known
    await usable_category(db, wanted.category)
    made = _new_ticket(taker, wanted, now)
    effects.start_clock(made, rules, now)
    made.answer_due_at = clock.answer_due(now, made.emergency, rules)
    values = {column.key: getattr(made, column.key) for column in Ticket.__table__.columns}
    row = insert(Ticket).values(values).on_conflict_do_nothing(index_elements=["taken_by", "client_id"])
    added = (await db.execute(row.returning(Ticket.id))).first()
    ticket = (await db.execute(same)).scalar_one()
    if added is not None:
        await moving.record(db, ticket, None, f"service:{room}", now, {"by": Part.DESK}, {})
        await moving.tell(db, ticket, "reported", {})
    return ticket


async def ticket_fact(db: AsyncSession, ticket_id: UUID) -> Ticket:
    """Errors: TicketUnknown."""
    found = await db.get(Ticket, ticket_id)
    if found is None:
        raise TicketUnknown
    return found


def _new_ticket(taker: UUID, wanted: TicketFor, now: datetime) -> Ticket:
    return Ticket(
        id=new_id(),
        client_id=wanted.client_id,
        compound_id=wanted.compound_id,
        compound_code=wanted.compound_code,
        kind=KIND,
        category=wanted.category,
        words=wanted.words,
        emergency=wanted.emergency,
        building=wanted.building,
        entrance=wanted.entrance,
        taken_by=taker,
        state=State.REPORTED,
        reported_at=now,
        handled_by=[],
        helping_units=[],
        has_photos=False,
        version=1,
        **dict.fromkeys(("joined", "followers", "appeals", "returns", "reworks", "call_tries"), 0),
    )
