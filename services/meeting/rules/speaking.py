"""Decides who speaks next and for how long (MEET-8)."""

from datetime import datetime, timedelta


def ends_by(started_at: datetime, seconds: int) -> datetime:
    """MEET-8. A speaker's time is limited."""
    return started_at + timedelta(seconds=seconds)


def is_over(started_at: datetime, seconds: int, now: datetime) -> bool:
    """MEET-8. The last second is his; the limit itself is over."""
    return now >= ends_by(started_at, seconds)
