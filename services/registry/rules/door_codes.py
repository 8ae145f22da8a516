"""PRI-4: what a door code looks like, how long it lives, and which ties it may make."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.registry.rules.numerals import plain

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read for something else
LENGTH = 10
LIVES = timedelta(days=14)


class Relation(StrEnum):
    """What a person is to a home."""

    OWNER = "OWNER"
    FAMILY = "FAMILY"
    TENANT = "TENANT"


class Method(StrEnum):
    """How a binding was verified. Phone and id number alone are none of them."""

    DOOR_CODE = "DOOR_CODE"
    STAFF_CHECK = "STAFF_CHECK"


def normal(code: str) -> str:
    """The form in which a code is compared: capitals, no spaces or dashes. "k7qf9-m2pxr" -> "K7QF9M2PXR"."""
    return plain(code).upper().replace("-", "")


def shown(code: str) -> str:
    """As it is printed on the slip: "K7QF9-M2PXR"."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def is_open(expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether the code can still bind somebody."""
    return used_at is None and now < expires_at
