"""BAL-9: how much is told of an election while voting runs."""

from datetime import UTC, datetime, timedelta

import pytest

from services.election.rules.states import State
from services.election.rules.turnout import public_cast, public_hour, told_sizes

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@pytest.mark.parametrize(
    ("state", "cast", "told"),
    [(State.OPEN, 9, 0), (State.OPEN, 10, 10), (State.OPEN, 19, 10), (State.CLOSED, 19, 19), (State.COUNTED, 3, 3)],
)
def test_turnout_is_told_in_steps_of_ten_while_voting_runs(state: State, cast: int, told: int) -> None:
    """BAL-9."""
    assert public_cast(state, cast) == told
    assert public_hour(MONDAY + timedelta(minutes=59)) == MONDAY


@pytest.mark.parametrize(
    ("before", "hourly", "told"),
    [
        (3, [], []),
        (3, [12], []),
        (3, [13], [13]),
        (3, [12, 13, 22, 23, 40], [13, 23, 40]),
        (0, [9, 9, 10, 19], [10]),
    ],
)
def test_the_logs_length_is_told_in_steps_while_voting_runs(before: int, hourly: list[int], told: list[int]) -> None:
    """BAL-9."""
    assert told_sizes(before, hourly) == told
