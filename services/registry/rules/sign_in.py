"""When a sign-in may succeed: passwords, locks, second factors and the life of a session (PRI-6)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.registry.rules.roles import BOUND, Role

FEWEST_CHARACTERS = 8
MOST_CHARACTERS = 128
FEWEST_KINDS = 3
FAILURES_TO_LOCK = 5
LOCKED_FOR = timedelta(minutes=30)
PASSWORD_LIVES = timedelta(days=90)
STAFF_IDLE = timedelta(minutes=30)
RESIDENT_IDLE = timedelta(days=30)
SESSION_LIVES = timedelta(days=90)
ACCESS_LIVES = timedelta(minutes=10)
DOOR_TRIES = 5
DOOR_TRIES_WITHIN = timedelta(minutes=30)


class PasswordFault(StrEnum):
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    TOO_FEW_KINDS = "TOO_FEW_KINDS"
    HOLDS_LOGIN = "HOLDS_LOGIN"
    REPEATED = "REPEATED"


def password_faults(password: str, login: str) -> list[PasswordFault]:
    """PRI-6. What keeps a password from being taken: at least 8 characters of at least 3 kinds, not the login."""
    faults = []
    if len(password) < FEWEST_CHARACTERS:
        faults.append(PasswordFault.TOO_SHORT)
    if len(password) > MOST_CHARACTERS:
        faults.append(PasswordFault.TOO_LONG)
    if len({_kind(sign) for sign in password}) < FEWEST_KINDS:
        faults.append(PasswordFault.TOO_FEW_KINDS)
    if login and login.casefold() in password.casefold():
        faults.append(PasswordFault.HOLDS_LOGIN)
    if len(set(password)) <= len(password) // 4:
        faults.append(PasswordFault.REPEATED)
    return faults


def _kind(sign: str) -> str:
    """Lower, upper, digit, other letters, or the rest."""
    category = unicodedata.category(sign)
    if category in {"Ll", "Lu", "Lo"}:
        return category
    return "digit" if category == "Nd" else "rest"


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is remembered of failed sign-ins to one account."""

    failures: int
    locked_until: datetime | None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def after_failure(self, now: datetime) -> "Attempts":
        """PRI-6. The fifth failure in a row locks for 30 minutes; the count then starts anew."""
        if self.failures + 1 >= FAILURES_TO_LOCK:
            return Attempts(0, now + LOCKED_FOR)
        return Attempts(self.failures + 1, self.locked_until)


NO_ATTEMPTS = Attempts(0, None)


def needs_second_factor(roles: Collection[str]) -> bool:
    """PRI-6. Whoever administers signs in with TOTP too."""
    return Role.ADMINISTRATOR in roles


def idle_limit(roles: Collection[str]) -> timedelta:
    """PRI-6. How long a session may lie unused: 30 minutes for staff, 30 days for residents."""
    return RESIDENT_IDLE if set(roles) <= BOUND | {Role.VOLUNTEER, Role.PARTY_MEMBER} else STAFF_IDLE


def password_is_stale(set_at: datetime, now: datetime) -> bool:
    """PRI-6 [P]. A password is to be changed after 90 days."""
    return now - set_at > PASSWORD_LIVES
