"""BAL-7: two blind keyings by different persons and a third; planted typing errors are found."""

import random
from collections import Counter
from uuid import UUID

import pytest

from services.election.rules.commitments import Said
from services.election.rules.keying import (
    KeyWhy,
    items_fit,
    key_refusal,
    marks_fit,
    reading_of,
    third_stands_alone,
)
from services.election.rules.tally import Choice

ANNA, BO, CHEN, DING = (UUID(int=number) for number in range(1, 5))


def marks(*numbers: int) -> Said:
    return {"election": "e", "marks": sorted(numbers)}


def test_two_alike_settle_and_of_two_that_differ_the_third_stands() -> None:
    """BAL-7."""
    assert reading_of([]).said is None
    assert reading_of([marks(1)]).said is None
    assert (reading_of([marks(1), marks(1)]).said, reading_of([marks(1), marks(1)]).by_third) == (marks(1), False)
    assert reading_of([marks(1), marks(2)]).said is None
    assert (reading_of([marks(1), marks(2), marks(2)]).said, True) == (marks(2), True)
    assert reading_of([marks(1), marks(2), marks(3)]).by_third


def test_a_third_reading_like_neither_is_asked_once_more() -> None:
    """BAL-7."""
    assert third_stands_alone([marks(1), marks(2), marks(3)])
    assert not third_stands_alone([marks(1), marks(2), marks(2)])
    assert not third_stands_alone([marks(1), marks(2)])


@pytest.mark.parametrize(("keyer", "earlier", "settled", "why"), [
    (ANNA, [], False, None),
    (ANNA, [BO], False, None),
    (ANNA, [ANNA], False, KeyWhy.KEYED_ALREADY),
    (ANNA, [BO, ANNA], False, KeyWhy.KEYED_ALREADY),
    (DING, [], False, KeyWhy.CARRIED_IT),
    (ANNA, [BO, CHEN], True, KeyWhy.SETTLED),
])  # fmt: skip
def test_nobody_keys_twice_nor_what_he_carried(
    keyer: UUID, earlier: list[UUID], settled: bool, why: KeyWhy | None
) -> None:
    """BAL-7, BAL-9."""
    assert key_refusal(keyer, earlier, {DING}, settled) == why


def test_a_reading_fits_the_ballot_or_is_no_reading() -> None:
    """BAL-1, BAL-11. What the voter did wrong is read as it is; what cannot stand on the ballot was mistyped."""
    assert marks_fit([], {1, 2, 3})
    assert marks_fit([1, 2, 3], {1, 2, 3})
    assert not marks_fit([4], {1, 2, 3})
    assert not marks_fit([1, 1], {1, 2, 3})
    assert items_fit({1: Choice.AGREE, 2: Choice.INVALID}, {1, 2})
    assert not items_fit({1: Choice.AGREE}, {1, 2})
    assert not items_fit({1: Choice.AGREE, 3: Choice.AGREE}, {1, 2})


def test_planted_typing_errors_are_found_but_for_two_that_are_alike() -> None:
    """BAL-7. 20,000 papers, each keyer errs on one in a hundred. All that differ go to the third; what two keyers
    mistype alike is the known limit: with four names (six other single choices or pairs to slip to) the expectation
    is 20,000 · 1 % · 1 % / k, k the readings an error can become, so about 0.2 to 0.7 papers here."""
    chance = random.Random(7)
    readings = [marks(a) for a in (1, 2, 3, 4)] + [marks(a, b) for a in (1, 2, 3) for b in (2, 3, 4) if a < b]
    told: Counter[str] = Counter()
    for _ in range(20_000):
        true = chance.choice(readings)
        keyed = [_typed(true, readings, chance) for _ in range(2)]
        wrong = sum(one != true for one in keyed)
        settled = reading_of(keyed).said
        told["errors"] += wrong
        told["both"] += wrong == 2
        told["to third"] += settled is None
        told["alike and wrong"] += settled is not None and settled != true
        told["missed"] += wrong == 1 and settled is not None
    assert 300 < told["errors"] < 500
    assert told["missed"] == 0
    assert told["to third"] == told["errors"] - told["both"] - told["alike and wrong"]
    assert told["alike and wrong"] <= 2
    assert told["both"] <= 8


def _typed(true: Said, readings: list[Said], chance: random.Random) -> Said:
    if chance.random() >= 0.01:
        return true
    return chance.choice([one for one in readings if one != true])
