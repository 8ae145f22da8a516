"""VOTE-2 to VOTE-6: what a vote would come to under an assumption, and what would still be missing at least."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.election.rules.decisions import APPROVAL, Majority, Returns, approval, participation
from services.election.rules.drafts import MAJORITY_OF
from services.election.rules.parameters import Preset
from services.election.rules.thresholds import ALL, Criterion, Figure, Measure, Threshold
from services.election.rules.weights import Weights, together

MAJORITY_ASSUMED: Mapping[Preset, Majority] = MappingProxyType(
    {**MAJORITY_OF, Preset.CANDIDATES: Majority.ORDINARY}  # COM-1: a candidate passes for himself
)


class SimulationWhy(StrEnum):
    """Why nothing can be simulated."""

    NOT_BY_OWNERS = "NOT_BY_OWNERS"
    NO_ROLL = "NO_ROLL"
    MORE_THAN_THE_ROLL = "MORE_THAN_THE_ROLL"


PARTICIPATION_TESTS = frozenset({Criterion.PARTICIPATION_AREA, Criterion.PARTICIPATION_HEADS})


NOBODY = Weights()


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is taken to come back by closing, of all ballots; never what did: choices are sealed (BAL-9)."""

    agree: Weights
    oppose: Weights = NOBODY
    abstain: Weights = NOBODY
    invalid: Weights = NOBODY

    @property
    def returned(self) -> Weights:
        return together((self.agree, self.oppose, self.abstain, self.invalid))

    def participating(self, invalid_counts: bool) -> Weights:
        """BAL-1. [P] Invalid ones take part."""
        return self.returned if invalid_counts else together((self.agree, self.oppose, self.abstain))


@dataclass(frozen=True, slots=True)
class Outlook:
    """One test under the assumption.

    `missing`: by how much the numerator falls short at least, the denominator staying as it is.
    `more`: how much that did not come back would have to come and agree, which moves both; None where not even the
    whole rest would do.
    """

    figure: Figure
    missing: int
    more: int | None


def impossible(roll: Weights, assumed: Assumption) -> tuple[str, ...]:
    """The measures by which more would come back than there is, or area without a head."""
    returned = assumed.returned
    found = [name for name in ("heads", "area") if getattr(returned, name) > getattr(roll, name)]
    parts = (assumed.agree, assumed.oppose, assumed.abstain, assumed.invalid)
    if "heads" not in found and any(part.heads == 0 and part.area > 0 for part in parts):
        found.append("heads")
    return tuple(found)


def simulate(
    majority: Majority, roll: Weights, assumed: Assumption, invalid_counts: bool = True
) -> tuple[Outlook, ...]:
    """The four tests (VOTE-5: its one) under an assumption, in the order in which results name them."""
    if majority is Majority.UNANIMOUS:
        whole = (Figure(Criterion.UNANIMITY, Measure.HEADS, assumed.agree.heads, roll.heads, ALL),)
        return tuple(_outlooks(whole, roll, assumed))
    taking_part = assumed.participating(invalid_counts)
    figures = participation(taking_part, roll) + approval(Returns(taking_part, assumed.agree), APPROVAL[majority])
    return tuple(_outlooks(figures, roll, assumed))


def would_pass(outlooks: Iterable[Outlook]) -> bool:
    return all(outlook.figure.holds for outlook in outlooks)


def _outlooks(figures: Iterable[Figure], roll: Weights, assumed: Assumption) -> Iterable[Outlook]:
    for figure in figures:
        if figure.holds:
            yield Outlook(figure, 0, 0)
            continue
        missing = max(figure.least - figure.part, 1)  # nothing of nothing never holds (VOTE-10)
        yield Outlook(figure, missing, _more(figure, missing, roll, assumed))


def _more(figure: Figure, missing: int, roll: Weights, assumed: Assumption) -> int | None:
    at_home = getattr(roll, figure.measure.lower()) - getattr(assumed.returned, figure.measure.lower())
    fixed = figure.test in PARTICIPATION_TESTS or figure.test is Criterion.UNANIMITY
    needed = missing if fixed else newcomers(figure.threshold, figure.part, figure.whole)
    return needed if needed is not None and needed <= at_home else None


def newcomers(threshold: Threshold, part: int, whole: int) -> int | None:
    """VOTE-6. The fewest who, all agreeing, make `part + n` of `whole + n` enough; None where none ever are.

    below * (part + n) against above * (whole + n), solved for n in whole numbers.
    """
    gain = threshold.below - threshold.above
    short = threshold.above * whole - threshold.below * part
    if gain <= 0:
        return None
    least = -(-short // gain) if threshold.inclusive else short // gain + 1
    return max(least, 1 if whole == 0 else 0)
