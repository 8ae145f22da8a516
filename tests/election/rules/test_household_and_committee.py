"""Household ballots, committees, the path, the turnout told and the commitments, at their boundaries."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.election.rules.casting import Capacity, Cast, CastWhy, Wish, capacity_of, refusal, standing
from services.election.rules.commitments import canonical, commitment, what_said, who_said
from services.election.rules.committee import Contest, Papers, count_committee, enough_candidates, size_fits
from services.election.rules.drafts import Misfit
from services.election.rules.household import Outcome, Terms, Voters, count_household, has_ballot, is_valid
from services.election.rules.lot import drawn, lot_order
from services.election.rules.parameters import DEFAULTS as PRESETS
from services.election.rules.parameters import Fault, Preset, Rules, faults
from services.election.rules.rolls import CorrectionWhy
from services.election.rules.simulation import SimulationWhy
from services.election.rules.states import (
    STEPS,
    Facts,
    State,
    Step,
    Why,
    allowed,
    earliest_opening,
    next_state,
    takes_ballots,
)
from services.election.rules.states import refusal as step_refusal
from services.election.rules.weights import Delivery, HomeKind, Roll, Weights
from services.election.rules.wording import WORDS

TERMS = Terms(seats=2, max_marks=2, numbers=frozenset({1, 2, 3, 4}), seed="seed", election="e")
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
ANN, BOB = UUID(int=1), UUID(int=2)

DEFAULTS = PRESETS[Preset.HOUSEHOLD_BALLOT]


@pytest.mark.parametrize(
    ("kind", "delivery", "shops", "unsold", "one"),
    [
        (HomeKind.DWELLING, Delivery.DELIVERED, False, False, True),
        (HomeKind.DWELLING, Delivery.SOLD_UNDELIVERED, False, False, True),
        (HomeKind.DWELLING, Delivery.UNSOLD, False, False, False),
        (HomeKind.DWELLING, Delivery.UNSOLD, False, True, True),
        (HomeKind.SHOP, Delivery.DELIVERED, False, False, False),
        (HomeKind.SHOP, Delivery.DELIVERED, True, False, True),
        (HomeKind.PARKING, Delivery.DELIVERED, True, True, False),
        (HomeKind.STORE, Delivery.DELIVERED, True, True, False),
    ],
)
def test_each_dwelling_has_a_ballot_and_shops_and_unsold_ones_have_none(
    kind: HomeKind, delivery: Delivery, shops: bool, unsold: bool, one: bool
) -> None:
    """BAL-11."""
    assert has_ballot(kind, delivery, shops, unsold) is one


@pytest.mark.parametrize(
    ("marks", "valid"),
    [([1], True), ([1, 2], True), ([], False), ([1, 2, 3], False), ([1, 1], False), ([5], False), ([1, 5], False)],
)
def test_up_to_as_many_marks_as_seats_and_blank_is_invalid(marks: list[int], valid: bool) -> None:
    """BAL-11."""
    assert is_valid(marks, TERMS) is valid


@pytest.mark.parametrize(
    ("cast", "households", "ballot_round", "outcome"),
    [
        (5, 10, 1, Outcome.RANKED),
        (4, 10, 1, Outcome.REPEAT),
        (5, 11, 1, Outcome.REPEAT),
        (6, 11, 1, Outcome.RANKED),
        (4, 10, 2, Outcome.RANKED_LOW_TURNOUT),
        (5, 10, 2, Outcome.RANKED),
        (0, 10, 1, Outcome.REPEAT),
    ],
)
def test_under_half_of_the_households_it_is_repeated_once(
    cast: int, households: int, ballot_round: int, outcome: Outcome
) -> None:
    """BAL-11."""
    counted = count_household(replace(TERMS, round=ballot_round), households, [[1]] * cast)

    assert counted.outcome is outcome


def test_more_ballots_than_households_are_a_fault() -> None:
    """BAL-11."""
    with pytest.raises(ValueError, match="more ballots"):
        count_household(TERMS, 1, [[1], [2]])


def test_an_invalid_ballot_takes_part_and_marks_nobody() -> None:
    """BAL-11."""
    counted = count_household(TERMS, 4, [[1, 2, 3], [], [4]])

    assert (counted.cast, counted.valid, counted.invalid) == (3, 1, 2)
    assert [(one.number, one.marks) for one in counted.ranking if one.marks] == [(4, 1)]


def test_a_tie_at_the_border_is_drawn_by_lot_and_no_other() -> None:
    """BAL-11. 1 is first; 2, 3 and 4 are level, and one seat is left."""
    counted = count_household(TERMS, 10, [[1, 2], [1, 3], [1, 4]])

    order = lot_order("seed", "e", [2, 3, 4])
    assert [one.number for one in counted.ranking] == [1, *order]
    assert [one.by_lot for one in counted.ranking] == [False, True, True, True]
    assert [one.seated for one in counted.ranking] == [True, True, False, False]
    assert [one.rank for one in counted.ranking] == [1, 2, 3, 4]


def test_a_tie_within_the_seats_shares_its_rank() -> None:
    """BAL-11."""
    counted = count_household(TERMS, 10, [[1, 2], [1, 2], [3]])

    ranks = [(one.number, one.rank, one.seated, one.by_lot) for one in counted.ranking]
    assert ranks == [(1, 1, True, False), (2, 1, True, False), (3, 3, False, False), (4, 4, False, False)]


def test_a_lot_can_be_drawn_again_by_anybody() -> None:
    """BAL-11: SHA-256 of one line, as `printf 'seed|e|3' | sha256sum` says."""
    assert drawn("seed", "e", 3) == hashlib.sha256(b"seed|e|3").hexdigest()
    assert lot_order("seed", "e", [4, 2, 3]) == tuple(sorted([2, 3, 4], key=lambda number: drawn("seed", "e", number)))
    assert {lot_order(str(seed), "e", [1, 2, 3])[0] for seed in range(50)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("owners", "owns_all", "bound", "voters", "capacity"),
    [
        ({ANN}, False, False, Voters.OWNER, Capacity.OWNER),
        ({BOB}, False, True, Voters.OWNER, None),
        ({BOB}, False, True, Voters.ADULT_RESIDENT, Capacity.RESIDENT),
        (set(), True, True, Voters.OWNER, Capacity.OWNER),
        (set(), True, False, Voters.OWNER, None),
        (set(), False, False, Voters.ADULT_RESIDENT, None),
    ],
)
def test_an_owner_or_where_the_rule_set_says_so_a_resident_casts(
    owners: set[UUID], owns_all: bool, bound: bool, voters: Voters, capacity: Capacity | None
) -> None:
    """BAL-11."""
    assert capacity_of(ANN, frozenset(owners), owns_all, bound, voters) is capacity


OF_BOB = [Cast(1, BOB, Capacity.RESIDENT)]
BY_OWNER = [Cast(1, BOB, Capacity.OWNER)]
MINE = [Cast(1, ANN, Capacity.RESIDENT)]


@pytest.mark.parametrize(
    ("history", "capacity", "replaces", "revote", "why"),
    [
        ([], Capacity.RESIDENT, 0, True, None),
        ([], Capacity.RESIDENT, 1, True, CastWhy.STALE),
        ([], None, 0, True, CastWhy.NOT_ENTITLED),
        (OF_BOB, Capacity.RESIDENT, 1, True, CastWhy.HOME_HAS_CAST),
        (OF_BOB, Capacity.OWNER, 1, True, None),
        (OF_BOB, Capacity.OWNER, 1, False, None),
        (OF_BOB, Capacity.OWNER, 0, True, CastWhy.STALE),
        (BY_OWNER, Capacity.RESIDENT, 1, True, CastWhy.OWNER_HAS_CAST),
        (BY_OWNER, Capacity.OWNER, 1, True, CastWhy.HOME_HAS_CAST),
        (MINE, Capacity.RESIDENT, 1, True, None),
        (MINE, Capacity.RESIDENT, 0, True, CastWhy.STALE),
        (MINE, Capacity.RESIDENT, 1, False, CastWhy.NO_REVOTE),
    ],
)
def test_the_owners_ballot_prevails_and_else_the_first_stands(
    history: list[Cast], capacity: Capacity | None, replaces: int, revote: bool, why: CastWhy | None
) -> None:
    """BAL-11, BAL-12. Ann wishes."""
    assert refusal(Wish(ANN, capacity, replaces), history, revote) is why


def test_the_newest_of_an_owner_stands() -> None:
    """BAL-11."""
    history = [Cast(1, BOB, Capacity.RESIDENT), Cast(2, ANN, Capacity.OWNER), Cast(3, ANN, Capacity.OWNER)]

    assert standing(history) == history[2]
    assert standing([]) is None


@pytest.mark.parametrize(
    ("seats", "homes", "fits"),
    [
        (3, 100, True),
        (3, 101, False),
        (4, 100, False),
        (5, 101, True),
        (11, 500, True),
        (13, 500, False),
        (6, 9, False),
    ],
)
def test_a_committee_has_five_to_eleven_seats_odd_or_three_of_a_small_compound(
    seats: int, homes: int, fits: bool
) -> None:
    """COM-1."""
    assert size_fits(seats, homes) is fits


@pytest.mark.parametrize(
    ("candidates", "seats", "percent", "enough"),
    [(6, 5, None, True), (5, 5, None, False), (6, 5, 20, True), (8, 7, 20, False), (9, 7, 20, True)],
)
def test_there_are_more_candidates_than_seats(candidates: int, seats: int, percent: int | None, enough: bool) -> None:
    """COM-1."""
    assert enough_candidates(candidates, seats, percent) is enough


def roll_of(*areas: int) -> Roll:
    return Roll({str(place): Weights(1, area) for place, area in enumerate(areas)})


CONTEST = Contest(3, frozenset({1, 2, 3, 4, 5}), "seed", "e")


def test_only_who_passes_for_himself_is_ranked_by_votes_then_area_then_lot() -> None:
    """COM-1, VOTE-2, VOTE-3. Six owners took part: four heads are more than half; 3 and 4 differ by area alone."""
    roll = roll_of(100, 100, 100, 100, 100, 120)
    marked = [{1, 2, 3}, {1, 2, 4}, {1, 2, 3}, {1, 3, 4}, {1, 3, 4}, {2, 4, 5}]
    papers = [Papers(str(place), frozenset(marks)) for place, marks in enumerate(marked)]

    counted = count_committee(CONTEST, roll, papers)

    assert counted.elected == (1, *sorted((2, 4), key=lambda number: drawn("seed", "e", number)))
    assert counted.reserve == (3,)
    assert [one.rank for one in counted.standings if one.number == 5] == [None]
    assert [one.by_lot for one in counted.standings if one.number in (2, 4)] == [True, True]
    assert not counted.elect_again


def test_more_marks_than_seats_are_invalid_and_still_take_part() -> None:
    """COM-1, BAL-1."""
    roll = roll_of(100, 100, 100)
    papers = [Papers("0", frozenset({1, 2, 3, 4})), Papers("1", frozenset({1})), Papers("2", frozenset({1}))]

    first = count_committee(CONTEST, roll, papers).standings[0]

    assert (first.number, first.agreeing) == (1, Weights(2, 200))
    assert first.verdict.figures[2].whole == 300


@pytest.mark.parametrize(("passing", "again"), [({1}, True), ({1, 2}, False)])
def test_with_fewer_than_half_of_the_seats_filled_it_is_elected_again(passing: set[int], again: bool) -> None:
    """COM-1. Three seats."""
    roll = roll_of(100, 100)
    papers = [Papers("0", frozenset(passing)), Papers("1", frozenset(passing))]

    assert count_committee(CONTEST, roll, papers).elect_again is again


def facts(state: State = State.ANNOUNCED, **changed: object) -> Facts:
    opens = MONDAY + timedelta(days=4)
    usual = Facts(state, DEFAULTS, opens, opens + timedelta(days=7), nominees=3, seats=2, entries=10, heads=10)
    return replace(usual, **changed)  # type: ignore[arg-type]


def test_only_the_steps_of_the_table_lead_anywhere() -> None:
    """VOTE-10: no way back, no cancelling once open."""
    for state in State:
        for step in Step:
            assert next_state(facts(state), step) == STEPS.get((state, step))
            if (state, step) not in STEPS:
                assert step_refusal(facts(state), step, MONDAY) is Why.NOT_FROM_HERE
    assert (State.OPEN, Step.CANCEL) not in STEPS


SECOND = timedelta(seconds=1)
OPENS = MONDAY + timedelta(days=4)
CLOSES = OPENS + timedelta(days=7)


@pytest.mark.parametrize(
    ("state", "step", "at", "why"),
    [
        (State.ANNOUNCED, Step.OPEN, OPENS - SECOND, Why.TOO_EARLY),
        (State.ANNOUNCED, Step.OPEN, OPENS, None),
        (State.ANNOUNCED, Step.OPEN, CLOSES - SECOND, Why.TOO_LITTLE_LEFT),
        (State.ANNOUNCED, Step.OPEN, CLOSES, Why.TOO_LATE),
        (State.OPEN, Step.CLOSE, CLOSES - SECOND, Why.TOO_EARLY),
        (State.OPEN, Step.CLOSE, CLOSES, None),
        (State.ROLL_POSTED, Step.ANNOUNCE, OPENS, Why.NOTICE_TOO_SHORT),
        (State.ROLL_POSTED, Step.ANNOUNCE, MONDAY, None),
        (State.COUNTED, Step.REPEAT, CLOSES, Why.TURNOUT_REACHED),
    ],
)
def test_a_step_is_refused_before_and_after_its_time(state: State, step: Step, at: datetime, why: Why | None) -> None:
    """VOTE-10, BAL-6: no early closing."""
    assert step_refusal(facts(state), step, at) is why


@pytest.mark.parametrize(
    ("window", "fits"),
    [
        (timedelta(days=5), True),
        (timedelta(days=5) - SECOND, False),
        (timedelta(days=60), True),
        (timedelta(days=60) + SECOND, False),
    ],
)
def test_the_window_is_five_to_sixty_days(window: timedelta, fits: bool) -> None:
    """BAL-6."""
    why = step_refusal(facts(State.ROLL_POSTED, closes_at=OPENS + window), Step.ANNOUNCE, MONDAY)

    assert why is (None if fits else Why.WINDOW_WRONG)


def test_an_empty_roll_or_no_contest_goes_no_further() -> None:
    """VOTE-10, BAL-11."""
    assert step_refusal(facts(State.ROLL_POSTED, heads=0), Step.ANNOUNCE, MONDAY) is Why.ROLL_EMPTY
    assert step_refusal(facts(State.ANNOUNCED, heads=0), Step.OPEN, OPENS) is Why.ROLL_EMPTY
    assert step_refusal(facts(State.DRAFT, nominees=2), Step.POST_ROLL, MONDAY) is Why.NO_CONTEST
    assert step_refusal(facts(State.DRAFT, nominees=3), Step.POST_ROLL, MONDAY) is None


def test_the_day_of_the_announcement_is_not_counted() -> None:
    """DAY-1. Monday, three days: from Friday 00:00 in Shanghai."""
    assert earliest_opening(MONDAY, DEFAULTS) == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    assert earliest_opening(MONDAY, replace(DEFAULTS, notice_days=0)) == MONDAY


@pytest.mark.parametrize(
    ("state", "at", "taken"),
    [
        (State.OPEN, OPENS, True),
        (State.OPEN, CLOSES - SECOND, True),
        (State.OPEN, CLOSES, False),
        (State.OPEN, OPENS - SECOND, False),
        (State.ANNOUNCED, OPENS, False),
        (State.CLOSED, OPENS, False),
    ],
)
def test_ballots_are_taken_only_while_open_and_within_the_window(state: State, at: datetime, taken: bool) -> None:
    """BAL-6: also when nobody has closed it yet."""
    assert takes_ballots(facts(state), at) is taken


def test_allowed_lists_what_would_not_be_refused() -> None:
    """VOTE-10."""
    assert list(allowed(facts(State.DRAFT), MONDAY)) == [Step.POST_ROLL, Step.CANCEL]
    assert list(allowed(facts(State.OPEN), CLOSES)) == [Step.CLOSE]
    assert list(allowed(facts(State.FINAL), CLOSES)) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, ()),
        ({"max_marks": 3}, ()),
        ({"max_marks": 4}, (Fault.MAX_MARKS,)),
        ({"turnout_above": 3}, (Fault.TURNOUT,)),
        ({"window_min_days": 61}, (Fault.WINDOW,)),
    ],
)
def test_parameters_that_do_not_fit_together_are_named(changed: dict[str, int], found: tuple[Fault, ...]) -> None:
    """BAL-11, BAL-6. Three nominees."""
    assert faults(Rules(**changed), 3) == found  # type: ignore[arg-type]


def test_who_and_what_open_apart_and_marks_have_no_order() -> None:
    """BAL-9: each under a salt of its own."""
    salt = bytes(32)

    assert what_said("e", [3, 1]) == what_said("e", [1, 3])
    assert canonical(what_said("e", [3, 1])) == b'{"election":"e","marks":[1,3]}'
    assert commitment(salt, what_said("e", [1])) == hashlib.sha256(salt + b'{"election":"e","marks":[1]}').digest()
    assert commitment(salt, who_said("e", "x", 1)) != commitment(b"\x01" * 32, who_said("e", "x", 1))


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Why) | set(Misfit) | set(CorrectionWhy) | set(SimulationWhy)
    assert all(zh and en for zh, en in WORDS.values())
