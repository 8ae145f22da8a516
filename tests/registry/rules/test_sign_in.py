"""When a sign-in may succeed (PRI-6), at the boundaries."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registry.rules.next_steps import NextStep, next_step
from services.registry.rules.roles import Role
from services.registry.rules.sign_in import (
    LOCKED_FOR,
    NO_ATTEMPTS,
    RESIDENT_IDLE,
    STAFF_IDLE,
    PasswordFault,
    idle_limit,
    needs_second_factor,
    password_faults,
    password_is_stale,
)

NOW = datetime(2026, 3, 8, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("Linli-26", []),
        ("Linli-2", [PasswordFault.TOO_SHORT]),
        ("linlilinli", [PasswordFault.TOO_FEW_KINDS]),
        ("邻里自治abc1", []),
        ("aA1" + "x" * 126, [PasswordFault.TOO_LONG, PasswordFault.REPEATED]),
        ("Wang01-linli", [PasswordFault.HOLDS_LOGIN]),
        ("aaaaaaaaA1", []),
        ("aaaaaaaaaaA1", [PasswordFault.REPEATED]),
    ],
)
def test_a_password_has_eight_characters_of_three_kinds(password: str, faults: list[PasswordFault]) -> None:
    """PRI-6."""
    assert password_faults(password, "wang01") == faults


def test_the_fifth_failure_in_a_row_locks_for_thirty_minutes() -> None:
    """PRI-6."""
    attempts = NO_ATTEMPTS
    for _ in range(4):
        attempts = attempts.after_failure(NOW)
        assert not attempts.is_locked(NOW)

    attempts = attempts.after_failure(NOW)

    assert attempts.is_locked(NOW + LOCKED_FOR - timedelta(microseconds=1))
    assert not attempts.is_locked(NOW + LOCKED_FOR)
    assert attempts.failures == 0


def test_only_who_administers_needs_a_second_factor() -> None:
    """PRI-6."""
    assert needs_second_factor({Role.ADMINISTRATOR, Role.CLERK})
    assert not needs_second_factor(set(Role) - {Role.ADMINISTRATOR})


@pytest.mark.parametrize(
    ("roles", "limit"),
    [
        ({Role.RESIDENT, Role.OWNER, Role.VOLUNTEER}, RESIDENT_IDLE),
        (set(), RESIDENT_IDLE),
        ({Role.RESIDENT, Role.CLERK}, STAFF_IDLE),
        ({Role.ADMINISTRATOR}, STAFF_IDLE),
    ],
)
def test_staff_sessions_end_after_half_an_hour_of_idleness(roles: set[Role], limit: timedelta) -> None:
    """PRI-6."""
    assert idle_limit(roles) == limit


def test_a_password_is_stale_after_ninety_days() -> None:
    """PRI-6 [P]."""
    assert not password_is_stale(NOW - timedelta(days=90), NOW)
    assert password_is_stale(NOW - timedelta(days=90, microseconds=1), NOW)


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({}, NextStep.NOTHING),
        ({"has_tie": False}, NextStep.BIND_HOME),
        ({"has_password": False, "lacks_factor": True, "weak_session": True}, NextStep.SET_PASSWORD),
        ({"lacks_factor": True, "weak_session": True}, NextStep.ENROL_SECOND_FACTOR),
        ({"weak_session": True, "password_stale": True}, NextStep.SIGN_IN_AGAIN),
        ({"password_stale": True}, NextStep.CHANGE_PASSWORD),
        ({"has_login": False, "has_password": False, "lacks_factor": True}, NextStep.NOTHING),
    ],
)
def test_the_next_step_is_the_first_that_is_open(changed: dict[str, bool], step: NextStep) -> None:
    settled = {
        "has_login": True,
        "has_password": True,
        "password_stale": False,
        "lacks_factor": False,
        "weak_session": False,
        "has_tie": True,
    }
    assert next_step(**{**settled, **changed}) is step
