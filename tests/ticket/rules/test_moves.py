"""TKT-2: the whole table of moves, walked both ways, and its limits."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest

from services.ticket.rules.facts import LeadFacts
from services.ticket.rules.guards import GUARDS, Why
from services.ticket.rules.kinds import Kind, UnitKind
from services.ticket.rules.moves import Refused, allowed, judge
from services.ticket.rules.roles import Caller, Part, Role, parts_of
from services.ticket.rules.states import FINAL, MERGEABLE, MOVES, OPEN, Guard, Need, State
from shared.days import TABLES, CalendarMissing, end_of
from tests.ticket.rules.cases import (
    CALLERS,
    EVERYTHING,
    KIND_OF,
    NOW,
    REPORTER,
    RULES,
    SOMEBODY,
    WORKER,
    ask,
    between,
    merged_from,
    ticket,
)

STATES = sorted(State)

# TKT-2 as the design page writes it, kept apart from the code's table on purpose.
PAGE = """
REPORTED: ACCEPTED REJECTED HANDED_OVER
REJECTED: REPORTED
ACCEPTED: DISPATCHED RESOLVED_ON_SPOT MERGED ESCALATED
RESOLVED_ON_SPOT: CALLBACK
DISPATCHED: IN_PROGRESS DISPATCHED RETURN_REQUESTED MERGED ESCALATED
RETURN_REQUESTED: DISPATCHED IN_PROGRESS
IN_PROGRESS: EXTENSION_REQUESTED SUSPENDED FEEDBACK TO_DELIBERATION TO_OWNERS_VOTE MERGED ESCALATED
EXTENSION_REQUESTED: IN_PROGRESS
SUSPENDED: IN_PROGRESS
MERGED: ACCEPTED DISPATCHED IN_PROGRESS
ESCALATED: FEEDBACK IN_PROGRESS
TO_DELIBERATION: FEEDBACK IN_PROGRESS
TO_OWNERS_VOTE: FEEDBACK IN_PROGRESS
FEEDBACK: VERIFIED REWORK
REWORK: DISPATCHED HARD_CASE
HARD_CASE: IN_PROGRESS CLOSED
VERIFIED: CALLBACK
CALLBACK: CLOSED REWORK
CLOSED: REOPENED
REOPENED: ACCEPTED
"""


def page_arcs() -> set[tuple[State, State]]:
    arcs = {(state, State.WITHDRAWN) for state in State if state not in FINAL}
    for line in PAGE.strip().splitlines():
        here, _, there = line.partition(": ")
        arcs |= {(State(here), State(to)) for to in there.split()}
    return arcs


def test_the_table_holds_exactly_the_arcs_of_the_page() -> None:
    """TKT-2."""
    assert set(MOVES) == page_arcs()


@pytest.mark.parametrize("part", sorted(Part))
def test_each_part_makes_exactly_its_moves_between_all_pairs_of_states(part: Part) -> None:
    """TKT-2. State x state x part, both directions: what the table grants stands, everything else is refused."""
    caller = CALLERS[part]

    for here, to in product(STATES, STATES):
        facts = between(here, to, KIND_OF.get(part, Kind.HELP))
        parts = parts_of(facts.people, caller, RULES)
        granted = (here, to) in MOVES and not MOVES[here, to].by.isdisjoint(parts)
        refused = judge(facts, ask(to, caller), caller, RULES, NOW)

        assert part in parts
        assert (refused is None) == granted, (here, to, refused)
        if refused:
            assert refused.why is (Why.NOT_YOUR_MOVE if (here, to) in MOVES else Why.NO_SUCH_MOVE)


@pytest.mark.parametrize("role", sorted(Role))
def test_each_role_alone_makes_exactly_its_moves(role: Role) -> None:
    """TKT-2. State x state x role: a stranger with one role, who neither reported nor handles the ticket."""
    caller = Caller(SOMEBODY, frozenset({role}))
    of_role = {Role.CLERK: Part.DESK, Role.SECRETARY: Part.DESK, Role.GRID_WORKER: Part.GRID}
    of_role |= {Role.PMC_MEMBER: Part.COMMITTEE, Role.STREET_OFFICER: Part.STREET}

    for here, to in product(STATES, STATES):
        granted = (here, to) in MOVES and of_role.get(role) in MOVES[here, to].by
        assert (judge(between(here, to), ask(to, caller), caller, RULES, NOW) is None) == granted, (here, to)


@pytest.mark.parametrize("role", sorted(Role))
def test_allowed_names_exactly_what_judge_grants(role: Role) -> None:
    """TKT-2."""
    caller = Caller(SOMEBODY, frozenset({role}))

    for state in STATES:
        facts = between(state, State.ACCEPTED)
        named = {move.to for move in allowed(facts, caller, RULES, NOW)}
        granted = {to for to in STATES if judge(facts, ask(to, caller), caller, RULES, NOW) is None}
        assert named == granted, state


def test_every_arc_can_be_made_by_every_part_that_it_names() -> None:
    """TKT-2."""
    for (here, to), move in MOVES.items():
        for part in move.by:
            facts = between(here, to, KIND_OF.get(part, Kind.HELP))
            assert judge(facts, ask(to, CALLERS[part]), CALLERS[part], RULES, NOW) is None, (here, to, part)


def test_every_state_is_reached_and_all_but_two_endings_can_be_left() -> None:
    """TKT-2. A closed ticket can be reopened; withdrawn and handed over are over."""
    reached, left = {State.REPORTED}, set()
    while fresh := {to for (here, to) in MOVES if here in reached} - reached:
        reached |= fresh
    left = {here for here, _ in MOVES}

    assert reached == set(State)
    assert set(State) - left == {State.WITHDRAWN, State.HANDED_OVER}
    assert left >= OPEN


def test_a_move_without_what_it_needs_is_refused_and_names_the_fields() -> None:
    """TKT-2."""
    for (here, to), move in MOVES.items():
        part = min(move.by)
        facts = between(here, to)
        if move.needs and KIND_OF.get(part) is None:
            bare = ask(to, CALLERS[part], given=frozenset())
            refused = judge(facts, bare, CALLERS[part], RULES, NOW)
            assert refused == Refused(Why.INCOMPLETE, move.needs), (here, to)


def test_every_guard_has_its_function_and_its_arc() -> None:
    used = {guard for move in MOVES.values() for guard in move.guards}

    assert used == set(Guard) == set(GUARDS)


LIMITS = [
    (State.REJECTED, State.REPORTED, Part.REPORTER, {"appeals": 1}, Why.APPEALED_ALREADY),
    (State.DISPATCHED, State.RETURN_REQUESTED, Part.HANDLER, {"returns": 1}, Why.RETURNED_ALREADY),
    (State.REWORK, State.DISPATCHED, Part.DESK, {"reworks": 2}, Why.REWORKED_ENOUGH),
    (State.IN_PROGRESS, State.EXTENSION_REQUESTED, Part.HANDLER, {"extensions": 1}, Why.EXTENDED_ALREADY),
    (State.IN_PROGRESS, State.EXTENSION_REQUESTED, Part.HANDLER, {"due_at": NOW}, Why.EXTENSION_TOO_LATE),
    (State.IN_PROGRESS, State.EXTENSION_REQUESTED, Part.HANDLER, {"due_at": None}, Why.NO_CLOCK),
    (State.IN_PROGRESS, State.EXTENSION_REQUESTED, Part.HANDLER, {"kind": Kind.ENQUIRY}, Why.EXTENSION_TOO_LONG),
    (State.CLOSED, State.REOPENED, Part.REPORTER, {"closed_at": NOW - timedelta(days=20)}, Why.REOPENED_TOO_LATE),
    (State.ACCEPTED, State.MERGED, Part.DESK, {"joined": 1}, Why.LEADS_OTHERS),
    (State.EXTENSION_REQUESTED, State.IN_PROGRESS, Part.DESK, {"asked_by": SOMEBODY}, Why.ASKED_HIMSELF),
    (State.FEEDBACK, State.VERIFIED, Part.DESK, {"handled_by": frozenset({SOMEBODY})}, Why.HANDLED_HIMSELF),
    (State.IN_PROGRESS, State.SUSPENDED, Part.DESK, {"worker_id": SOMEBODY}, Why.HANDLED_HIMSELF),
    (State.CALLBACK, State.CLOSED, Part.DESK, {"handled_by": frozenset({SOMEBODY})}, Why.HANDLED_HIMSELF),
    (State.CALLBACK, State.CLOSED, Part.DESK, {"verified_by": SOMEBODY}, Why.VERIFIED_HIMSELF),
    (State.VERIFIED, State.CALLBACK, Part.DESK, {"verified_by": SOMEBODY}, Why.VERIFIED_HIMSELF),
]


@pytest.mark.parametrize(("here", "to", "part", "changes", "why"), LIMITS)
def test_limits_refuse_by_name(here: State, to: State, part: Part, changes: dict[str, object], why: Why) -> None:
    """TKT-2, TKT-4. One appeal, one return, two reworks, one extension in time, fifteen days, separate persons."""
    facts = replace(between(here, to), **changes)  # type: ignore[arg-type]

    assert judge(facts, ask(to, CALLERS[part]), CALLERS[part], RULES, NOW) == Refused(why)
    assert to not in {move.to for move in allowed(facts, CALLERS[part], RULES, NOW)} or why is Why.EXTENSION_TOO_LONG


@pytest.mark.parametrize("former", MERGEABLE)
def test_an_unmerge_returns_to_the_former_state_only(former: State) -> None:
    """TKT-2, TKT-5."""
    desk = CALLERS[Part.DESK]

    outcomes = {to: judge(merged_from(former), ask(to, desk), desk, RULES, NOW) for to in MERGEABLE}

    assert [to for to, refused in outcomes.items() if refused is None] == [former]


@pytest.mark.parametrize(
    "lead",
    [
        LeadFacts(State.IN_PROGRESS, is_itself=True, is_alike=True),
        LeadFacts(State.IN_PROGRESS, is_itself=False, is_alike=False),
        *(LeadFacts(state, is_itself=False, is_alike=True) for state in (State.CLOSED, State.MERGED, State.REPORTED)),
    ],
)
def test_a_ticket_joins_only_an_open_one_of_the_same_matter(lead: LeadFacts) -> None:
    """TKT-5."""
    desk = CALLERS[Part.DESK]
    asked = replace(ask(State.MERGED, desk), lead=lead)

    assert judge(ticket(State.ACCEPTED), asked, desk, RULES, NOW) == Refused(Why.LEAD_UNFIT)


def test_a_community_does_not_lead_outside_its_list() -> None:
    """TKT-7. Such a ticket may go up instead."""
    desk, facts = CALLERS[Part.DESK], ticket(State.ACCEPTED, community_may_lead=False)
    to_itself = replace(ask(State.DISPATCHED, desk), unit_kind=UnitKind.COMMUNITY)

    assert judge(facts, to_itself, desk, RULES, NOW) == Refused(Why.COMMUNITY_MAY_NOT_LEAD)
    assert judge(facts, ask(State.ESCALATED, desk), desk, RULES, NOW) is None


def test_a_volunteer_takes_help_for_himself_only_and_never_his_own_request() -> None:
    """TKT-1."""
    volunteer = CALLERS[Part.VOLUNTEER]
    facts = ticket(State.ACCEPTED, Kind.NEIGHBOUR_HELP, worker_id=None)
    for_another = replace(ask(State.DISPATCHED, volunteer), worker_id=WORKER)
    own = replace(facts, reporter_id=SOMEBODY)

    assert judge(facts, ask(State.DISPATCHED, volunteer), volunteer, RULES, NOW) is None
    assert judge(facts, for_another, volunteer, RULES, NOW) == Refused(Why.ONLY_FOR_HIMSELF)
    assert judge(own, ask(State.DISPATCHED, volunteer), volunteer, RULES, NOW) == Refused(Why.NOT_YOUR_MOVE)


@pytest.mark.parametrize("kind", sorted(RULES.self_confirming))
def test_the_helped_persons_yes_is_verification_and_callback(kind: Kind) -> None:
    """TKT-2 [P by kind]."""
    reporter = CALLERS[Part.REPORTER]
    verified = ticket(State.VERIFIED, kind, verified_by=REPORTER)
    called = ticket(State.CALLBACK, kind, verified_by=REPORTER)

    assert judge(ticket(State.FEEDBACK, kind), ask(State.VERIFIED, reporter), reporter, RULES, NOW) is None
    assert judge(verified, ask(State.CALLBACK, reporter), reporter, RULES, NOW) is None
    assert judge(called, ask(State.CLOSED, reporter), reporter, RULES, NOW) is None


def test_who_helped_does_not_confirm_his_own_help() -> None:
    """TKT-2."""
    reporter = CALLERS[Part.REPORTER]
    facts = ticket(State.FEEDBACK, Kind.ENQUIRY, handled_by=frozenset({REPORTER}))

    assert judge(facts, ask(State.VERIFIED, reporter), reporter, RULES, NOW) == Refused(Why.HANDLED_HIMSELF)


def test_feedback_needs_photos_unless_the_kind_or_the_report_makes_them_needless() -> None:
    """TKT-2."""
    worker = CALLERS[Part.HANDLER]
    without = ask(State.FEEDBACK, worker, given=frozenset({Need.ANSWER}))

    full = judge(ticket(State.IN_PROGRESS), without, worker, RULES, NOW)
    pictured = judge(ticket(State.IN_PROGRESS, has_photos=True), without, worker, RULES, NOW)
    enquiry = judge(ticket(State.IN_PROGRESS, Kind.ENQUIRY), without, worker, RULES, NOW)

    assert full == Refused(Why.INCOMPLETE, frozenset({Need.PHOTOS_BEFORE, Need.PHOTOS_AFTER}))
    assert pictured == Refused(Why.INCOMPLETE, frozenset({Need.PHOTOS_AFTER}))
    assert enquiry is None


def test_after_three_fruitless_calls_a_ticket_closes_without_a_rating() -> None:
    """TKT-6."""
    desk = CALLERS[Part.DESK]
    bare = ask(State.CLOSED, desk, given=frozenset())

    twice = judge(ticket(State.CALLBACK, call_tries=2), bare, desk, RULES, NOW)
    thrice = judge(ticket(State.CALLBACK, call_tries=3), bare, desk, RULES, NOW)

    assert twice == Refused(Why.INCOMPLETE, frozenset({Need.SOLVED, Need.SATISFACTION}))
    assert thrice is None


def test_an_unnamed_dispatch_is_signed_by_any_worker_of_the_compound_and_no_other() -> None:
    """TKT-2."""
    facts = ticket(State.DISPATCHED, worker_id=None)
    worker, resident = Caller(SOMEBODY, frozenset({Role.HANDLER})), Caller(SOMEBODY, frozenset({Role.RESIDENT}))

    assert judge(facts, ask(State.IN_PROGRESS, worker), worker, RULES, NOW) is None
    assert judge(facts, ask(State.IN_PROGRESS, resident), resident, RULES, NOW) == Refused(Why.NOT_YOUR_MOVE)


def test_a_report_taken_down_by_the_desk_is_withdrawn_by_the_desk() -> None:
    """TKT-2. Every resident's action can be done on his behalf."""
    desk = CALLERS[Part.DESK]

    assert judge(ticket(State.ACCEPTED, reporter_id=None), ask(State.WITHDRAWN, desk), desk, RULES, NOW) is None
    assert judge(ticket(State.ACCEPTED), ask(State.WITHDRAWN, desk), desk, RULES, NOW) == Refused(Why.NOT_YOUR_MOVE)


