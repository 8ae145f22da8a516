"""Carries one granted move out on a locked ticket: effects, history, pictures, audit and event together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import MoveForbidden, MoveIncomplete, MoveRefused, TicketUnknown, YearUnpublished
from services.ticket.house import MeansOf
from services.ticket.rules.facts import Ask, LeadFacts
from services.ticket.rules.guards import Why
from services.ticket.rules.merge import is_alike
from services.ticket.rules.moves import Refused, allowed, judge
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import Caller, Part, parts_of
from services.ticket.rules.states import MOVES, Move, Need, State
from services.ticket.rules.wording import WORDS
from services.ticket.tables import Ticket, TicketMove, TicketNote, TicketPhoto
from services.ticket.tickets import effects, queries
from services.ticket.tickets.effects import Given
from shared import audit, outbox
from shared.database import new_id
from shared.days import CalendarMissing
from shared.files import FileReference
from shared.identity import Actor
from shared.outbox import Event

OURSELVES = "service:ticket"


@dataclass(frozen=True, slots=True)
class Wish:
    """A move as asked for: the state, what came with it, the pictures, the leading ticket."""

    to: State
    given: Given
    needs: frozenset[Need]
    lead_id: UUID | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


async def locked_tickets(db: AsyncSession, ticket_id: UUID, wish: Wish) -> dict[UUID, Ticket]:
    """Every ticket the move may touch, locked in the order of ids, so that two moves never wait for each other."""
    touched = [
        Ticket.id == ticket_id,
        Ticket.id.in_(select(Ticket.lead_id).where(Ticket.id == ticket_id)),
    ]
    if wish.to is State.MERGED and wish.lead_id:
        touched.append(Ticket.id == wish.lead_id)
    if wish.to is State.WITHDRAWN:
        touched.append(Ticket.lead_id == ticket_id)
    asked = select(Ticket).where(or_(*touched)).order_by(Ticket.id).with_for_update()
    rows = await db.execute(asked)
    if wish.to is State.WITHDRAWN:  # who was merged in while this waited for the leading ticket is seen only now
        rows = await db.execute(asked)
    return {ticket.id: ticket for ticket in rows.scalars()}


async def walk(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    ticket: Ticket,
    wish: Wish,
    now: datetime,
    locked: dict[UUID, Ticket],
) -> Ticket:
    """One move of a locked ticket, with its history, pictures and event."""
    before, rules = State(ticket.state), means.rules
    caller = queries.caller_on(actor, ticket.compound_code)
    lead = _lead(actor, ticket, wish, locked, rules)
    facts = queries.facts_of(ticket, await queries.may_community_lead(db, ticket))
    ask = Ask(wish.to, wish.needs, wish.given.days, wish.given.unit_kind, wish.given.worker_id, lead=lead)
    try:
        if refused := judge(facts, ask, caller, rules, now):
            raise refusal(refused, ticket, caller, rules, now, wish.to)
        leading = await _leading(db, wish.lead_id if wish.to is State.MERGED else ticket.lead_id, locked)
        step = effects.Step(ticket, before, wish.to, wish.given, actor.subject, rules, now, leading)
        effects.make(step)
    except CalendarMissing as missing:  # DAY-1
        raise YearUnpublished(year=missing.year) from None
    ticket.version += 1
    arc = MOVES[before, wish.to]
    told = _told(wish, arc, min(arc.by & parts_of(facts.people, caller, rules)))
    move = await record(db, ticket, before, who(actor), now, told, wish.given.words)
    for shows, tokens in (("BEFORE", wish.before), ("AFTER", wish.after)):
        attach(db, ticket, move, shows, [means.references.attached(token, actor.subject, now) for token in tokens])
    if wish.to is State.WITHDRAWN:
        await _release(db, ticket, [other for other in locked.values() if other.lead_id == ticket.id], rules, now)
    await tell(db, ticket, "moved", {"from_state": before})
    return ticket


async def _leading(db: AsyncSession, lead_id: UUID | None, locked: dict[UUID, Ticket]) -> Ticket | None:
    if lead_id is None:
        return None
    return locked.get(lead_id) or await db.get(Ticket, lead_id, with_for_update=True)


def _lead(actor: Actor, ticket: Ticket, wish: Wish, locked: dict[UUID, Ticket], rules: Parameters) -> LeadFacts | None:
    """TKT-5. What the rules ask of the leading ticket; one of another compound does not exist."""
    if wish.to is not State.MERGED or wish.lead_id is None:
        return None
    lead = locked.get(wish.lead_id)
    if lead is None or lead.compound_id != ticket.compound_id:
        raise TicketUnknown
    alike = is_alike(queries.matter_of(ticket), queries.matter_of(lead), rules)
    return LeadFacts(State(lead.state), lead.id == ticket.id, alike)


def refusal(
    refused: Refused, ticket: Ticket, caller: Caller, rules: Parameters, now: datetime, to: State
) -> MoveRefused | MoveForbidden | MoveIncomplete:
    """The refusal with what the caller may do instead."""
    said: dict[str, Any] = {"state": ticket.state, "allowed": open_moves(ticket, caller, rules, now)}
    if refused.why is Why.INCOMPLETE:
        return MoveIncomplete(missing=sorted(refused.missing), **said)
    if refused.why is Why.NOT_YOUR_MOVE:
        return MoveForbidden(needed=sorted(MOVES[State(ticket.state), to].by), **said)
    zh, en = WORDS[refused.why]
    return MoveRefused(why=refused.why.value, why_zh=zh, why_en=en, **said)


def open_moves(ticket: Ticket, caller: Caller, rules: Parameters, now: datetime) -> list[dict[str, Any]]:
    """`allowed` as the wire shows it; a move that hangs on an unpublished year is left out (DAY-1)."""
    try:
        found = allowed(queries.facts_of(ticket), caller, rules, now)
    except CalendarMissing:
        return []
    return [{"to": move.to.value, "needs": sorted(need.value for need in move.needs)} for move in found]


def _told(wish: Wish, move: Move, part: Part) -> dict[str, Any]:
    """The part of a move that anybody may read: no person, no free words, and nothing that the move does not need."""
    given = wish.given
    said: Mapping[Need, Any] = {
        Need.UNIT: given.unit_name,
        Need.DAYS: given.days,
        Need.GRANTED: given.granted,
        Need.EMERGENCY_LINE: given.emergency_line.value if given.emergency_line else None,
        Need.PLATFORM: given.platform,
        Need.OUTER_NUMBER: given.outer_number,
        Need.SOLVED: given.solved,
    }
    facts = {need.value: value for need, value in said.items() if need in move.needs and value is not None}
    return {"by": part.value, **facts}


async def _release(
    db: AsyncSession, lead: Ticket, joined: Collection[Ticket], rules: Parameters, now: datetime
) -> None:
    """TKT-5. A leading ticket that is withdrawn takes nobody's report along: the joined go on by themselves."""
    for ticket in joined:
        to = State(ticket.former or State.ACCEPTED)
        effects.make(effects.Step(ticket, State.MERGED, to, Given({}), lead.taken_by, rules, now, lead))
        ticket.version += 1
        await record(db, ticket, State.MERGED, OURSELVES, now, {}, {})
        await tell(db, ticket, "moved", {"from_state": State.MERGED})


