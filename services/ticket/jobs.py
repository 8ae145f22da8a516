"""What the room does unasked: say once that a due has passed, and count dues once a calendar is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.house import rules_of
from services.ticket.rules.clock import paused_for
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.states import State
from services.ticket.settings import TicketSettings
from services.ticket.tables import OverdueNotice, Ticket, TicketMove
from services.ticket.tickets.effects import set_due
from services.ticket.tickets.queries import running
from shared.days import CalendarMissing
from shared.outbox import Event, tell

if TYPE_CHECKING:
    from shared.app import House

BATCH = 200


async def announce_overdue(house: "House") -> int:
    """TKT-3. One event for each due that has passed, whoever else looks at the same time; how many."""
    now, said = house.clock.now(), 0
    async with house.database.write() as session, session.begin():
        for clock, due, passed in _clocks(now):
            rows = await session.execute(
                select(Ticket)
                .outerjoin(
                    OverdueNotice,
                    and_(
                        OverdueNotice.ticket_id == Ticket.id,
                        OverdueNotice.clock == clock,
                        OverdueNotice.due_at == due,
                    ),
                )
                .where(passed, OverdueNotice.ticket_id.is_(None))
                .order_by(Ticket.id)
                .limit(BATCH)
            )
            said += await _announce(session, clock, rows.scalars().all(), now)
    return said


def _clocks(now: datetime) -> Sequence[tuple[str, ColumnElement[datetime | None], ColumnElement[bool]]]:
    unanswered = and_(Ticket.answer_due_at <= now, Ticket.first_answered_at.is_(None))
    return (
        ("FINISH", Ticket.due_at.expression, and_(running(), Ticket.due_at <= now)),
        ("SIGN", Ticket.sign_due_at.expression, and_(running(), Ticket.sign_due_at <= now)),
        ("ANSWER", Ticket.answer_due_at.expression, and_(Ticket.state == State.REPORTED, unanswered)),
    )


async def _announce(session: AsyncSession, clock: str, tickets: Sequence[Ticket], now: datetime) -> int:
    """The primary key lets one of several processes say it."""
    said = 0
    for ticket in tickets:
        due = {"FINISH": ticket.due_at, "SIGN": ticket.sign_due_at, "ANSWER": ticket.answer_due_at}[clock]
        row = insert(OverdueNotice).values(ticket_id=ticket.id, clock=clock, due_at=due, at=now)
        first = await session.execute(row.on_conflict_do_nothing().returning(OverdueNotice.ticket_id))
        if first.first() is None or due is None:
            continue
        data = {"clock": clock, "state": ticket.state, "due_at": due.isoformat()}
        event = Event("linli.ticket.overdue.v1", str(ticket.id), ticket.compound_code, data)
        await tell(session, Ticket.metadata, event)
        said += 1
    return said


async def fill_in_dues(house: "House") -> int:
    """DAY-1. Tickets reported before their year's calendar was entered get their dues; how many."""
    assert isinstance(house.settings, TicketSettings)
    rules = rules_of(house.settings)
    waiting = select(Ticket).where(Ticket.awaits_calendar).order_by(Ticket.started_at, Ticket.id)
    async with house.database.read() as session:  # nothing is locked while even the oldest has to wait on
        oldest = (await session.execute(waiting.limit(1))).scalar_one_or_none()
        if oldest is None or not await _filled(session, oldest, rules):
            return 0
    async with house.database.write() as session, session.begin():
        rows = await session.execute(waiting.limit(BATCH).with_for_update(skip_locked=True))
        return sum([await _filled(session, ticket, rules) for ticket in rows.scalars().all()])


async def _filled(session: AsyncSession, ticket: Ticket, rules: Parameters) -> bool:
    try:
        ticket.paused_seconds = int((await _paused(session, ticket, rules)).total_seconds())
    except CalendarMissing:
        return False
    set_due(ticket, rules)
    if not ticket.awaits_calendar:
        ticket.version += 1
    return not ticket.awaits_calendar


async def _paused(session: AsyncSession, ticket: Ticket, rules: Parameters) -> timedelta:
    """TKT-3. Working time of every suspension since the clock began, by the history: one that reached into a year
    without a table could not be counted when it ended. Raises CalendarMissing."""
    moves = select(TicketMove.to_state, TicketMove.at).where(
        TicketMove.ticket_id == ticket.id,
        TicketMove.at >= ticket.started_at,
        or_(TicketMove.to_state == State.SUSPENDED, TicketMove.from_state == State.SUSPENDED),
    )
    total, began = timedelta(), None
    for to_state, at in await session.execute(moves.order_by(TicketMove.position)):
        if to_state == State.SUSPENDED:
            began = at
        elif began is not None:
            total += paused_for(began, at, rules)
    return total