def test_work_returns_only_to_somebody() -> None:
    """TKT-2. An escalated ticket that nobody handled comes back with a worker named."""
    desk, facts = CALLERS[Part.DESK], ticket(State.ESCALATED, worker_id=None)
    unnamed = replace(ask(State.IN_PROGRESS, desk), worker_id=None)

    assert judge(facts, unnamed, desk, RULES, NOW) == Refused(Why.NO_WORKER)
    assert judge(facts, ask(State.IN_PROGRESS, desk), desk, RULES, NOW) is None


def test_reopening_asks_for_an_unpublished_year_only_when_that_year_decides() -> None:
    """TKT-2, DAY-1. The fifteenth day falls into a year without a table."""
    reporter, year = CALLERS[Part.REPORTER], max(TABLES)
    closed = ticket(State.CLOSED, closed_at=end_of(NOW.date().replace(year, 12, 20)))
    asked = ask(State.REOPENED, reporter)

    assert judge(closed, asked, reporter, RULES, end_of(NOW.date().replace(year, 12, 28))) is None
    with pytest.raises(CalendarMissing):
        judge(closed, asked, reporter, RULES, end_of(NOW.date().replace(year + 1, 1, 9)))


def test_a_stranger_may_do_nothing_anywhere() -> None:
    """TKT-2."""
    stranger = Caller(UUID(int=99))

    assert all(not allowed(between(state, State.ACCEPTED), stranger, RULES, NOW) for state in State)
    assert frozenset(Need) == EVERYTHING
