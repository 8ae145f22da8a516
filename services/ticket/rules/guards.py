"""Decides the conditions of a move beyond role and fields: limits, separation of persons, merging, leading."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from services.ticket.rules import clock
from services.ticket.rules.facts import Case
from services.ticket.rules.kinds import UnitKind
from services.ticket.rules.roles import Part, parts_of
from services.ticket.rules.states import OPEN, Guard, Need, State
from shared.days import day_of, is_within


class Why(StrEnum):
    """Why a move is refused."""

    NO_SUCH_MOVE = "NO_SUCH_MOVE"
    NOT_YOUR_MOVE = "NOT_YOUR_MOVE"
    INCOMPLETE = "INCOMPLETE"
    APPEALED_ALREADY = "APPEALED_ALREADY"
    RETURNED_ALREADY = "RETURNED_ALREADY"
    REWORKED_ENOUGH = "REWORKED_ENOUGH"
    EXTENDED_ALREADY = "EXTENDED_ALREADY"
    EXTENSION_TOO_LATE = "EXTENSION_TOO_LATE"
    EXTENSION_TOO_LONG = "EXTENSION_TOO_LONG"
    NO_CLOCK = "NO_CLOCK"
    ASKED_HIMSELF = "ASKED_HIMSELF"
    HANDLED_HIMSELF = "HANDLED_HIMSELF"
    VERIFIED_HIMSELF = "VERIFIED_HIMSELF"
    REOPENED_TOO_LATE = "REOPENED_TOO_LATE"
    NOT_ITS_FORMER_STATE = "NOT_ITS_FORMER_STATE"
    LEAD_UNFIT = "LEAD_UNFIT"
    LEADS_OTHERS = "LEADS_OTHERS"
    COMMUNITY_MAY_NOT_LEAD = "COMMUNITY_MAY_NOT_LEAD"
    ONLY_FOR_HIMSELF = "ONLY_FOR_HIMSELF"
    NO_WORKER = "NO_WORKER"


def _appeal_left(case: Case) -> Why | None:
    return None if case.ticket.appeals < case.rules.max_appeals else Why.APPEALED_ALREADY


def _return_left(case: Case) -> Why | None:
    return None if case.ticket.returns < case.rules.max_returns else Why.RETURNED_ALREADY


def _rework_left(case: Case) -> Why | None:
    return None if case.ticket.reworks < case.rules.max_reworks else Why.REWORKED_ENOUGH


def _extension_fits(case: Case) -> Why | None:
    """TKT-4. Once, asked for before the due, no longer than the original limit and the cap."""
    ticket, longest = case.ticket, clock.longest_extension(case.ticket.kind, case.rules)
    if ticket.due_at is None:
        return Why.NO_CLOCK
    if ticket.extensions >= case.rules.max_extensions:
        return Why.EXTENDED_ALREADY
    if case.now >= ticket.due_at:
        return Why.EXTENSION_TOO_LATE
    return Why.EXTENSION_TOO_LONG if (case.ask.days or 0) > longest else None


def _not_who_asked(case: Case) -> Why | None:
    return Why.ASKED_HIMSELF if case.ticket.asked_by == case.caller.subject else None


def _not_who_handled(case: Case) -> Why | None:
    """TKT-2. Who verifies, calls back or grants a suspension is not who handled."""
    handled = case.caller.subject in case.ticket.handled_by | {case.ticket.worker_id}
    return Why.HANDLED_HIMSELF if handled else None


def _not_who_verified(case: Case) -> Why | None:
    """TKT-2. Waived where the helped person's yes is both verification and call-back [P by kind]."""
    if Part.HELPED in parts_of(case.ticket.people, case.caller, case.rules):
        return None
    return Why.VERIFIED_HIMSELF if case.ticket.verified_by == case.caller.subject else None


def _within_reopening(case: Case) -> Why | None:
    """TKT-2, DAY-1. Raises CalendarMissing only when the period's end hangs on an unpublished year."""
    closed = case.ticket.closed_at
    if closed and is_within(case.now, day_of(closed), case.rules.reopen_days, case.rules.on_holiday):
        return None
    return Why.REOPENED_TOO_LATE


def _former_state(case: Case) -> Why | None:
    return None if case.ask.to is case.ticket.former else Why.NOT_ITS_FORMER_STATE


_CANNOT_LEAD = frozenset({State.REPORTED, State.REJECTED, State.MERGED})


def _lead_fits(case: Case) -> Why | None:
    """TKT-5. The leading ticket is another one, accepted and open, at the same place in the same matter and time."""
    lead = case.ask.lead
    if lead is None:
        return None
    fits = not lead.is_itself and lead.is_alike and lead.state in OPEN - _CANNOT_LEAD
    return None if fits else Why.LEAD_UNFIT


def _leads_nobody(case: Case) -> Why | None:
    return Why.LEADS_OTHERS if case.ticket.joined else None


def _unit_may_lead(case: Case) -> Why | None:
    """TKT-7. Outside its list a residents' committee is not made main handler; such a ticket goes up."""
    barred = case.ask.unit_kind is UnitKind.COMMUNITY and not case.ticket.community_may_lead
    return Why.COMMUNITY_MAY_NOT_LEAD if barred else None


def _takes_it_himself(case: Case) -> Why | None:
    """A volunteer takes a neighbour's request, he does not hand it to others."""
    if Part.DESK in parts_of(case.ticket.people, case.caller, case.rules) or Need.UNIT not in case.ask.given:
        return None
    return None if case.ask.worker_id == case.caller.subject else Why.ONLY_FOR_HIMSELF


def _has_worker(case: Case) -> Why | None:
    return None if case.ticket.worker_id or case.ask.worker_id else Why.NO_WORKER


GUARDS: Mapping[Guard, Callable[[Case], Why | None]] = {
    Guard.APPEAL_LEFT: _appeal_left,
    Guard.RETURN_LEFT: _return_left,
    Guard.REWORK_LEFT: _rework_left,
    Guard.EXTENSION_FITS: _extension_fits,
    Guard.NOT_WHO_ASKED: _not_who_asked,
    Guard.NOT_WHO_HANDLED: _not_who_handled,
    Guard.NOT_WHO_VERIFIED: _not_who_verified,
    Guard.WITHIN_REOPENING: _within_reopening,
    Guard.FORMER_STATE: _former_state,
    Guard.LEAD_FITS: _lead_fits,
    Guard.LEADS_NOBODY: _leads_nobody,
    Guard.UNIT_MAY_LEAD: _unit_may_lead,
    Guard.TAKES_IT_HIMSELF: _takes_it_himself,
    Guard.HAS_WORKER: _has_worker,
}
