"""Decides who may do what with questionnaires, rounds and answers."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The registry's roles that surveys know; the values are the registry's."""

    ADMINISTRATOR = "ADMINISTRATOR"
    AUDITOR = "AUDITOR"
    STREET_OFFICER = "STREET_OFFICER"
    SECRETARY = "SECRETARY"
    CLERK = "CLERK"
    GRID_WORKER = "GRID_WORKER"
    PMC_MEMBER = "PMC_MEMBER"
    PARTY_MEMBER = "PARTY_MEMBER"
    VOLUNTEER = "VOLUNTEER"
    OWNER = "OWNER"
    RESIDENT = "RESIDENT"


DESK = frozenset({Role.CLERK, Role.SECRETARY})
"""Publish, open and close, choose between records, withdraw for somebody."""
OFFICE = DESK | {Role.STREET_OFFICER}
"""See every answer of the compound."""
VISITORS = DESK | {Role.GRID_WORKER, Role.VOLUNTEER, Role.PARTY_MEMBER}
"""Take homes along, record visits and answers; see their own."""
READERS = frozenset(Role)
"""See questionnaires and published figures of a compound where they hold any role."""


class RoundState(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    PUBLISHED = "PUBLISHED"


class RoundMove(StrEnum):
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"
    PUBLISH = "PUBLISH"


# Figures are frozen once and from a closed round: two editions of one table would give back what each hides (VIS-4).
MOVES: Mapping[RoundMove, tuple[RoundState, RoundState]] = {
    RoundMove.CLOSE: (RoundState.OPEN, RoundState.CLOSED),
    RoundMove.REOPEN: (RoundState.CLOSED, RoundState.OPEN),
    RoundMove.PUBLISH: (RoundState.CLOSED, RoundState.PUBLISHED),
}


def allowed_moves(state: RoundState, is_desk: bool) -> tuple[RoundMove, ...]:
    """The moves that a caller may make with a round now."""
    return tuple(move for move, (start, _) in MOVES.items() if is_desk and start is state)
