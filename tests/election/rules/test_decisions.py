"""Decisions of owners at every threshold, the page's worked example to the last hundredth, and VOTE-8's figures."""

import pytest

from services.election.neighbours import Home
from services.election.rolls.building import counted
from services.election.rules.decisions import (
    MAJORITIES,
    Majority,
    Matter,
    Returns,
    Verdict,
    decided,
    decided_by_all,
    participation,
)
from services.election.rules.figures import ItemBallot
from services.election.rules.parameters import Kind, Rules
from services.election.rules.rolls import Place, roll_totals
from services.election.rules.tally import (
    Choice,
    Decision,
    Item,
    Returned,
    Silence,
    SilentRule,
    SilentRuleRefused,
    decide,
    tally,
)
from services.election.rules.thresholds import OVER_HALF, THREE_QUARTERS, TWO_THIRDS, Criterion, Threshold
from services.election.rules.weights import Delivery, HomeKind, Roll, Weights
from shared.database import new_id

TOTAL = Weights(89, 800_000)


def took_part(cast: Weights, roll: Weights) -> bool:
    return all(figure.holds for figure in participation(cast, roll))


def worked_example() -> dict[str, Place]:
    """100 homes of 80.00 m²: A holds three, the developer ten unsold."""
    entries = ["A"] * 3 + ["developer"] * 10 + [f"owner {place}" for place in range(87)]
    return {str(place): Place(entry, "1", 8000, owner_known=True) for place, entry in enumerate(entries)}


def test_the_worked_example_has_89_heads_and_8000_square_metres() -> None:
    """VOTE-1, VOTE-7."""
    found = roll_totals(worked_example())

    assert Weights(found.heads, found.area) == TOTAL


@pytest.mark.parametrize(
    ("heads", "area", "enough"),
    [
        (60, 533_334, True),
        (60, 533_333, False),
        (59, 533_334, False),
        (59, 800_000, False),
        (89, 533_333, False),
        (89, 800_000, True),
    ],
)
def test_participation_needs_sixty_heads_and_5333_34(heads: int, area: int, enough: bool) -> None:
    """VOTE-2, VOTE-6."""
    assert took_part(Weights(heads, area), TOTAL) is enough


@pytest.mark.parametrize(
    ("matter", "heads", "area", "failed"),
    [
        (Matter.USE_FUND, 31, 270_001, ()),
        (Matter.USE_FUND, 30, 270_001, (Criterion.APPROVAL_HEADS,)),
        (Matter.USE_FUND, 31, 270_000, (Criterion.APPROVAL_AREA,)),
        (Matter.USE_FUND, 30, 270_000, (Criterion.APPROVAL_AREA, Criterion.APPROVAL_HEADS)),
        (Matter.RAISE_FUND, 45, 405_000, ()),
        (Matter.RAISE_FUND, 44, 405_000, (Criterion.APPROVAL_HEADS,)),
        (Matter.RAISE_FUND, 45, 404_999, (Criterion.APPROVAL_AREA,)),
        (Matter.RAISE_FUND, 31, 270_001, (Criterion.APPROVAL_AREA, Criterion.APPROVAL_HEADS)),
    ],
)
def test_the_worked_example_with_60_heads_and_5400_square_metres(
    matter: Matter, heads: int, area: int, failed: tuple[Criterion, ...]
) -> None:
    """VOTE-3, VOTE-4, VOTE-8."""
    verdict = decided(matter, TOTAL, Returns(Weights(60, 540_000), Weights(heads, area)))

    assert verdict.failed == failed
    assert verdict.passed is (failed == ())


def test_a_result_names_four_figures_with_numerator_denominator_and_what_was_needed() -> None:
    """VOTE-8."""
    verdict = decided(Matter.RAISE_FUND, TOTAL, Returns(Weights(60, 540_000), Weights(45, 404_999)))

    named = [(one.test, one.part, one.whole, one.least, one.inequality, one.holds) for one in verdict.figures]

    assert named == [
        (Criterion.PARTICIPATION_AREA, 540_000, 800_000, 533_334, "3*540000 >= 2*800000", True),
        (Criterion.PARTICIPATION_HEADS, 60, 89, 60, "3*60 >= 2*89", True),
        (Criterion.APPROVAL_AREA, 404_999, 540_000, 405_000, "4*404999 >= 3*540000", False),
        (Criterion.APPROVAL_HEADS, 45, 60, 45, "4*45 >= 3*60", True),
    ]


