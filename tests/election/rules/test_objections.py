"""PUB-6, BAL-8 at their boundaries: when an objection is in time, what it brings about, how long things are kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.election.rules.objections import OPEN_IN, About, Course, Effect, counts_as_open, effects, in_time
from services.election.rules.parameters import DEFAULTS, Kind, Preset
from services.election.rules.retention import kept_until
from services.election.rules.states import State
from shared.days import CalendarMissing

RULES = DEFAULTS[Preset.ORDINARY]
POSTED = datetime(2026, 12, 4, 2, 0, tzinfo=UTC)  # a Friday; seven days end on Friday the 11th at 24:00 in Shanghai
END = datetime(2026, 12, 11, 16, 0, tzinfo=UTC)


def _course(state: State, posted: datetime | None = POSTED) -> Course:
    return Course(state, RULES, roll_posted_at=posted, posted_at=posted)


@pytest.mark.parametrize("about", [About.PROCEDURE, About.COUNT])
def test_in_time_until_the_last_moment_of_the_last_day(about: About) -> None:
    """PUB-6, DAY-1."""
    course = _course(State.POSTED)

    assert in_time(about, course, END - timedelta(microseconds=1))
    assert not in_time(about, course, END)


def test_to_the_roll_while_it_is_posted_and_not_once_it_is_announced() -> None:
    """PUB-6, VOTE-7."""
    assert in_time(About.ROLL, _course(State.ROLL_POSTED), END - timedelta(seconds=1))
    assert not in_time(About.ROLL, _course(State.ROLL_POSTED), END)
    assert not in_time(About.ROLL, _course(State.ANNOUNCED), POSTED)


def test_before_the_result_is_posted_procedure_and_count_are_always_in_time() -> None:
    """PUB-6. The clock has not begun."""
    assert in_time(About.PROCEDURE, _course(State.OPEN, None), END + timedelta(days=300))
    assert in_time(About.COUNT, _course(State.COUNTED, None), END)
    assert not in_time(About.COUNT, _course(State.OPEN, None), END)


def test_a_year_without_a_calendar_refuses_where_it_would_decide() -> None:
    """DAY-1."""
    late_in_the_year = datetime(2026, 12, 27, 2, 0, tzinfo=UTC)  # seven days end on a Sunday of 2027

    assert in_time(About.COUNT, _course(State.POSTED, late_in_the_year), late_in_the_year + timedelta(days=6))
    with pytest.raises(CalendarMissing):
        in_time(About.COUNT, _course(State.POSTED, late_in_the_year), late_in_the_year + timedelta(days=9))


def test_only_what_is_in_time_and_new_holds_up() -> None:
    """PUB-6."""
    assert [counts_as_open(late, repeats) for late in (False, True) for repeats in (False, True)] == [
        True,
        False,
        False,
        False,
    ]


def _effects(about: About, state: State, kind: Kind = Kind.OWNERS_DECISION) -> frozenset[Effect]:
    counted = state not in {State.ROLL_POSTED, State.ANNOUNCED, State.OPEN, State.CLOSED, State.CANCELLED}
    return effects(about, replace(_course(state), kind=kind, counted=counted))


def test_nothing_is_recounted_that_was_not_counted() -> None:
    """PUB-6."""
    assert Effect.RECOUNT not in _effects(About.PROCEDURE, State.CLOSED)
    assert Effect.RECOUNT in _effects(About.PROCEDURE, State.COUNTED)


@pytest.mark.parametrize("state", [State.FINAL, State.CANCELLED, State.REPEATED])
def test_of_what_is_over_nothing_is_promised_any_more(state: State) -> None:
    """PUB-6. A late objection is answered; no step leads from there."""
    assert {_effects(about, state) for about in About} == {frozenset({Effect.NONE})}


@pytest.mark.parametrize(
    ("about", "state", "kind", "corrects"),
    [
        (About.ROLL, State.ROLL_POSTED, Kind.OWNERS_DECISION, True),
        (About.ROLL, State.COUNTED, Kind.OWNERS_DECISION, True),
        (About.ROLL, State.ROLL_POSTED, Kind.HOUSEHOLD, True),
        (About.ROLL, State.ANNOUNCED, Kind.HOUSEHOLD, False),
        (About.ROLL, State.ROLL_POSTED, Kind.MEMBERS, False),
        (About.COUNT, State.COUNTED, Kind.OWNERS_DECISION, False),
        (About.PROCEDURE, State.COUNTED, Kind.OWNERS_DECISION, False),
    ],
)
def test_what_nobody_could_correct_is_not_decided_to_be(about: About, state: State, kind: Kind, corrects: bool) -> None:
    """PUB-6, VOTE-7. It would hold the result up for ever."""
    assert (Effect.CORRECT in _effects(about, state, kind)) is corrects


def test_nothing_can_be_objected_to_once_it_is_over() -> None:
    over = {State.FINAL, State.CANCELLED, State.REPEATED, State.DRAFT}

    assert not any(over & OPEN_IN[about] for about in About)


@pytest.mark.parametrize(
    ("final", "years", "last"),
    [
        (datetime(2026, 12, 14, 2, 0, tzinfo=UTC), 5, date(2031, 12, 14)),
        (datetime(2026, 12, 13, 16, 0, tzinfo=UTC), 5, date(2031, 12, 14)),  # already the 14th in Shanghai
        (datetime(2028, 2, 29, 2, 0, tzinfo=UTC), 5, date(2033, 2, 28)),
        (datetime(2028, 2, 29, 2, 0, tzinfo=UTC), 8, date(2036, 2, 29)),
    ],
)
def test_a_final_result_is_kept_for_five_years_at_least(final: datetime, years: int, last: date) -> None:
    """BAL-8."""
    assert kept_until(final, years) == last
    assert RULES.retention_years >= 5
