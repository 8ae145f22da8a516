"""BAL-9: how much of the turnout is told to whom while voting runs; a choice is never part of it."""

from collections.abc import Sequence
from datetime import datetime

from services.election.rules.states import OVER, State

STEP = 10
"""Homes, and lines of the log: the public figure moves in steps, so that no single ballot shows in it."""


def public_hour(now: datetime) -> datetime:
    """The public figure is that of the last full hour."""
    return now.replace(minute=0, second=0, microsecond=0)


def public_cast(state: State, cast: int) -> int:
    """Rounded down to the step while voting runs, exact once it is closed."""
    return cast if state in OVER else cast - cast % STEP


def told_sizes(before: int, hourly: Sequence[int]) -> list[int]:
    """Which lengths of the log may be told while voting runs, of those at the full hours (in order): each by a step
    longer than the one told before it, `before` being its length when the first ballot came. Who stood beside a voter
    would else find his line, and once the public record opens it his choice."""
    told: list[int] = []
    for size in hourly:
        if size - (told[-1] if told else before) >= STEP:
            told.append(size)
    return told
