"""Builders with true defaults for the rules of tickets."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.ticket.rules.facts import Ask, LeadFacts, TicketFacts
from services.ticket.rules.kinds import Kind, UnitKind
from services.ticket.rules.parameters import DEFAULTS
from services.ticket.rules.roles import Caller, Part, Role
from services.ticket.rules.states import MERGEABLE, Need, State

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
REPORTER, WORKER, PARTNER, SOMEBODY = (UUID(int=number) for number in range(1, 5))
EVERYTHING = frozenset(Need)

CALLERS = {
    Part.REPORTER: Caller(REPORTER, frozenset({Role.RESIDENT})),
    Part.HELPED: Caller(REPORTER, frozenset({Role.RESIDENT})),
    Part.DESK: Caller(SOMEBODY, frozenset({Role.CLERK})),
    Part.GRID: Caller(SOMEBODY, frozenset({Role.GRID_WORKER})),
    Part.COMMITTEE: Caller(SOMEBODY, frozenset({Role.PMC_MEMBER})),
    Part.HANDLER: Caller(WORKER, frozenset({Role.HANDLER})),
    Part.VOLUNTEER: Caller(SOMEBODY, frozenset({Role.VOLUNTEER})),
    Part.STREET: Caller(SOMEBODY, frozenset({Role.STREET_OFFICER})),
    Part.PARTNER: Caller(PARTNER, frozenset({Role.PARTNER})),
}
KIND_OF = {Part.HELPED: Kind.NEIGHBOUR_HELP, Part.VOLUNTEER: Kind.NEIGHBOUR_HELP}


def ticket(state: State, kind: Kind = Kind.HELP, **changes: object) -> TicketFacts:
    """A ticket in a state that nothing but the table hinders."""
    facts: dict[str, object] = {
        "reporter_id": REPORTER,
        "worker_id": WORKER,
        "partner_id": PARTNER,
        "handled_by": frozenset({WORKER}),
        "due_at": NOW + timedelta(days=3),
        "closed_at": NOW - timedelta(days=1) if state is State.CLOSED else None,
    }
    return TicketFacts(state, kind, **{**facts, **changes})  # type: ignore[arg-type]


def merged_from(former: State) -> TicketFacts:
    return ticket(State.MERGED, former=former)


def ask(to: State, caller: Caller, given: frozenset[Need] = EVERYTHING) -> Ask:
    """A request with everything in it that any move may need."""
    lead = LeadFacts(State.IN_PROGRESS, is_itself=False, is_alike=True)
    return Ask(to, given, days=3, unit_kind=UnitKind.PROPERTY, worker_id=caller.subject, lead=lead)


def between(here: State, to: State, kind: Kind = Kind.HELP) -> TicketFacts:
    """The ticket for an arc; an un-merge returns to where it was."""
    if here is State.MERGED:
        return ticket(here, kind, former=to if to in MERGEABLE else State.ACCEPTED)
    return ticket(here, kind)


RULES = DEFAULTS
