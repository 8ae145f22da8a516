"""VOTE-2 to VOTE-8: whether owners have decided, with every figure that says so and the test that failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.election.rules.thresholds import (
    ALL,
    OVER_HALF,
    THREE_QUARTERS,
    TWO_THIRDS,
    Criterion,
    Figure,
    Measure,
    Threshold,
)
from services.election.rules.weights import Weights


class Majority(StrEnum):
    ORDINARY = "ORDINARY"
    SPECIAL = "SPECIAL"
    UNANIMOUS = "UNANIMOUS"


class Matter(StrEnum):
    """What owners decide on (Civil Code art. 278, and art. 279 for the last)."""

    RULES_OF_PROCEDURE = "RULES_OF_PROCEDURE"
    COVENANT = "COVENANT"
    COMMITTEE = "COMMITTEE"
    MANAGER = "MANAGER"
    USE_FUND = "USE_FUND"
    OTHER_COMMON = "OTHER_COMMON"
    RAISE_FUND = "RAISE_FUND"
    REBUILD = "REBUILD"
    CHANGE_COMMON_PARTS = "CHANGE_COMMON_PARTS"
    HOUSING_TO_BUSINESS = "HOUSING_TO_BUSINESS"


MAJORITIES: Mapping[Matter, Majority] = {
    Matter.RULES_OF_PROCEDURE: Majority.ORDINARY,  # VOTE-3
    Matter.COVENANT: Majority.ORDINARY,
    Matter.COMMITTEE: Majority.ORDINARY,
    Matter.MANAGER: Majority.ORDINARY,
    Matter.USE_FUND: Majority.ORDINARY,  # VOTE-4: *use* of the fund is ordinary since 2021
    Matter.OTHER_COMMON: Majority.ORDINARY,
    Matter.RAISE_FUND: Majority.SPECIAL,  # VOTE-4
    Matter.REBUILD: Majority.SPECIAL,
    Matter.CHANGE_COMMON_PARTS: Majority.SPECIAL,
    Matter.HOUSING_TO_BUSINESS: Majority.UNANIMOUS,  # VOTE-5
}

PARTICIPATION = TWO_THIRDS  # VOTE-2
APPROVAL: Mapping[Majority, Threshold] = {Majority.ORDINARY: OVER_HALF, Majority.SPECIAL: THREE_QUARTERS}


@dataclass(frozen=True, slots=True)
class Returns:
    """What came back for one item: who took part, and who of them agreed."""

    participating: Weights
    agreeing: Weights


@dataclass(frozen=True, slots=True)
class Verdict:
    """VOTE-8. A result: its figures, and the tests that failed (none: passed)."""

    figures: tuple[Figure, ...]

    @property
    def failed(self) -> tuple[Criterion, ...]:
        return tuple(figure.test for figure in self.figures if not figure.holds)

    @property
    def passed(self) -> bool:
        return not self.failed


def participation(cast: Weights, roll: Weights) -> tuple[Figure, Figure]:
    """VOTE-2. Two thirds of area and of heads; two thirds itself is enough."""
    return (
        Figure(Criterion.PARTICIPATION_AREA, Measure.AREA, cast.area, roll.area, PARTICIPATION),
        Figure(Criterion.PARTICIPATION_HEADS, Measure.HEADS, cast.heads, roll.heads, PARTICIPATION),
    )


def approval(returns: Returns, threshold: Threshold) -> tuple[Figure, Figure]:
    """VOTE-3, VOTE-4. Of those who took part, by area and by heads; with nobody taking part nothing passes."""
    return (
        Figure(Criterion.APPROVAL_AREA, Measure.AREA, returns.agreeing.area, returns.participating.area, threshold),
        Figure(Criterion.APPROVAL_HEADS, Measure.HEADS, returns.agreeing.heads, returns.participating.heads, threshold),
    )


def decided(matter: Matter, roll: Weights, returns: Returns) -> Verdict:
    """VOTE-3, VOTE-4, VOTE-8. All four figures of an ordinary or special matter; raises ValueError for VOTE-5's."""
    majority = MAJORITIES[matter]
    if majority is Majority.UNANIMOUS:
        raise ValueError("VOTE-5 is a type of its own: use decided_by_all")
    return Verdict(participation(returns.participating, roll) + approval(returns, APPROVAL[majority]))


def decided_by_all(interested: Iterable[str], agreed: Iterable[str]) -> Verdict:
    """VOTE-5. Every interested owner agrees; who is silent has not. Its one figure counts owners."""
    owners = frozenset(interested)
    return Verdict((Figure(Criterion.UNANIMITY, Measure.HEADS, len(owners & frozenset(agreed)), len(owners), ALL),))
