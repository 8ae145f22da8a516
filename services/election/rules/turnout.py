"""BAL-9: how much of the turnout is told to whom while voting runs; a choice is never part of it."""

from datetime import datetime

from services.election.rules.states import OVER, State

STEP = 10
"""Homes: the public figure moves in steps, so that no single ballot shows in it."""


def public_hour(now: datetime) -> datetime:
    """The public figure is that of the last full hour."""
    return now.replace(minute=0, second=0, microsecond=0)


def public_cast(state: State, cast: int) -> int:
    """Rounded down to the step while voting runs, exact once it is closed."""
    return cast if state in OVER else cast - cast % STEP
