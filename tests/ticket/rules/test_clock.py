"""TKT-3, TKT-4: dues, suspension, extension and colour."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.ticket.rules.clock import (
    Colour,
    Pace,
    answer_due,
    colour,
    current_due,
    due_stands,
    finish_due,
    is_overdue,
    longest_extension,
    paused_for,
    sign_due,
)
from services.ticket.rules.facts import Ask
from services.ticket.rules.kinds import Kind
from services.ticket.rules.moves import judge
from services.ticket.rules.parameters import FINISH_WORKING_DAYS
from services.ticket.rules.roles import Part
from services.ticket.rules.states import State
from shared.days import SHANGHAI, TABLES, CalendarMissing, end_of
from tests.ticket.rules.cases import CALLERS, EVERYTHING, RULES, ticket

NOTHING = timedelta()


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("kind", "reported", "last_day"),
    [
        (Kind.ENQUIRY, "2026-11-20", "2026-11-23"),  # Friday to Monday
        (Kind.HELP, "2026-11-23", "2026-11-30"),
        (Kind.SUGGESTION, "2026-11-21", "2026-11-27"),  # reported on a Saturday
        (Kind.COMPLAINT, "2026-02-13", "2026-02-27"),  # Spring Festival with both make-up Saturdays
        (Kind.REPORT, "2026-09-30", "2026-10-13"),  # National Day; Saturday the tenth is worked
        (Kind.NEIGHBOUR_HELP, "2026-02-26", "2026-03-02"),  # Saturday 28 February is worked
    ],
)
def test_each_kind_is_due_at_midnight_of_its_last_working_day(kind: Kind, reported: str, last_day: str) -> None:
    """TKT-3, DAY-1. Weekend, Spring Festival 2026 and its make-up days."""
    assert finish_due(kind, at(reported), RULES) == end_of(date.fromisoformat(last_day))


def test_praise_has_no_clock() -> None:
    """TKT-3."""
    assert finish_due(Kind.PRAISE, at("2026-11-23"), RULES) is None
    assert set(FINISH_WORKING_DAYS) == set(Kind)


@pytest.mark.parametrize(
    ("dispatched", "due"),
    [
        (at("2026-11-23", "09:00"), at("2026-11-23", "11:00")),
        (at("2026-11-20", "17:00"), at("2026-11-23", "10:00")),
        (at("2026-02-14", "16:30"), at("2026-02-24", "09:30")),
    ],
)
def test_signing_is_due_after_two_office_hours(dispatched: datetime, due: datetime) -> None:
    """TKT-3."""
    assert sign_due(dispatched, RULES) == due


def test_an_emergency_is_answered_by_the_wall_clock_on_a_holiday_night() -> None:
    """TKT-3."""
    reported = at("2026-02-17", "03:10")

    assert answer_due(reported, True, RULES) == at("2026-02-17", "03:40")
    assert answer_due(reported, False, RULES) is None


def test_a_suspension_moves_the_due_by_its_working_time() -> None:
    """TKT-3. Monday 10:00 to Wednesday 10:00 takes two working days out; the due stays at a day's end."""
    original = end_of(date(2026, 11, 27))
    paused = paused_for(at("2026-11-23"), at("2026-11-25"), RULES)

    assert paused == 2 * RULES.office.day_length
    assert current_due(original, 0, paused, RULES) == end_of(date(2026, 12, 1))


def test_a_suspension_over_a_holiday_takes_nothing_out() -> None:
    """TKT-3. Between the make-up Saturday's evening and the first morning after Spring Festival nobody works."""
    paused = paused_for(at("2026-02-14", "18:00"), at("2026-02-24", "08:00"), RULES)
    original = end_of(date(2026, 2, 27))

    assert paused == NOTHING
    assert current_due(original, 0, paused, RULES) == original


def test_an_extension_moves_the_due_by_working_days() -> None:
    """TKT-4. Over Spring Festival."""
    original = end_of(date(2026, 2, 13))

    assert current_due(original, 2, NOTHING, RULES) == end_of(date(2026, 2, 24))
    assert current_due(original, 0, NOTHING, RULES) == original


def test_extension_and_suspension_add_up() -> None:
    """TKT-3, TKT-4."""
    original = end_of(date(2026, 11, 27))

    assert current_due(original, 2, RULES.office.day_length, RULES) == end_of(date(2026, 12, 2))


