"""Calls the reporter back and lets his answer move the ticket (TKT-6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import CallbackRefused
from services.ticket.house import MeansOf
from services.ticket.rules.facts import Ask
from services.ticket.rules.moves import judge
from services.ticket.rules.roles import Part, parts_of
from services.ticket.rules.sight import Sight
from services.ticket.rules.states import Need, State
from services.ticket.tables import Ticket, TicketCallback
from services.ticket.tickets import queries
from services.ticket.tickets.effects import Given
from services.ticket.tickets.moving import Wish, locked_tickets, open_moves, refusal, walk
from shared import audit
from shared.database import new_id
from shared.identity import Actor

# The moves that lead up to the answer. From FEEDBACK only the helped person himself gets through (TKT-2).
PATHS: Mapping[State, tuple[State, ...]] = {
    State.FEEDBACK: (State.VERIFIED, State.CALLBACK),
    State.VERIFIED: (State.CALLBACK,),
    State.RESOLVED_ON_SPOT: (State.CALLBACK,),
    State.CALLBACK: (),
}
_LEAD_ANSWERED = frozenset({State.CALLBACK, State.CLOSED})
_ALL = frozenset(Need)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call brought: nobody reached, or whether it is solved and how content he is (1 to 5, 5 best)."""

    reached: bool
    solved: bool | None
    satisfaction: int | None
    words: str | None


async def record_callback(
    db: AsyncSession, actor: Actor, means: MeansOf, ticket_id: UUID, reply: Reply, now: datetime
) -> tuple[Ticket, Sight]:
    """TKT-6. Solved closes the ticket, unsolved sends it to rework, nobody reached counts a try."""
    locked = await locked_tickets(db, ticket_id, Wish(State.CALLBACK, Given({}), frozenset()))
    ticket, sight = queries.sighted(actor, locked.get(ticket_id), means.rules)
    if ticket.state == State.MERGED:
        _judge_joined(actor, means, ticket, locked, now)
    else:
        await _lead_up(db, actor, means, ticket, reply, now, locked)
    db.add(
        TicketCallback(
            id=new_id(),
            ticket_id=ticket.id,
            at=now,
            actor=f"{actor.kind}:{actor.subject}",
            reached=reply.reached,
            solved=reply.solved,
            satisfaction=reply.satisfaction,
        )
    )
    audit.note(db, "ticket", ticket.id, ticket.compound_code, reached=reply.reached, state=ticket.state)
    return ticket, sight


def _judge_joined(actor: Actor, means: MeansOf, ticket: Ticket, locked: Mapping[UUID, Ticket], now: datetime) -> None:
    """TKT-5. Who joined is called back too, once the leading ticket has its answer, by the desk, and as TKT-2 asks by
    nobody who handled or verified that; nothing moves."""
    lead = locked.get(ticket.lead_id) if ticket.lead_id else None
    caller = queries.caller_on(actor, ticket.compound_code)
    is_desk = Part.DESK in parts_of(queries.facts_of(ticket).people, caller, means.rules)
    if lead is None or State(lead.state) not in _LEAD_ANSWERED or not is_desk:
        raise _refused(actor, means, ticket, now)
    as_asked = replace(queries.facts_of(lead), state=State.CALLBACK)
    if refused := judge(as_asked, Ask(State.CLOSED, _ALL), caller, means.rules, now):
        raise refusal(refused, ticket, caller, means.rules, now, State.CLOSED)


async def _lead_up(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    ticket: Ticket,
    reply: Reply,
    now: datetime,
    locked: dict[UUID, Ticket],
) -> None:
    state = State(ticket.state)
    if state not in PATHS:
        raise _refused(actor, means, ticket, now)
    end = State.CLOSED if reply.solved else State.REWORK
    if state is State.FEEDBACK and end is State.REWORK:
        path: tuple[State, ...] = ()
    else:
        path = PATHS[state]
    given = Given({"reason": reply.words or "-"}, solved=reply.solved, satisfaction=reply.satisfaction)
    for step in path:
        await walk(db, actor, means, ticket, Wish(step, Given({}), frozenset()), now, locked)
    if reply.reached:
        await walk(db, actor, means, ticket, Wish(end, given, _ALL), now, locked)
        return
    _judge_caller(actor, means, ticket, now)
    ticket.call_tries += 1
    ticket.version += 1


def _judge_caller(actor: Actor, means: MeansOf, ticket: Ticket, now: datetime) -> None:
    """A try counts only for who may also record the answer."""
    caller = queries.caller_on(actor, ticket.compound_code)
    ask = Ask(State.CLOSED, _ALL)
    if refused := judge(queries.facts_of(ticket), ask, caller, means.rules, now):
        raise refusal(refused, ticket, caller, means.rules, now, State.CLOSED)


def _refused(actor: Actor, means: MeansOf, ticket: Ticket, now: datetime) -> CallbackRefused:
    caller = queries.caller_on(actor, ticket.compound_code)
    return CallbackRefused(
        why="NOT_DUE",
        why_zh="此状态下没有待回访的答复。",
        why_en="There is no answer to call back about in this state.",
        state=ticket.state,
        allowed=open_moves(ticket, caller, means.rules, now),
    )