@pytest.mark.parametrize(
    ("matter", "majority"),
    [
        (Matter.USE_FUND, Majority.ORDINARY),
        (Matter.RAISE_FUND, Majority.SPECIAL),
        (Matter.CHANGE_COMMON_PARTS, Majority.SPECIAL),
        (Matter.REBUILD, Majority.SPECIAL),
        (Matter.MANAGER, Majority.ORDINARY),
        (Matter.HOUSING_TO_BUSINESS, Majority.UNANIMOUS),
    ],
)
def test_using_the_fund_is_ordinary_and_raising_it_special(matter: Matter, majority: Majority) -> None:
    """VOTE-3, VOTE-4: the two traps."""
    assert MAJORITIES[matter] is majority
    assert set(MAJORITIES) == set(Matter)


@pytest.mark.parametrize(
    ("threshold", "part", "whole", "enough"),
    [
        (TWO_THIRDS, 2, 3, True),
        (TWO_THIRDS, 199_999, 300_000, False),
        (OVER_HALF, 1, 2, False),
        (OVER_HALF, 50_001, 100_000, True),
        (THREE_QUARTERS, 3, 4, True),
        (THREE_QUARTERS, 74_999, 100_000, False),
        (TWO_THIRDS, 0, 0, False),
        (OVER_HALF, 0, 0, False),
        (THREE_QUARTERS, 0, 0, False),
    ],
)
def test_a_share_itself_is_enough_for_at_least_and_not_for_more_than(
    threshold: Threshold, part: int, whole: int, enough: bool
) -> None:
    """VOTE-6, VOTE-10."""
    assert threshold.holds(part, whole) is enough


def test_nobody_taking_part_never_passes() -> None:
    """VOTE-10."""
    verdict = decided(Matter.RAISE_FUND, TOTAL, Returns(Weights(), Weights()))

    assert set(verdict.failed) == {figure.test for figure in verdict.figures}
    assert len(verdict.figures) == 4


@pytest.mark.parametrize(
    ("kind", "counts"),
    [(HomeKind.PARKING, False), (HomeKind.STORE, False), (HomeKind.SHOP, True), (HomeKind.DWELLING, True)],
)
def test_parking_is_neither_head_nor_area(kind: HomeKind, counts: bool) -> None:
    """VOTE-1."""
    place = ("1", "1", "1-1-101")
    home = Home(
        new_id(), *place, kind, Delivery.DELIVERED, 1200, owner_known=True, basis="", head_group=b"A", owners=()
    )

    assert counted(Kind.OWNERS_DECISION, Rules(), home) is counts
    assert counted(Kind.OWNERS_DECISION, Rules(count_parking=True, count_stores=True), home)


@pytest.mark.parametrize(
    ("agreed", "passed"),
    [({"A", "B", "C"}, True), ({"A", "B"}, False), ({"A", "B", "C", "outsider"}, True), (set(), False)],
)
def test_business_in_a_home_needs_every_interested_owner(agreed: set[str], passed: bool) -> None:
    """VOTE-5, VOTE-8: one figure; silent has not agreed."""
    verdict = decided_by_all({"A", "B", "C"}, agreed)

    assert verdict.passed is passed
    assert len(verdict.figures) == 1
    assert not decided_by_all(set(), set()).passed


def test_unanimity_is_not_decided_by_shares() -> None:
    """VOTE-5, BAL-3."""
    with pytest.raises(ValueError, match="type of its own"):
        decided(Matter.HOUSING_TO_BUSINESS, TOTAL, Returns(TOTAL, TOTAL))


def ten() -> Roll:
    """Ten owners of 100.00 m² each, "0" to "9"."""
    return Roll({str(place): Weights(1, 10_000) for place in range(10)})


def ballots(agree: int = 0, oppose: int = 0, abstain: int = 0, invalid: int = 0) -> list[Returned]:
    choices = [Choice.AGREE] * agree + [Choice.OPPOSE] * oppose + [Choice.ABSTAIN] * abstain
    choices += [Choice.INVALID] * invalid
    return [Returned(str(place), choice) for place, choice in enumerate(choices)]


def test_blank_or_double_marked_is_invalid_for_that_item() -> None:
    """BAL-1. Double-marked is keyed as INVALID."""
    ballot = ItemBallot("0", {1: Choice.AGREE, 2: Choice.INVALID})

    assert [ballot.returned(item).choice for item in (1, 2, 3)] == [Choice.AGREE, Choice.INVALID, Choice.INVALID]