def test_an_extension_is_no_longer_than_the_original_limit_and_the_cap() -> None:
    """TKT-4."""
    longest = {kind: longest_extension(kind, RULES) for kind in Kind}

    assert longest[Kind.ENQUIRY] == 1
    assert longest[Kind.COMPLAINT] == 5
    assert longest[Kind.PRAISE] == 0
    assert max(longest.values()) <= RULES.max_extension_days


def test_an_extension_may_be_asked_for_at_the_last_minute_and_not_later() -> None:
    """TKT-4. Asking does not stop the clock: unanswered, the ticket turns red at midnight."""
    due = end_of(date(2026, 11, 27))
    facts, worker = ticket(State.IN_PROGRESS, due_at=due), CALLERS[Part.HANDLER]
    asked = Ask(State.EXTENSION_REQUESTED, EVERYTHING, days=2)
    waiting = Pace(State.EXTENSION_REQUESTED, due_at=due)

    assert judge(facts, asked, worker, RULES, due - timedelta(minutes=1)) is None
    assert judge(facts, asked, worker, RULES, due) is not None
    assert colour(waiting, due - timedelta(seconds=1), RULES) is Colour.YELLOW
    assert colour(waiting, due, RULES) is Colour.RED


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (at("2026-11-26", "17:29"), Colour.GREEN),
        (at("2026-11-26", "17:30"), Colour.YELLOW),
        (at("2026-11-27", "23:59"), Colour.YELLOW),
        (at("2026-11-28", "00:00"), Colour.RED),
    ],
)
def test_yellow_from_one_working_day_before_and_red_once_over(now: datetime, shown: Colour) -> None:
    """TKT-3."""
    assert colour(Pace(State.IN_PROGRESS, due_at=end_of(date(2026, 11, 27))), now, RULES) is shown


def test_a_suspended_ticket_is_paused_and_an_answered_one_stops() -> None:
    """TKT-3."""
    due, late = at("2026-11-23"), at("2026-11-24")

    assert colour(Pace(State.SUSPENDED, due_at=due), late, RULES) is Colour.PAUSED
    assert colour(Pace(State.FEEDBACK, due_at=due, answered_at=at("2026-11-22")), late, RULES) is Colour.GREEN
    assert colour(Pace(State.CLOSED, due_at=due, answered_at=late), at("2026-12-24"), RULES) is Colour.RED


@pytest.mark.parametrize("clock", ["sign_due_at", "answer_due_at"])
def test_unsigned_and_unanswered_turn_red_by_their_own_clocks(clock: str) -> None:
    """TKT-3."""
    pace = Pace(State.DISPATCHED, due_at=at("2026-11-30"), **{clock: at("2026-11-23")})

    assert is_overdue(pace, at("2026-11-23"))
    assert not is_overdue(pace, at("2026-11-23", "09:59"))


def test_no_clock_runs_for_praise_or_what_left_the_house() -> None:
    """TKT-3."""
    now = datetime(2026, 11, 24, tzinfo=UTC)

    assert colour(Pace(State.ACCEPTED), now, RULES) is Colour.NONE
    assert colour(Pace(State.WITHDRAWN, due_at=at("2026-11-23")), now, RULES) is Colour.NONE


def test_a_due_in_a_year_without_a_table_is_refused() -> None:
    """DAY-1."""
    with pytest.raises(CalendarMissing):
        finish_due(Kind.HELP, at(f"{max(TABLES)}-12-30"), RULES)


def test_a_due_stands_once_its_clock_was_met_or_ended() -> None:
    """TKT-3. A correction moves the due of a clock that runs, pauses or may run on from its start, and no other."""
    runs = {
        *(State.REPORTED, State.ACCEPTED, State.DISPATCHED, State.RETURN_REQUESTED, State.IN_PROGRESS),
        *(State.EXTENSION_REQUESTED, State.SUSPENDED, State.TO_DELIBERATION, State.TO_OWNERS_VOTE),
        *(State.MERGED, State.ESCALATED, State.REWORK, State.HARD_CASE, State.REOPENED),
    }

    assert {state for state in State if not due_stands(state)} == runs
