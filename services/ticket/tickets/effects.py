"""Writes down what a granted move changes in a ticket: one small function a state, chosen by table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.ticket.rules import clock
from services.ticket.rules.kinds import EmergencyLine, Kind, UnitKind
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.states import State
from services.ticket.tables import Ticket
from shared.days import CalendarMissing


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a move, in clear types."""

    words: Mapping[str, str]  # reason, where_to_go, answer, grounds
    unit_name: str | None = None
    unit_kind: UnitKind | None = None
    helping_units: tuple[str, ...] = ()
    worker_id: UUID | None = None
    partner_id: UUID | None = None
    emergency_line: EmergencyLine | None = None
    days: int | None = None
    granted: bool | None = None
    platform: str | None = None
    outer_number: str | None = None
    solved: bool | None = None
    satisfaction: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One granted move on one locked ticket. `lead` is the leading ticket where there is one, locked too."""

    ticket: Ticket
    before: State
    to: State
    given: Given
    caller: UUID
    rules: Parameters
    now: datetime
    lead: Ticket | None = None


def make(step: Step) -> None:
    """Put the ticket into its new state. Raises CalendarMissing where an extension runs into an unpublished year."""
    ticket = step.ticket
    if step.before is State.REPORTED and step.to is not State.WITHDRAWN and ticket.first_answered_at is None:
        ticket.first_answered_at = step.now
    ticket.state = step.to
    if step.to not in (State.DISPATCHED, State.RETURN_REQUESTED):
        ticket.sign_due_at = None
    if step.before is State.MERGED:
        _leave_lead(step)
    elif effect := EFFECTS.get(step.to):
        effect(step)


def start_clock(ticket: Ticket, rules: Parameters, now: datetime) -> None:
    """TKT-3. A fresh clock from now on."""
    ticket.started_at = now
    ticket.extension_days, ticket.extensions, ticket.paused_seconds = 0, 0, 0
    ticket.suspended_at = ticket.answered_at = None
    set_due(ticket, rules)


def set_due(ticket: Ticket, rules: Parameters) -> None:
    """TKT-3. Original and current due; where the year is not published both wait for its calendar (DAY-1)."""
    try:
        ticket.original_due_at = clock.finish_due(Kind(ticket.kind), ticket.started_at, rules)
        ticket.due_at = _current_due(ticket, rules)
        ticket.awaits_calendar = False
    except CalendarMissing:
        ticket.due_at, ticket.awaits_calendar = None, True


def recount(ticket: Ticket, rules: Parameters) -> None:
    """TKT-3. The dues by what the report is now. What waits for a calendar is counted with it, suspensions too."""
    if not ticket.awaits_calendar:
        set_due(ticket, rules)


def _current_due(ticket: Ticket, rules: Parameters) -> datetime | None:
    if ticket.original_due_at is None:
        return None
    paused = timedelta(seconds=ticket.paused_seconds)
    return clock.current_due(ticket.original_due_at, ticket.extension_days, paused, rules)


def _reported(step: Step) -> None:
    step.ticket.appeals += 1
    start_clock(step.ticket, step.rules, step.now)


def _dispatched(step: Step) -> None:
    ticket, given = step.ticket, step.given
    ticket.returns += step.before is State.RETURN_REQUESTED
    ticket.reworks += step.before is State.REWORK
    ticket.unit_name, ticket.unit_kind = given.unit_name, given.unit_kind
    ticket.helping_units = list(given.helping_units)  # TKT-8
    ticket.worker_id = given.worker_id
    ticket.asked_by = None
    ticket.dispatched_at, ticket.signed_at = step.now, None
    _await_signature(step)


def _await_signature(step: Step) -> None:
    """TKT-3. Two office hours from now."""
    try:
        step.ticket.sign_due_at = clock.sign_due(step.now, step.rules)
    except CalendarMissing:
        step.ticket.sign_due_at = None


def _in_progress(step: Step) -> None:
    ticket = step.ticket
    if step.before is State.DISPATCHED:
        ticket.worker_id, ticket.signed_at = step.caller, step.now
    elif step.before is State.EXTENSION_REQUESTED:
        _decide_extension(step)
    elif step.before is State.SUSPENDED:
        _resume(step)
    elif ticket.worker_id is None:
        ticket.worker_id = step.given.worker_id
    ticket.asked_by = ticket.asked_days = None
    if ticket.worker_id is not None:
        _handles(ticket, ticket.worker_id)


def _decide_extension(step: Step) -> None:
    """TKT-4. The due moves only if the extension is granted."""
    ticket = step.ticket
    if step.given.granted and ticket.asked_days:
        ticket.extensions += 1
        ticket.extension_days += ticket.asked_days
        ticket.due_at = _current_due(ticket, step.rules)


def _resume(step: Step) -> None:
    """TKT-3. The working time of the suspension is taken out of the clock."""
    ticket = step.ticket
    if ticket.suspended_at is not None:
        try:
            paused = clock.paused_for(ticket.suspended_at, step.now, step.rules)
            ticket.paused_seconds += int(paused.total_seconds())
            ticket.due_at = _current_due(ticket, step.rules)
        except CalendarMissing:
            ticket.due_at, ticket.awaits_calendar = None, True
    ticket.suspended_at = None


def _asked(step: Step) -> None:
    step.ticket.asked_by, step.ticket.asked_days = step.caller, step.given.days


def _suspended(step: Step) -> None:
    step.ticket.suspended_at = step.now


def _merged(step: Step) -> None:
    if step.lead is not None:
        step.ticket.former, step.ticket.lead_id = step.before, step.lead.id
        step.lead.joined += 1


def _leave_lead(step: Step) -> None:
    step.ticket.former = step.ticket.lead_id = None
    if step.to is State.DISPATCHED:
        _await_signature(step)
    if step.lead is not None:
        step.lead.joined -= 1


def _escalated(step: Step) -> None:
    ticket, given = step.ticket, step.given
    ticket.platform, ticket.outer_number, ticket.partner_id = given.platform, given.outer_number, given.partner_id


def _handed_over(step: Step) -> None:
    step.ticket.emergency_line = step.given.emergency_line


def _answered(step: Step) -> None:
    ticket = step.ticket
    ticket.answer, ticket.answered_at = step.given.words.get("answer"), step.now
    _handles(ticket, step.caller)


def _verified(step: Step) -> None:
    step.ticket.verified_by = step.caller


def _rework(step: Step) -> None:
    """TKT-3. The clock runs on, by what the report is by now."""
    step.ticket.verified_by = step.ticket.answered_at = None
    step.ticket.call_tries = 0
    recount(step.ticket, step.rules)


def _closed(step: Step) -> None:
    """TKT-6. Solved and content are the reporter's words, from a call-back only."""
    ticket = step.ticket
    ticket.closed_at = step.now
    if step.before is State.CALLBACK:
        ticket.solved, ticket.satisfaction = step.given.solved, step.given.satisfaction


def _reopened(step: Step) -> None:
    """A new round: a new clock, and every limit counts anew; who handled it is not forgotten."""
    ticket = step.ticket
    ticket.returns = ticket.reworks = ticket.call_tries = 0
    ticket.closed_at = ticket.verified_by = ticket.solved = ticket.satisfaction = None
    start_clock(ticket, step.rules, step.now)


def _handles(ticket: Ticket, person: UUID) -> None:
    if person not in ticket.handled_by:
        ticket.handled_by = [*ticket.handled_by, person]


EFFECTS: Mapping[State, Callable[[Step], None]] = {
    State.REPORTED: _reported,
    State.DISPATCHED: _dispatched,
    State.IN_PROGRESS: _in_progress,
    State.RETURN_REQUESTED: _asked,
    State.EXTENSION_REQUESTED: _asked,
    State.SUSPENDED: _suspended,
    State.MERGED: _merged,
    State.ESCALATED: _escalated,
    State.HANDED_OVER: _handed_over,
    State.RESOLVED_ON_SPOT: _answered,
    State.FEEDBACK: _answered,
    State.VERIFIED: _verified,
    State.REWORK: _rework,
    State.CLOSED: _closed,
    State.REOPENED: _reopened,
}
