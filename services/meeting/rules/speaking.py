"""Decides who speaks next and for how long (MEET-8)."""

from datetime import datetime, timedelta


def ends_by(started_at: datetime, seconds: int) -> datetime:
    """MEET-8. A speaker's time is limited."""
    return started_at + timedelta(seconds=seconds)