@pytest.mark.parametrize(("counts", "participating"), [(True, Weights(9, 90_000)), (False, Weights(7, 70_000))])
def test_abstained_and_invalid_take_part_and_never_agree(counts: bool, participating: Weights) -> None:
    """BAL-1: [P] for the invalid."""
    returns = tally(ten(), ballots(agree=4, oppose=2, abstain=1, invalid=2)).returns(invalid_counts=counts)

    assert returns == Returns(participating, Weights(4, 40_000))


@pytest.mark.parametrize("spoilt", [{"objected": True}, {"agent_without_letter": True}])
def test_an_unresolved_objection_or_a_missing_letter_makes_a_ballot_invalid(spoilt: dict[str, bool]) -> None:
    """VOTE-1."""
    counted = tally(ten(), [Returned("0", Choice.AGREE, **spoilt)])

    assert (counted.agree, counted.invalid, counted.silent) == (Weights(), Weights(1, 10_000), Weights(9, 90_000))


def test_two_effective_ballots_of_one_entitlement_are_a_fault() -> None:
    """VOTE-1: one entitlement, however many papers."""
    with pytest.raises(ValueError, match="two effective"):
        tally(ten(), [Returned("0", Choice.AGREE), Returned("0", Choice.AGREE)])
    with pytest.raises(KeyError):
        tally(ten(), [Returned("nobody", Choice.AGREE)])


def silent(rule: SilentRule, **changed: object) -> Silence:
    given: dict[str, object] = {"adopted": True, "proven": frozenset("789")}
    return Silence(rule, **{**given, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "agree", "oppose", "plain", "with_silence"),
    [
        (SilentRule.NONE, 5, 1, False, None),
        (SilentRule.AS_PARTICIPATION, 5, 1, False, True),
        (SilentRule.AS_PARTICIPATION, 4, 2, False, False),  # 4 of 9
        (SilentRule.FOLLOW_MAJORITY, 4, 2, False, True),  # 7 of 9
        (SilentRule.FOLLOW_MAJORITY, 3, 3, False, False),  # no majority to follow
    ],
)
def test_silence_counts_only_as_the_rule_says_and_both_results_are_told(
    rule: SilentRule, agree: int, oppose: int, plain: bool, with_silence: bool | None
) -> None:
    """BAL-2. Six of ten came back, three of the others have proof of delivery."""
    item = Item(Matter.MANAGER, silence=silent(rule))

    found: Decision = decide(item, ten(), ballots(agree=agree, oppose=oppose))

    assert found.plain.passed is plain
    assert (found.with_silence.passed if found.with_silence else None) is with_silence


def test_without_proof_of_delivery_silence_counts_nowhere() -> None:
    """BAL-2."""
    item = Item(Matter.MANAGER, silence=silent(SilentRule.AS_PARTICIPATION, proven=frozenset()))

    found = decide(item, ten(), ballots(agree=6))

    assert found.with_silence == found.plain


@pytest.mark.parametrize("changed", [{"adopted": False}, {"founding_pmc": True}])
def test_silence_needs_an_adopted_rule_and_never_founds_a_pmc(changed: dict[str, bool]) -> None:
    """BAL-2."""
    with pytest.raises(SilentRuleRefused):
        decide(Item(Matter.MANAGER, silence=silent(SilentRule.FOLLOW_MAJORITY, **changed)), ten(), [])


BOUNDARY_ROLLS = [Weights(heads, area) for heads in (1, 2, 3, 4, 89, 100, 611) for area in (1, 7, 800_000, 4_998_737)]


@pytest.mark.parametrize("roll", BOUNDARY_ROLLS, ids=str)
@pytest.mark.parametrize("matter", [Matter.USE_FUND, Matter.RAISE_FUND])
@pytest.mark.parametrize(("heads_off", "area_off"), [(0, 0), (-1, 0), (0, -1)])
def test_one_head_or_one_hundredth_less_than_needed_fails(
    roll: Weights, matter: Matter, heads_off: int, area_off: int
) -> None:
    """VOTE-2, VOTE-3, VOTE-4, VOTE-6: at every threshold, by heads and by area."""
    took = Weights(TWO_THIRDS.least(roll.heads), TWO_THIRDS.least(roll.area))
    needed = OVER_HALF if matter is Matter.USE_FUND else THREE_QUARTERS
    agree = Weights(needed.least(took.heads), needed.least(took.area))

    short = Weights(agree.heads + heads_off, agree.area + area_off)
    verdict: Verdict = decided(matter, roll, Returns(took, short))

    assert verdict.passed is (heads_off == area_off == 0)
    assert took_part(Weights(took.heads + heads_off, took.area + area_off), roll) is (heads_off == area_off == 0)
