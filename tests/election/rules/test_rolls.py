"""What a roll comes to, with its unknowns, at every edge; and which corrections are made when."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.election.rules.parameters import Kind
from services.election.rules.rolls import (
    CORRECTABLE,
    Change,
    CorrectionWhy,
    Place,
    corrected,
    correction_refusal,
    denominators,
    entry_totals,
    needs_note,
    roll_totals,
    touched,
)
from services.election.rules.states import State
from services.election.rules.weights import Weights


def place(entry: str, area: int | None = 8000, known: bool = True, building: str = "1") -> Place:
    return Place(entry, building, area, known, (f"owner of {entry}",) if known else ())


def test_a_roll_without_unknowns_has_one_denominator() -> None:
    """OWN-6."""
    found = denominators({"a": place("A"), "b": place("A", 7297), "c": place("B", 1)})

    assert found.best == found.worst == Weights(2, 15298)
    assert not found.assumed


@pytest.mark.parametrize(
    ("unknown_in", "assumed"),
    [("1", 9000), ("2", 6001), ("3", 9000)],
)
def test_an_unknown_area_is_taken_at_the_largest_of_its_building_or_of_the_roll(unknown_in: str, assumed: int) -> None:
    """OWN-6. Worst; in the best it weighs nothing."""
    places = {
        "a": place("A", 9000),
        "b": place("B", 100),
        "c": place("C", 6001, building="2"),
        "d": place("D", None, building=unknown_in),
    }

    found = denominators(places)

    assert (found.best, found.worst) == (Weights(4, 15101), Weights(4, 15101 + assumed))
    assert found.assumed == {"d": assumed}


def test_where_no_area_at_all_is_known_nothing_is_assumed() -> None:
    """OWN-6, VOTE-10: such a roll cannot open for a vote by area."""
    found = denominators({"a": place("A", None), "b": place("B", None)})

    assert found.best == found.worst == Weights(2, 0)


@pytest.mark.parametrize(
    ("known", "unknown", "best"),
    [(0, 0, 0), (0, 1, 1), (0, 5, 1), (1, 5, 1), (3, 2, 3)],
)
def test_whoever_is_unknown_may_be_somebody_on_the_roll_or_a_head_of_his_own(
    known: int, unknown: int, best: int
) -> None:
    """OWN-6, VOTE-1. Where nobody is known, all of them may be one."""
    places = {f"k{number}": place(f"K{number}") for number in range(known)}
    places |= {f"u{number}": place(f"U{number}", known=False) for number in range(unknown)}

    found = denominators(places)

    assert (found.best.heads, found.worst.heads) == (best, known + unknown)


@pytest.mark.parametrize(
    ("kind", "area", "owner", "needed"),
    [
        (Kind.OWNERS_DECISION, 0, 0, False),
        (Kind.OWNERS_DECISION, 1, 0, True),
        (Kind.OWNERS_DECISION, 0, 1, True),
        (Kind.UNANIMOUS, 1, 0, False),
        (Kind.UNANIMOUS, 0, 1, True),
        (Kind.HOUSEHOLD, 9, 9, False),
        (Kind.MEMBERS, 0, 0, False),
    ],
)
def test_a_note_is_signed_where_the_unknown_moves_a_denominator(
    kind: Kind, area: int, owner: int, needed: bool
) -> None:
    """OWN-6."""
    assert needs_note(kind, area, owner) is needed


HOMES = st.dictionaries(
    st.sampled_from("abcdefghij"),
    st.builds(
        Place,
        entry=st.sampled_from("ABCD"),
        building=st.sampled_from("123"),
        area=st.none() | st.integers(1, 10**7),
        owner_known=st.booleans(),
    ),
)


@given(HOMES)
def test_the_truth_lies_between_best_and_worst(places: dict[str, Place]) -> None:
    """OWN-6. Whatever area up to the assumed one each unknown has, and whoever is unknown."""
    found = denominators(places)
    total = roll_totals(places)

    half = total.area + sum(Fraction(area, 2) for area in found.assumed.values())
    assert found.best.area == total.area <= half <= found.worst.area
    assert found.best.heads <= total.heads == found.worst.heads
    assert (found.best.heads == 0) is (not places)


@given(HOMES)
def test_a_roll_is_the_sum_of_its_entitlements_in_any_order(places: dict[str, Place]) -> None:
    """VOTE-1, VOTE-7."""
    total = roll_totals(places)
    entries = {one.entry for one in places.values()}
    parts = [entry_totals(one for one in places.values() if one.entry == entry) for entry in entries]

    assert total.heads == sum(part.heads for part in parts)
    assert total.area == sum(part.area for part in parts)
    assert total.area_unknown == sum(part.area_unknown for part in parts)
    assert roll_totals(dict(reversed(places.items()))) == total


@given(HOMES, st.sampled_from("abcdefghij"), st.none() | st.builds(Place, st.sampled_from("ABCDE"), st.just("1"),
       st.integers(1, 10**7), st.booleans()))  # fmt: skip
def test_a_correction_changes_one_home_and_at_most_two_entitlements(
    places: dict[str, Place], home: str, target: Place | None
) -> None:
    """VOTE-7. What the touched ones gain or lose is what the roll gains or loses."""
    after = corrected(places, home, target)
    entries = touched(places, after, home)

    assert {key: one for key, one in after.items() if key != home} == {
        key: one for key, one in places.items() if key != home
    }
    assert len(entries) <= 2
    moved = [
        sum(entry_totals(one for one in roll.values() if one.entry == entry).area for entry in entries)
        for roll in (places, after)
    ]
    assert moved[1] - moved[0] == roll_totals(after).area - roll_totals(places).area


def test_an_entitlement_without_a_home_weighs_nothing() -> None:
    """VOTE-1."""
    assert entry_totals([]).heads == 0
    assert entry_totals([place("A"), place("A", None)]) == entry_totals([place("A", None), place("A")])


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("change", Change)
def test_once_frozen_only_what_an_entitlement_weighs_is_corrected(state: State, change: Change) -> None:
    """VOTE-7, VOTE-10."""
    refused = correction_refusal(Kind.OWNERS_DECISION, state, change)

    if state not in CORRECTABLE:
        assert refused is CorrectionWhy.NOT_NOW
    elif state is State.ROLL_POSTED or change in (Change.AREA, Change.MERGE, Change.REMOVE):
        assert refused is None
    else:
        assert refused is CorrectionWhy.ELECTORATE_FROZEN
    assert State.DRAFT not in CORRECTABLE
    assert State.FINAL not in CORRECTABLE


def test_dwellings_are_not_regrouped_and_members_not_corrected() -> None:
    """BAL-3, BAL-11."""
    for change in (Change.MERGE, Change.SPLIT):
        refused = correction_refusal(Kind.HOUSEHOLD, State.ROLL_POSTED, change)
        assert refused is CorrectionWhy.NOT_IN_HOUSEHOLDS
    assert correction_refusal(Kind.HOUSEHOLD, State.ROLL_POSTED, Change.AREA) is None
    assert correction_refusal(Kind.MEMBERS, State.ROLL_POSTED, Change.AREA) is CorrectionWhy.NOT_OF_MEMBERS
