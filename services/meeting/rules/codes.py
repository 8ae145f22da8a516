"""Decides which sign-in codes are good at an instant: each lives two windows, so that a photo of it does not travel."""

from base64 import b32encode
from datetime import datetime, timedelta

WINDOW_SECONDS = 60
LENGTH = 8


def window_of(instant: datetime) -> int:
    """The number of the window an instant lies in."""
    return int(instant.timestamp()) // WINDOW_SECONDS


def good_windows(now: datetime) -> tuple[int, int]:
    """MEET-3. The window now and the one before it: who scans at its last second still gets in."""
    here = window_of(now)
    return here, here - 1


def good_until(now: datetime) -> datetime:
    """When the code shown now stops working."""
    end = (window_of(now) + 2) * WINDOW_SECONDS
    return now + timedelta(seconds=end - now.timestamp())


def readable(digest: bytes) -> str:
    """Eight letters and digits that nobody misreads (A-Z, 2-7)."""
    return b32encode(digest).decode()[:LENGTH]
