"""What a person should do next, as `/v1/me` says it: the first of these that applies."""

from enum import StrEnum


class NextStep(StrEnum):
    SET_PASSWORD = "SET_PASSWORD"  # the name of a step
    ENROL_SECOND_FACTOR = "ENROL_SECOND_FACTOR"
    SIGN_IN_AGAIN = "SIGN_IN_AGAIN"
    CHANGE_PASSWORD = "CHANGE_PASSWORD"  # likewise
    BIND_HOME = "BIND_HOME"
    NOTHING = "NOTHING"


def next_step(
    *, has_login: bool, has_password: bool, password_stale: bool, lacks_factor: bool, weak_session: bool, has_tie: bool
) -> NextStep:
    """The first step that is open. A tie is a role or a home; `weak_session` is one that may use neither (PRI-6)."""
    steps = (
        (has_login and not has_password, NextStep.SET_PASSWORD),
        (has_login and lacks_factor, NextStep.ENROL_SECOND_FACTOR),
        (has_login and weak_session, NextStep.SIGN_IN_AGAIN),
        (has_login and password_stale, NextStep.CHANGE_PASSWORD),
        (not has_tie, NextStep.BIND_HOME),
    )
    return next((step for applies, step in steps if applies), NextStep.NOTHING)
