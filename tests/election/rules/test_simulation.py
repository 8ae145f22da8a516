"""What if: the four tests under an assumption, exact at every threshold, and what is missing at least."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.election.rules.decisions import Majority
from services.election.rules.simulation import (
    NOBODY,
    Assumption,
    Outlook,
    impossible,
    newcomers,
    simulate,
    would_pass,
)
from services.election.rules.thresholds import ALL, OVER_HALF, THREE_QUARTERS, TWO_THIRDS, Criterion, Threshold
from services.election.rules.weights import Weights

ROLL = Weights(89, 800_000)
"""The worked example: 100 homes, 8,000.00 m², 89 heads."""
Four = dict[Criterion, Outlook]


def outlook(majority: Majority, agree: Weights, oppose: Weights = NOBODY, **more: Weights) -> Four:
    found = simulate(majority, ROLL, Assumption(agree, oppose, **more))
    return {one.figure.test: one for one in found}


@pytest.mark.parametrize(
    ("heads", "area", "missing_heads", "missing_area"),
    [(60, 533_334, 0, 0), (59, 533_334, 1, 0), (60, 533_333, 0, 1), (0, 0, 60, 533_334)],
)
def test_participation_of_the_worked_example(heads: int, area: int, missing_heads: int, missing_area: int) -> None:
    """VOTE-2, VOTE-6."""
    found = outlook(Majority.ORDINARY, Weights(heads, area))

    assert found[Criterion.PARTICIPATION_HEADS].missing == missing_heads
    assert found[Criterion.PARTICIPATION_AREA].missing == missing_area


@pytest.mark.parametrize(
    ("majority", "heads", "area", "missing_heads", "missing_area"),
    [
        (Majority.ORDINARY, 31, 270_001, 0, 0),
        (Majority.ORDINARY, 30, 270_001, 1, 0),
        (Majority.ORDINARY, 31, 270_000, 0, 1),
        (Majority.SPECIAL, 45, 405_000, 0, 0),
        (Majority.SPECIAL, 44, 405_000, 1, 0),
        (Majority.SPECIAL, 45, 404_999, 0, 1),
    ],
)
def test_approval_of_the_worked_example(
    majority: Majority, heads: int, area: int, missing_heads: int, missing_area: int
) -> None:
    """VOTE-3, VOTE-4: of 60 heads and 5,400.00 m² that take part."""
    found = outlook(majority, Weights(heads, area), Weights(60 - heads, 540_000 - area))

    assert found[Criterion.APPROVAL_HEADS].missing == missing_heads
    assert found[Criterion.APPROVAL_AREA].missing == missing_area
    assert would_pass(found.values()) is (missing_heads == missing_area == 0)


def test_a_tie_needs_one_more_who_agrees_or_one_who_changes() -> None:
    """VOTE-3: exactly half is not enough."""
    found = outlook(Majority.ORDINARY, Weights(30, 270_000), Weights(30, 270_000))

    assert (found[Criterion.APPROVAL_HEADS].missing, found[Criterion.APPROVAL_HEADS].more) == (1, 1)
    assert (found[Criterion.APPROVAL_AREA].missing, found[Criterion.APPROVAL_AREA].more) == (1, 1)


def test_what_the_whole_rest_could_not_bring_is_told() -> None:
    """VOTE-4: 29 are at home; 3/4 would need 60 more who agree."""
    found = outlook(Majority.SPECIAL, Weights(30, 540_000), Weights(30, 0))

    assert (found[Criterion.APPROVAL_HEADS].missing, found[Criterion.APPROVAL_HEADS].more) == (15, None)


def test_nobody_taking_part_never_passes() -> None:
    """VOTE-10."""
    found = outlook(Majority.ORDINARY, Weights())

    assert not any(one.figure.holds for one in found.values())
    assert found[Criterion.APPROVAL_HEADS].missing == 1


def test_invalid_ones_take_part_where_the_rule_set_says_so() -> None:
    """BAL-1 [P]."""
    assumed = Assumption(Weights(31, 300_000), Weights(20, 100_000), invalid=Weights(9, 140_000))

    counted, left_out = (
        {one.figure.test: one.figure.part for one in simulate(Majority.ORDINARY, ROLL, assumed, flag)}
        for flag in (True, False)
    )

    assert (counted[Criterion.PARTICIPATION_HEADS], left_out[Criterion.PARTICIPATION_HEADS]) == (60, 51)


@pytest.mark.parametrize(("agree", "missing", "more"), [(89, 0, 0), (88, 1, 1), (0, 89, 89)])
def test_unanimity_needs_every_owner(agree: int, missing: int, more: int) -> None:
    """VOTE-5: its one figure; who is silent has not agreed."""
    [found] = simulate(Majority.UNANIMOUS, ROLL, Assumption(Weights(agree, 0)))

    assert (found.figure.test, found.missing, found.more) == (Criterion.UNANIMITY, missing, more)


def test_one_who_opposes_ends_unanimity() -> None:
    """VOTE-5."""
    [found] = simulate(Majority.UNANIMOUS, ROLL, Assumption(Weights(88, 0), Weights(1, 0)))

    assert (found.missing, found.more) == (1, None)


@pytest.mark.parametrize(
    ("assumed", "names"),
    [
        (Assumption(Weights(89, 800_000)), ()),
        (Assumption(Weights(90, 800_000)), ("heads",)),
        (Assumption(Weights(80, 400_000), Weights(9, 400_001)), ("area",)),
        (Assumption(Weights(0, 1)), ("heads",)),
        (Assumption(Weights(1, 0)), ()),
    ],
)
def test_more_than_the_roll_is_not_assumed(assumed: Assumption, names: tuple[str, ...]) -> None:
    """VOTE-7."""
    assert impossible(ROLL, assumed) == names


def slow(threshold: Threshold, part: int, whole: int) -> bool:
    """By fractions, whatever the rules do."""
    if whole == 0:
        return False
    share = Fraction(part, whole)
    border = Fraction(threshold.above, threshold.below)
    return share >= border if threshold.inclusive else share > border


@given(
    st.sampled_from([TWO_THIRDS, OVER_HALF, THREE_QUARTERS, Threshold(3, 5, True), Threshold(2, 3, False)]),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_newcomers_are_as_few_as_can_be(threshold: Threshold, part: int, rest: int) -> None:
    """VOTE-6: one fewer is not enough, tried by fractions."""
    whole = part + rest
    if slow(threshold, part, whole):
        return
    found = newcomers(threshold, part, whole)

    assert found is not None
    assert slow(threshold, part + found, whole + found)
    assert found == 0 or not slow(threshold, part + found - 1, whole + found - 1)
    assert newcomers(ALL, part, whole + 1) is None


WEIGHTS = st.builds(Weights, st.integers(0, 22), st.integers(0, 200_000))


@given(WEIGHTS, WEIGHTS, WEIGHTS, WEIGHTS, st.sampled_from([Majority.ORDINARY, Majority.SPECIAL]))
def test_each_test_agrees_with_fractions_and_missing_is_the_least(
    agree: Weights, oppose: Weights, abstain: Weights, invalid: Weights, majority: Majority
) -> None:
    """VOTE-2, VOTE-3, VOTE-4."""
    for one in simulate(majority, ROLL, Assumption(agree, oppose, abstain, invalid)):
        figure = one.figure
        assert figure.holds is slow(figure.threshold, figure.part, figure.whole)
        assert (one.missing == 0) is figure.holds
        if figure.whole and not figure.holds:
            assert slow(figure.threshold, figure.part + one.missing, figure.whole)
            assert not slow(figure.threshold, figure.part + one.missing - 1, figure.whole)
