"""Names what a judgement on a ticket looks at; the service reads it from its tables under a lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ticket.rules.kinds import Kind, UnitKind
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import Caller, People
from services.ticket.rules.states import Need, State


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """One ticket as it stands."""

    state: State
    kind: Kind
    reporter_id: UUID | None = None
    worker_id: UUID | None = None
    partner_id: UUID | None = None
    former: State | None = None  # before it was merged
    asked_by: UUID | None = None  # who asked for the extension or the return
    verified_by: UUID | None = None
    handled_by: frozenset[UUID] = frozenset()  # every worker and everyone who gave an answer
    has_photos: bool = False  # the report came with photos
    joined: int = 0  # tickets merged into this one
    appeals: int = 0
    returns: int = 0
    reworks: int = 0
    extensions: int = 0
    call_tries: int = 0
    community_may_lead: bool = True  # of its category
    due_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def people(self) -> People:
        waiting = self.state is State.DISPATCHED and self.worker_id is None
        return People(self.kind, self.reporter_id, self.worker_id, self.partner_id, waiting)


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """The ticket another one shall join."""

    state: State
    is_itself: bool
    is_alike: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller asks for: the state and what came with it."""

    to: State
    given: frozenset[Need] = frozenset()
    days: int | None = None
    unit_kind: UnitKind | None = None
    worker_id: UUID | None = None
    lead: LeadFacts | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one judgement needs."""

    ticket: TicketFacts
    ask: Ask
    caller: Caller
    rules: Parameters
    now: datetime
