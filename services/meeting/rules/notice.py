"""Decides whether a meeting is announced in time, and when a posting is over (DAY-1)."""

from datetime import datetime

from services.meeting.rules.parameters import Parameters
from shared.days import OnHoliday, day_of, is_within, period_end


def earliest_start(noticed_at: datetime, days: int) -> datetime:
    """MEET-1, DAY-1. The day of the notice is not counted; the meeting begins after the last whole day.

    Natural days, rest days among them: a council meets on the very days on which people are at home.
    """
    return period_end(day_of(noticed_at), days, OnHoliday.SAME_DAY)


def is_announced_in_time(noticed_at: datetime, starts_at: datetime, days: int) -> bool:
    """MEET-1."""
    return starts_at >= earliest_start(noticed_at, days)


def is_still_posted(posted_at: datetime, now: datetime, rules: Parameters) -> bool:
    """MEET-1, DAY-1. Raises CalendarMissing only when an unpublished year decides."""
    return is_within(now, day_of(posted_at), rules.posting_days, rules.on_holiday)
