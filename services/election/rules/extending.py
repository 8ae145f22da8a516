"""BAL-6: once, by so many days, said before the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.election.rules.states import State


class ExtensionWhy(StrEnum):
    """Why a window is not moved."""

    NOT_OPEN = "NOT_OPEN"
    EXTENDED_ALREADY = "EXTENDED_ALREADY"
    TOO_LATE = "TOO_LATE"
    NOT_LATER = "NOT_LATER"
    TOO_LONG = "TOO_LONG"


@dataclass(frozen=True, slots=True)
class Window:
    """The window as it runs. `extended`: its end was moved once; `most_days` of an extension [P 15], 0: none."""

    state: State
    closes_at: datetime
    extended: bool
    most_days: int


def barred(window: Window, now: datetime) -> ExtensionWhy | None:
    """BAL-6. Why the end may not be moved at all now; None when it may."""
    if window.state is not State.OPEN:
        return ExtensionWhy.NOT_OPEN
    if window.extended:
        return ExtensionWhy.EXTENDED_ALREADY
    if now >= window.closes_at:
        return ExtensionWhy.TOO_LATE
    return None if window.most_days else ExtensionWhy.TOO_LONG


def refusal(window: Window, closes_at: datetime, now: datetime) -> ExtensionWhy | None:
    """BAL-6. Why the end may not be moved to `closes_at`; None when it may. Never forward: no early closing."""
    if (why := barred(window, now)) is not None:
        return why
    if closes_at <= window.closes_at:
        return ExtensionWhy.NOT_LATER
    return ExtensionWhy.TOO_LONG if closes_at - window.closes_at > timedelta(days=window.most_days) else None
