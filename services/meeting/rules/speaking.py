"""Decides who waits, who speaks next and for how long (MEET-8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.meeting.rules.reasons import Why


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue of a sitting."""

    id: UUID
    sitting: int
    speaks: bool
    """Has the floor and did not give it back."""


def ends_by(started_at: datetime, seconds: int) -> datetime:
    """MEET-8. A speaker's time is limited."""
    return started_at + timedelta(seconds=seconds)


def floor_is_barred(place: Place, queue: Iterable[Place], sitting: int) -> Why | None:
    """MEET-8. Why the floor is not given: who waited in another sitting asks anew, and one speaks at a time."""
    if place.sitting != sitting:
        return Why.PAST_SITTING
    others = (other for other in queue if other.sitting == sitting and other.id != place.id)
    return Why.SPEAKER_WAITS if any(other.speaks for other in others) else None
