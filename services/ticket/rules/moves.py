"""Decides whether a caller may make a move now, and which moves are open to him (TKT-2)."""

from dataclasses import dataclass
from datetime import datetime

from services.ticket.rules.facts import Ask, Case, TicketFacts
from services.ticket.rules.guards import GUARDS, Why
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import Caller, parts_of
from services.ticket.rules.states import MOVES, MOVES_FROM, Move, Need, State

_PHOTOS = frozenset({Need.PHOTOS_BEFORE, Need.PHOTOS_AFTER})
_RATING = frozenset({Need.SOLVED, Need.SATISFACTION})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, and which fields are missing when that is the reason."""

    why: Why
    missing: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move this caller may make now, and what it needs."""

    to: State
    needs: frozenset[Need]


def judge(ticket: TicketFacts, ask: Ask, caller: Caller, rules: Parameters, now: datetime) -> Refused | None:
    """TKT-2. None when the move stands. Raises CalendarMissing where an unpublished year decides."""
    case = Case(ticket, ask, caller, rules, now)
    move = MOVES.get((ticket.state, ask.to))
    if move is None:
        return Refused(Why.NO_SUCH_MOVE)
    if move.by.isdisjoint(parts_of(ticket.people, caller, rules)):
        return Refused(Why.NOT_YOUR_MOVE)
    if missing := needs_of(move, ask.to, ticket, rules) - ask.given:
        return Refused(Why.INCOMPLETE, missing)
    why = _hindrance(move, case)
    return Refused(why) if why else None


def allowed(ticket: TicketFacts, caller: Caller, rules: Parameters, now: datetime) -> tuple[OpenMove, ...]:
    """The moves this caller may make now, by name of the state; fields that decide are judged when sent."""
    parts = parts_of(ticket.people, caller, rules)
    found = []
    for to, move in MOVES_FROM[ticket.state]:
        if move.by.isdisjoint(parts):
            continue
        ask = Ask(to, worker_id=caller.subject)  # who is named is chosen with the move, so it hinders nothing yet
        if _hindrance(move, Case(ticket, ask, caller, rules, now)) is None:
            found.append(OpenMove(to, needs_of(move, to, ticket, rules)))
    return tuple(found)


def needs_of(move: Move, to: State, ticket: TicketFacts, rules: Parameters) -> frozenset[Need]:
    """What a move needs in this ticket: its row less what the kind, the report or fruitless calls make needless."""
    needs = move.needs
    if ticket.kind in rules.self_confirming:  # TKT-2 [P by kind]
        needs -= _PHOTOS
    if ticket.has_photos:  # the reporter's photo shows how it was before
        needs -= {Need.PHOTOS_BEFORE}
    if to is State.CLOSED and ticket.call_tries >= rules.call_tries:  # TKT-6
        needs -= _RATING
    return needs


def _hindrance(move: Move, case: Case) -> Why | None:
    for guard in move.guards:
        if why := GUARDS[guard](case):
            return why
    return None
