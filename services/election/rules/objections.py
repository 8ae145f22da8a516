"""PUB-6: what an objection to an election may be about, when it is in time, and what deciding it brings about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.election.rules.parameters import Kind, Rules
from services.election.rules.rolls import is_frozen
from services.election.rules.states import State
from shared.days import day_of, is_within


class About(StrEnum):
    ROLL = "ROLL"
    PROCEDURE = "PROCEDURE"
    COUNT = "COUNT"


class Effect(StrEnum):
    """What upholding it does; NONE is a refusal with its reasons."""

    NONE = "NONE"
    CORRECT = "CORRECT"
    RECOUNT = "RECOUNT"
    REPEAT = "REPEAT"


WORKING_DAYS_TO_DECIDE = 5
SETTLED = frozenset({State.FINAL, State.CANCELLED, State.REPEATED})
"""Nothing is objected to any more, and what comes of a late objection changes nothing."""
OPEN_IN: Mapping[About, frozenset[State]] = {
    About.ROLL: frozenset(State) - SETTLED - {State.DRAFT},
    About.PROCEDURE: frozenset({State.ANNOUNCED, State.OPEN, State.CLOSED, State.COUNTED, State.POSTED}),
    About.COUNT: frozenset({State.COUNTED, State.POSTED}),
}
"""In which states an objection is taken at all, in time or late."""
EFFECTS: Mapping[About, frozenset[Effect]] = {
    About.ROLL: frozenset({Effect.NONE, Effect.CORRECT, Effect.RECOUNT, Effect.REPEAT}),
    About.PROCEDURE: frozenset({Effect.NONE, Effect.RECOUNT, Effect.REPEAT}),
    About.COUNT: frozenset({Effect.NONE, Effect.RECOUNT, Effect.REPEAT}),
}
"""What is corrected is the roll: an effect that nobody could carry out would hold the result up for ever."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far an election has come, as the objections' clock needs it."""

    state: State
    rules: Rules
    roll_posted_at: datetime | None
    posted_at: datetime | None
    kind: Kind = Kind.HOUSEHOLD
    counted: bool = False

    @property
    def roll_is_corrected(self) -> bool:
        """VOTE-7. Whether the roll can still be corrected so that it tells: of members never, of households until it
        is frozen."""
        return self.kind is not Kind.MEMBERS and not (self.kind is Kind.HOUSEHOLD and is_frozen(self.state))


def effects(about: About, course: Course) -> frozenset[Effect]:
    """What deciding can bring about now: nothing of what is over, nor a second count before the first."""
    if course.state in SETTLED:
        return frozenset({Effect.NONE})
    barred = set() if course.counted else {Effect.RECOUNT}
    return EFFECTS[about] - barred - (set() if course.roll_is_corrected else {Effect.CORRECT})


def in_time(about: About, course: Course, now: datetime) -> bool:
    """PUB-6, DAY-1. To the roll: while it is posted; else until the days after the result's posting are over.

    Raises CalendarMissing where the holidays of a year without a table would decide.
    """
    if about is About.ROLL:
        posted = course.roll_posted_at
        return course.state is State.ROLL_POSTED and posted is not None and _runs(posted, course, now)
    if course.state is State.POSTED:
        return course.posted_at is not None and is_within(now, day_of(course.posted_at), course.rules.objection_days)
    return course.state in OPEN_IN[about]


def _runs(posted: datetime, course: Course, now: datetime) -> bool:
    days = course.rules.roll_posting_days
    return days == 0 or is_within(now, day_of(posted), days)


def counts_as_open(late: bool, repeats: bool) -> bool:
    """PUB-6. Late ones and repeated facts do not hold anything up."""
    return not late and not repeats


class Settling(StrEnum):
    """What ends an objection, as `allowed` names it."""

    WITHDRAW = "WITHDRAW"
    DECIDE = "DECIDE"


def settling(settled: bool, own: bool, decides: bool) -> list[Settling]:
    """PUB-6. Until it is settled its objector may take it back; the street office decides, never on its own."""
    if settled:
        return []
    return [Settling.WITHDRAW] if own else [Settling.DECIDE] * decides
