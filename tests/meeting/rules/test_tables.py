"""MEET-1: every table of moves, walked both ways against the page, by every part and every role."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MEETING_MOVES, MeetingState
from services.meeting.rules.moves import Need, Refused, Table
from services.meeting.rules.reasons import WORDS, Why
from services.meeting.rules.roles import MEMBER, WHO, Caller, Part, Role, parts_of
from services.meeting.rules.screening import Outcome
from services.meeting.rules.tasks import ENDS, FOLLOWED, TASK_MOVES, TaskState, state_after
from services.meeting.rules.topics import BEFORE_VOTE, TOPIC_MOVES, MeetingFacts, TopicState, is_fit_lead
from services.meeting.rules.votes import RESOLUTION_MOVES, ResolutionState
from shared.days import CalendarMissing, end_of
from tests.meeting.rules.cases import (
    CALLERS,
    CHAIR,
    NOW,
    PEOPLE,
    RECORDER,
    SOMEBODY,
    WITNESS,
    meeting_case,
    topic_case,
    vote_case,
)

EVERYTHING = frozenset(Need)

# MEET-1, MEET-3 and MEET-6 as the design page writes them, kept apart from the code's tables on purpose; and one arc
# more, SCREENED to COLLECTED: the correcting action of a wrong screening.
TOPIC_PAGE = """
COLLECTED: SCREENED
SCREENED: SCHEDULED COLLECTED
SCHEDULED: RESOLVED DEFERRED
DEFERRED: SCHEDULED
RESOLVED: PUBLICISED
PUBLICISED: EXECUTING
EXECUTING: EVALUATED
EVALUATED: ARCHIVED REOPENED
REOPENED: SCHEDULED
"""
MEETING_PAGE = """
DRAFT: NOTICED CANCELLED
NOTICED: OPEN POSTPONED CANCELLED
OPEN: HELD NO_QUORUM
NO_QUORUM: NOTICED CANCELLED
POSTPONED: NOTICED CANCELLED
"""
RESOLUTION_PAGE = """
DRAFT: OPEN
OPEN: PASSED LOST LAPSED
"""
TASK_PAGE = """
MADE: LIVING DROPPED
LIVING: DONE DROPPED
DONE: LIVING EVALUATED
DROPPED: EVALUATED
"""
MACHINES: Mapping[str, tuple[Table[Any, Any], type[StrEnum], str, Callable[[Any], Any]]] = {
    "topic": (TOPIC_MOVES, TopicState, TOPIC_PAGE, lambda to: topic_case()),
    "meeting": (MEETING_MOVES, MeetingState, MEETING_PAGE, meeting_case),
    "resolution": (RESOLUTION_MOVES, ResolutionState, RESOLUTION_PAGE, lambda to: vote_case()),
    "task": (TASK_MOVES, TaskState, TASK_PAGE, lambda to: None),
}


def arcs_of(page: str) -> set[tuple[str, str]]:
    lines = (line.partition(": ") for line in page.strip().splitlines())
    return {(here, to) for here, _, there in lines for to in there.split()}


@pytest.mark.parametrize("name", MACHINES)
def test_each_table_holds_exactly_the_arcs_of_the_page(name: str) -> None:
    """MEET-1."""
    table, _, page, _ = MACHINES[name]

    assert set(table.arcs) == arcs_of(page)


@pytest.mark.parametrize(("name", "part"), list(product(MACHINES, sorted(Part))))
def test_each_part_makes_exactly_its_moves_between_all_pairs_of_states(name: str, part: Part) -> None:
    """MEET-1. State x state x part: what the table grants stands, everything else is refused for the right reason."""
    table, states, _, case = MACHINES[name]
    parts = parts_of(PEOPLE, CALLERS[part])

    assert part in parts
    for here, to in product(states, states):
        granted = (here, to) in table.arcs and not table.arcs[here, to].by.isdisjoint(parts)
        refused = table.judge(here, to, parts, EVERYTHING, case(to))
        assert (refused is None) == granted, (here, to, refused)
        if refused:
            assert refused.why is (Why.NOT_YOUR_MOVE if (here, to) in table.arcs else Why.NO_SUCH_MOVE)


PART_OF_ROLE = {
    Role.CLERK: {Part.DESK},
    Role.SECRETARY: {Part.DESK},
    Role.STREET_OFFICER: {Part.STREET},
    Role.ADMINISTRATOR: set(),
    Role.AUDITOR: set(),
    Role.PARTNER: set(),
}


@pytest.mark.parametrize(("name", "role"), list(product(MACHINES, sorted(Role))))
def test_each_role_alone_makes_exactly_its_moves(name: str, role: Role) -> None:
    """MEET-1. State x state x role: somebody with one role, who is no officer and proposed nothing."""
    table, states, _, case = MACHINES[name]
    wanted = PART_OF_ROLE.get(role, {Part.NEIGHBOUR})
    parts = parts_of(PEOPLE, Caller(SOMEBODY, frozenset({role})))

    assert parts == wanted
    for here, to in product(states, states):
        granted = (here, to) in table.arcs and not table.arcs[here, to].by.isdisjoint(wanted)
        assert (table.judge(here, to, parts, EVERYTHING, case(to)) is None) == granted, (here, to)


@pytest.mark.parametrize(("name", "part"), list(product(MACHINES, sorted(Part))))
def test_allowed_names_exactly_what_judge_grants(name: str, part: Part) -> None:
    """MEET-1."""
    table, states, _, case = MACHINES[name]
    parts = parts_of(PEOPLE, CALLERS[part])

    for here, to in product(states, states):
        named = {state for state, _ in table.allowed(here, parts, case(to))}
        assert (to in named) == (table.judge(here, to, parts, EVERYTHING, case(to)) is None), (here, to)


@pytest.mark.parametrize("name", MACHINES)
def test_a_move_without_what_it_needs_says_what_is_missing(name: str) -> None:
    """MEET-1."""
    table, _, _, case = MACHINES[name]

    for (here, to), arc in table.arcs.items():
        refused = table.judge(here, to, arc.by, frozenset(), case(to))
        assert refused == (Refused(Why.INCOMPLETE, arc.needs) if arc.needs else None), (here, to)


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Why)
    assert all(zh and en for zh, en in WORDS.values())


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.ACCEPT])
def test_only_an_accepted_topic_comes_onto_an_agenda(outcome: Outcome) -> None:
    """MEET-1, MEET-2."""
    case, desk = topic_case(outcome=outcome), frozenset({Part.DESK})

    refused = TOPIC_MOVES.judge(TopicState.SCREENED, TopicState.SCHEDULED, desk, EVERYTHING, case)

    assert refused == Refused(Why.NOT_ACCEPTED)


@pytest.mark.parametrize(("tasks", "hindrance"), [(0, None), (1, Refused(Why.TASKS_UNFINISHED))])
@pytest.mark.parametrize("outcome", Outcome)
def test_a_wrong_screening_is_taken_back_whatever_it_found_but_not_over_a_running_ticket(
    outcome: Outcome, tasks: int, hindrance: Refused | None
) -> None:
    """MEET-2, MEET-6."""
    case, desk = topic_case(outcome=outcome, tasks_unfinished=tasks), frozenset({Part.DESK})

    refused = TOPIC_MOVES.judge(TopicState.SCREENED, TopicState.COLLECTED, desk, frozenset({Need.REASON}), case)

    assert refused == hindrance


@pytest.mark.parametrize(("state", "kind", "same"), list(product(MeetingState, Kind, (True, False))))
def test_only_the_draft_of_a_resolving_meeting_of_the_compound_takes_a_topic(
    state: MeetingState, kind: Kind, same: bool
) -> None:
    """VOTE-9, MEET-9. After the notice the agenda is frozen."""
    case, desk = topic_case(meeting=MeetingFacts(state, kind, same)), frozenset({Part.DESK})
    fits = state is MeetingState.DRAFT and kind in (Kind.COUNCIL, Kind.RESIDENTS_MEETING) and same

    refused = TOPIC_MOVES.judge(TopicState.SCREENED, TopicState.SCHEDULED, desk, EVERYTHING, case)

    assert refused == (None if fits else Refused(Why.MEETING_UNFIT))


def test_a_topic_is_executed_once_its_posting_is_over() -> None:
    """MEET-1, DAY-1. Posted on Monday the 2nd: the last of seven days is the 9th, until 24:00."""
    posted, over = datetime(2026, 11, 2, 3, tzinfo=UTC), end_of(date(2026, 11, 9))
    move = (TopicState.PUBLICISED, TopicState.EXECUTING, frozenset({Part.DESK}), frozenset[Need]())

    last = TOPIC_MOVES.judge(*move, topic_case(posted_at=posted, now=over - timedelta(microseconds=1)))
    first = TOPIC_MOVES.judge(*move, topic_case(posted_at=posted, now=over))

    assert (last, first) == (Refused(Why.STILL_POSTED), None)


def test_a_posting_that_would_end_on_a_rest_day_runs_to_the_next_working_day() -> None:
    """MEET-1, DAY-1. Posted on Saturday the 7th: the 14th is a Saturday, so it ends on Monday the 16th."""
    posted = datetime(2026, 11, 7, 3, tzinfo=UTC)
    move = (TopicState.PUBLICISED, TopicState.EXECUTING, frozenset({Part.DESK}), frozenset[Need]())

    sunday = TOPIC_MOVES.judge(*move, topic_case(posted_at=posted, now=datetime(2026, 11, 15, 3, tzinfo=UTC)))
    tuesday = TOPIC_MOVES.judge(*move, topic_case(posted_at=posted, now=end_of(date(2026, 11, 16))))

    assert (sunday, tuesday) == (Refused(Why.STILL_POSTED), None)


def test_a_posting_in_an_unpublished_year_is_not_guessed() -> None:
    """DAY-1."""
    posted = datetime(2031, 3, 3, 3, tzinfo=UTC)

    with pytest.raises(CalendarMissing):
        TOPIC_MOVES.judge(
            TopicState.PUBLICISED,
            TopicState.EXECUTING,
            frozenset({Part.DESK}),
            frozenset(),
            topic_case(posted_at=posted, now=posted + timedelta(days=8)),
        )


@pytest.mark.parametrize(("unfinished", "why"), [(0, None), (1, Why.TASKS_UNFINISHED), (3, Why.TASKS_UNFINISHED)])
def test_a_topic_is_evaluated_when_each_of_its_tasks_is(unfinished: int, why: Why | None) -> None:
    """MEET-6."""
    case = topic_case(tasks_unfinished=unfinished)

    refused = TOPIC_MOVES.judge(TopicState.EXECUTING, TopicState.EVALUATED, frozenset({Part.DESK}), EVERYTHING, case)

    assert refused == (Refused(why) if why else None)


@pytest.mark.parametrize(("state", "outcome"), list(product(TopicState, [None, *Outcome])))
def test_a_topic_merges_into_one_that_is_not_resolved_or_sent_elsewhere(
    state: TopicState, outcome: Outcome | None
) -> None:
    """MEET-1."""
    fits = state in BEFORE_VOTE and outcome in (None, Outcome.ACCEPT)

    assert is_fit_lead(state, outcome, is_itself=False, is_same_compound=True) == fits
    assert not is_fit_lead(state, outcome, is_itself=True, is_same_compound=True)
    assert not is_fit_lead(state, outcome, is_itself=False, is_same_compound=False)


def noticed(**changed: object) -> Refused | None:
    case = meeting_case(MeetingState.NOTICED, **changed)
    return MEETING_MOVES.judge(MeetingState.DRAFT, MeetingState.NOTICED, frozenset({Part.DESK}), frozenset(), case)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"agenda": 0}, Why.NO_AGENDA),
        ({"officers": (CHAIR, RECORDER, None)}, Why.OFFICERS_UNNAMED),
        ({"officers": (CHAIR, RECORDER, CHAIR)}, Why.OFFICERS_NOT_APART),
        ({"members": 0}, Why.NO_MEMBERS),
        ({"term": (date(2027, 1, 1), date(2028, 1, 1))}, Why.OUT_OF_TERM),
        ({"term": (date(2025, 1, 1), date(2026, 11, 30))}, Why.OUT_OF_TERM),
        ({"starts_at": NOW}, Why.NOTICE_TOO_SHORT),
    ],
)
def test_a_notice_needs_agenda_officers_members_and_time(changed: dict[str, object], why: Why) -> None:
    """MEET-1, MEET-5, MEET-9."""
    assert noticed(**changed) == Refused(why)


@pytest.mark.parametrize("kind", [Kind.OPEN_COUNCIL, Kind.OWNERS_ASSEMBLY])
def test_a_meeting_without_a_roll_needs_no_members(kind: Kind) -> None:
    """MEET-9."""
    assert noticed(kind=kind, members=0, term=None, starts_at=NOW + timedelta(days=40)) is None


@pytest.mark.parametrize(("kind", "days"), [(Kind.COUNCIL, 3), (Kind.OPEN_COUNCIL, 3), (Kind.OWNERS_ASSEMBLY, 15)])
def test_the_notice_period_is_whole_days_the_first_not_counted(kind: Kind, days: int) -> None:
    """MEET-1, DAY-1. Noticed on the 23rd: with three days the meeting may begin on the 27th at 0:00."""
    earliest = end_of(date(2026, 11, 23) + timedelta(days=days))

    assert noticed(kind=kind, starts_at=earliest) is None
    assert noticed(kind=kind, starts_at=earliest - timedelta(microseconds=1)) == Refused(Why.NOTICE_TOO_SHORT)


def test_a_notice_late_in_the_evening_counts_from_the_shanghai_day() -> None:
    """DAY-1. 16:30 UTC on the 23rd is the 24th in Shanghai."""
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)

    assert noticed(now=late, starts_at=end_of(date(2026, 11, 26))) == Refused(Why.NOTICE_TOO_SHORT)
    assert noticed(now=late, starts_at=end_of(date(2026, 11, 27))) is None


@pytest.mark.parametrize(("minutes", "why"), [(31, Why.TOO_EARLY), (30, None), (0, None), (-600, None)])
def test_a_meeting_opens_half_an_hour_before_its_time_at_the_earliest(minutes: int, why: Why | None) -> None:
    case = meeting_case(starts_at=NOW + timedelta(minutes=minutes))

    refused = MEETING_MOVES.judge(MeetingState.NOTICED, MeetingState.OPEN, frozenset({Part.CHAIR}), frozenset(), case)

    assert refused == (Refused(why) if why else None)


@pytest.mark.parametrize("to", [MeetingState.HELD, MeetingState.NO_QUORUM])
def test_before_its_time_nobody_ends_a_meeting_over_those_who_are_still_to_come(to: MeetingState) -> None:
    """MEET-1, MEET-3. It may be open already, for signing in."""
    early = meeting_case(to, starts_at=NOW + timedelta(microseconds=1))

    refused = MEETING_MOVES.judge(MeetingState.OPEN, to, frozenset({Part.CHAIR}), EVERYTHING, early)

    assert refused == Refused(Why.TOO_EARLY)


def test_a_topic_is_not_taken_off_while_it_is_voted_on() -> None:
    """MEET-3."""
    case, desk = topic_case(vote_runs=True), frozenset({Part.DESK})

    refused = TOPIC_MOVES.judge(TopicState.SCHEDULED, TopicState.DEFERRED, desk, EVERYTHING, case)

    assert refused == Refused(Why.VOTE_RUNS)


def test_every_part_has_its_name_in_both_languages() -> None:
    assert set(WHO) == {*Part, MEMBER}


@pytest.mark.parametrize(
    ("kind", "stood", "votes", "to", "why"),
    [
        (Kind.COUNCIL, True, 0, MeetingState.HELD, None),
        (Kind.COUNCIL, True, 1, MeetingState.HELD, Why.VOTE_RUNS),
        (Kind.COUNCIL, False, 0, MeetingState.HELD, Why.QUORUM_NEVER_STOOD),
        (Kind.COUNCIL, False, 0, MeetingState.NO_QUORUM, None),
        (Kind.COUNCIL, True, 0, MeetingState.NO_QUORUM, Why.QUORUM_STOOD),
        (Kind.OPEN_COUNCIL, False, 0, MeetingState.HELD, None),
        (Kind.OPEN_COUNCIL, False, 0, MeetingState.NO_QUORUM, Why.QUORUM_STOOD),
    ],
)
def test_a_meeting_ends_as_its_quorum_says(
    kind: Kind, stood: bool, votes: int, to: MeetingState, why: Why | None
) -> None:
    """MEET-3, MEET-9."""
    case = meeting_case(kind=kind, quorum_stood=stood, votes_running=votes)

    refused = MEETING_MOVES.judge(MeetingState.OPEN, to, frozenset({Part.CHAIR}), EVERYTHING, case)

    assert refused == (Refused(why) if why else None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("meeting_is_open", Why.NOT_OPEN),
        ("has_begun", Why.TOO_EARLY),
        ("kind_resolves", Why.MAY_NOT_RESOLVE),
        ("is_announced", Why.NOT_ANNOUNCED),
        ("quorum_stands", Why.NO_QUORUM),
    ],
)
def test_a_vote_opens_in_an_open_resolving_meeting_on_an_announced_item_with_quorum(changed: str, why: Why) -> None:
    """MEET-3, MEET-9, VOTE-9."""
    case, chair = vote_case(**{changed: False}), frozenset({Part.CHAIR})

    refused = RESOLUTION_MOVES.judge(ResolutionState.DRAFT, ResolutionState.OPEN, chair, frozenset(), case)

    assert refused == Refused(why)


TICKET_STATES = ["REPORTED", "REJECTED", "IN_PROGRESS", "CLOSED", "HANDED_OVER", "WITHDRAWN", "REOPENED", "UNHEARD_OF"]


@pytest.mark.parametrize(("here", "ticket"), list(product(TaskState, TICKET_STATES)))
def test_a_task_goes_where_its_ticket_goes_and_only_along_the_table(here: TaskState, ticket: str) -> None:
    """MEET-6."""
    to = state_after(here, ticket)

    assert to is here or (here, to) in TASK_MOVES.arcs
    assert here in FOLLOWED or to is here
    if here is TaskState.LIVING:
        assert to is ENDS.get(ticket, TaskState.LIVING)


def test_a_reopened_ticket_brings_its_task_back_to_life() -> None:
    """MEET-6."""
    assert state_after(TaskState.DONE, "REOPENED") is TaskState.LIVING
    assert state_after(TaskState.EVALUATED, "REOPENED") is TaskState.EVALUATED


def test_the_house_plays_no_other_part_and_officers_are_persons() -> None:
    assert parts_of(PEOPLE, CALLERS[Part.HOUSE]) == {Part.HOUSE}
    assert parts_of(PEOPLE, Caller(WITNESS, frozenset({Role.OWNER}))) == {Part.WITNESS, Part.NEIGHBOUR}
