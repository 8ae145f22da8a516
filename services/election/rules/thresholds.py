"""VOTE-6: when a part of a whole is enough, in integers only; "以上" includes the number, "过半" does not."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Threshold:
    """`above / below` of the whole; `inclusive` when the share itself is enough."""

    above: int
    below: int
    inclusive: bool

    def holds(self, part: int, whole: int) -> bool:
        """VOTE-6. Cross-multiplied, never divided. Nothing of nothing is not enough (VOTE-10)."""
        if whole <= 0:
            return False
        left, right = self.below * part, self.above * whole
        return left >= right if self.inclusive else left > right

    def least(self, whole: int) -> int:
        """The smallest part that is enough."""
        share, rest = divmod(self.above * whole, self.below)
        return share + (1 if rest or not self.inclusive else 0)

    @property
    def sign(self) -> str:
        return "≥" if self.inclusive else ">"

    def __str__(self) -> str:
        return f"{self.sign} {self.above}/{self.below}"


TWO_THIRDS = Threshold(2, 3, inclusive=True)
OVER_HALF = Threshold(1, 2, inclusive=False)
HALF = Threshold(1, 2, inclusive=True)
THREE_QUARTERS = Threshold(3, 4, inclusive=True)
ALL = Threshold(1, 1, inclusive=True)


class Measure(StrEnum):
    HEADS = "HEADS"
    AREA = "AREA"


class Criterion(StrEnum):
    """The inequalities that a result names (VOTE-8)."""

    PARTICIPATION_AREA = "PARTICIPATION_AREA"
    PARTICIPATION_HEADS = "PARTICIPATION_HEADS"
    APPROVAL_AREA = "APPROVAL_AREA"
    APPROVAL_HEADS = "APPROVAL_HEADS"
    UNANIMITY = "UNANIMITY"
    QUORUM_MEMBERS = "QUORUM_MEMBERS"
    QUORUM_OWNERS = "QUORUM_OWNERS"
    APPROVAL_MEMBERS = "APPROVAL_MEMBERS"


@dataclass(frozen=True, slots=True)
class Figure:
    """VOTE-8. One inequality with its numerator and denominator; area in hundredths of a m²."""

    test: Criterion
    measure: Measure
    part: int
    whole: int
    threshold: Threshold

    @property
    def holds(self) -> bool:
        return self.threshold.holds(self.part, self.whole)

    @property
    def least(self) -> int:
        """The smallest numerator that would hold."""
        return self.threshold.least(self.whole)

    @property
    def inequality(self) -> str:
        """VOTE-6. As it was computed: `3*533334 >= 2*800000`."""
        sign = ">=" if self.threshold.inclusive else ">"
        left = f"{self.threshold.below}*{self.part}" if self.threshold.below > 1 else str(self.part)
        right = f"{self.threshold.above}*{self.whole}" if self.threshold.above > 1 else str(self.whole)
        return f"{left} {sign} {right}"