def who(actor: Actor) -> str:
    return f"{actor.kind}:{actor.subject}"


async def record(
    db: AsyncSession,
    ticket: Ticket,
    before: State | None,
    who: str,
    now: datetime,
    facts: dict[str, Any],
    words: Any,
) -> TicketMove:
    """A line of history; the words beside it."""
    move = TicketMove(
        id=new_id(),
        ticket_id=ticket.id,
        position=ticket.version,
        from_state=before,
        to_state=ticket.state,
        at=now,
        actor=who,
        facts=facts,
    )
    db.add(move)
    await db.flush()
    if words:
        db.add(TicketNote(move_id=move.id, ticket_id=ticket.id, words=dict(words)))
    return move


def attach(db: AsyncSession, ticket: Ticket, move: TicketMove, shows: str, photos: Sequence[FileReference]) -> None:
    for photo in photos:
        db.add(
            TicketPhoto(
                id=new_id(),
                ticket_id=ticket.id,
                move_id=move.id,
                shows=shows,
                file_id=photo.id,
                media_type=photo.kind,
                sha256=photo.sha256,
            )
        )


async def tell(db: AsyncSession, ticket: Ticket, fact: str, more: dict[str, str]) -> None:
    """Audit and event of a fact. `linli.ticket.<fact>.v1`, thin."""
    data = {"state": ticket.state, "kind": ticket.kind, "category": ticket.category, **more}
    if fact != "corrected":
        audit.note(db, "ticket", ticket.id, ticket.compound_code, state=ticket.state, **more)
    await outbox.tell(db, Ticket.metadata, Event(f"linli.ticket.{fact}.v1", str(ticket.id), ticket.compound_code, data))
