"""Decides what a visit brought, when a home is done, and how far a round has come (VIS-1, VIS-3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from services.survey.rules.roles import VISITORS

AHEAD = timedelta(minutes=10)
"""So far a device's clock may run before the house's."""


class Outcome(StrEnum):
    MET = "MET"
    ABSENT = "ABSENT"
    REFUSED = "REFUSED"
    EMPTY = "EMPTY"
    WRONG_ADDRESS = "WRONG_ADDRESS"


class Relation(StrEnum):
    """Who answered at the door."""

    OWNER = "OWNER"
    FAMILY = "FAMILY"
    TENANT = "TENANT"
    OTHER = "OTHER"


class HomeState(StrEnum):
    UNVISITED = "UNVISITED"
    TRIED = "TRIED"  # absent, with tries left
    DONE = "DONE"


class RecordState(StrEnum):
    """How a record of answers stands."""

    COUNTS = "COUNTS"
    FLAGGED = "FLAGGED"
    WITHDRAWN = "WITHDRAWN"


FINAL = frozenset({Outcome.MET, Outcome.REFUSED, Outcome.EMPTY, Outcome.WRONG_ADDRESS})


@dataclass(frozen=True, slots=True)
class Coverage:
    """VIS-1. Homes with a final outcome over all homes of the round."""

    homes: int
    done: int
    tried: int
    outcomes: Mapping[Outcome, int]
    """Visits by outcome."""
    disputed: int
    """Homes with more than one record that counts: shown side by side, in no figure until the office chooses."""

    @property
    def share(self) -> Fraction:
        return Fraction(self.done, self.homes) if self.homes else Fraction(0)


def home_state(outcomes: Iterable[Outcome], tries: int) -> HomeState:
    """VIS-1. Done by any final outcome, or by the last try that found nobody; the order of visits plays no part."""
    found = list(outcomes)
    if FINAL & set(found) or found.count(Outcome.ABSENT) >= tries:
        return HomeState.DONE
    return HomeState.TRIED if found else HomeState.UNVISITED


def coverage_of(visits: Mapping[UUID, Sequence[Outcome]], disputed: int, tries: int) -> Coverage:
    """The coverage of a round: home -> the outcomes of its visits, in any order; a home without visits is there too."""
    states = [home_state(outcomes, tries) for outcomes in visits.values()]
    every = [outcome for outcomes in visits.values() for outcome in outcomes]
    return Coverage(
        len(visits),
        states.count(HomeState.DONE),
        states.count(HomeState.TRIED),
        {outcome: every.count(outcome) for outcome in Outcome},
        disputed,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A record of answers of one home as the count sees it."""

    id: UUID
    state: RecordState


def counted_record(records: Iterable[Standing], chosen: UUID | None) -> UUID | None:
    """VIS-3. The one record of a home that figures use: the only one that counts, or the one the office chose.

    Two that count are never merged and neither wins by itself: None until somebody chooses.
    """
    found = {record.id for record in records if record.state is RecordState.COUNTS}
    if len(found) == 1:
        return next(iter(found))
    return chosen if chosen in found else None


def is_disputed(records: Iterable[Standing], chosen: UUID | None) -> bool:
    """Whether the home waits for the office to choose."""
    found = {record.id for record in records if record.state is RecordState.COUNTS}
    return len(found) > 1 and chosen not in found


def is_to_come(visited_at: datetime, now: datetime) -> bool:
    """VIS-1. A visit is recorded when it was made: three that are still to come would make a home done."""
    return visited_at > now + AHEAD


def visit_faults(outcome: Outcome, visitors: Sequence[str], relation: Relation | None) -> list[str]:
    """VIS-1. Fields that do not fit: two different visitors; a relation where, and only where, somebody was met."""
    faults = []
    if len(set(visitors)) != 2:
        faults.append("visitors")
    if (relation is not None) != (outcome is Outcome.MET) and not (outcome is Outcome.REFUSED and relation):
        faults.append("relation")
    return faults


@dataclass(frozen=True, slots=True)
class Held:
    """A role of somebody on the compound; `until` None while it lasts."""

    role: str
    until: datetime | None


def may_have_visited(held: Iterable[Held], visited_at: datetime) -> bool:
    """VIS-1. Whether somebody named as a visitor is one: by a visiting role here that had not ended when they called.

    When it was given plays no part: a role that the office enters in the evening was held at noon.
    """
    return any(one.role in VISITORS and (one.until is None or visited_at < one.until) for one in held)
