"""Holds what differs by place: the presets an election is made from, each parameter with its default and its range."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.election.rules.household import Voters
from services.election.rules.thresholds import Threshold


class Kind(StrEnum):
    """BAL-3. Kinds are never mixed."""

    OWNERS_DECISION = "T1"
    HOUSEHOLD = "T2"
    MEMBERS = "T3"
    COUNCIL = "T4"
    STRAW_POLL = "T5"
    UNANIMOUS = "T6"


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter's bounds, both included."""

    least: int
    most: int

    def holds(self, value: int) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class HouseholdRules:
    """The rule set of a household ballot (T2). `max_marks` None: as many as seats. Shares are percent-free pairs."""

    voters: Voters = Voters.ADULT_RESIDENT  # BAL-11
    shops_vote: bool = False  # BAL-11
    unsold_vote: bool = False  # BAL-11
    max_marks: int | None = None  # BAL-11
    turnout_above: int = 1  # BAL-11: under this share of households it is repeated once
    turnout_below: int = 2
    notice_days: int = 3  # days between announcing and opening
    window_min_days: int = 5  # BAL-6
    window_max_days: int = 60  # BAL-6
    revote: bool = True  # BAL-12: online replaced online until closing

    @property
    def turnout(self) -> Threshold:
        return Threshold(self.turnout_above, self.turnout_below, inclusive=True)


RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "max_marks": Range(1, 50),
        "turnout_above": Range(1, 100),
        "turnout_below": Range(1, 100),
        "notice_days": Range(0, 60),
        "window_min_days": Range(1, 60),
        "window_max_days": Range(1, 90),
    }
)


class Fault(StrEnum):
    """Why a rule set is refused; the values are the names of the parameters at fault."""

    MAX_MARKS = "max_marks"
    TURNOUT = "turnout"
    WINDOW = "window"


def faults(rules: HouseholdRules, nominees: int) -> tuple[Fault, ...]:
    """What does not fit together in a rule set, beyond each parameter's own range."""
    found = []
    if rules.max_marks is not None and rules.max_marks > max(nominees, 1):
        found.append(Fault.MAX_MARKS)
    if rules.turnout_above > rules.turnout_below:
        found.append(Fault.TURNOUT)
    if rules.window_min_days > rules.window_max_days:
        found.append(Fault.WINDOW)
    return tuple(found)


DEFAULTS = HouseholdRules()
