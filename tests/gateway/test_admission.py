"""How many the house takes at once, of whom, and what that follows."""

import pytest

from gateway.admission import SILENT_SECONDS, WAITING_SECONDS, WINDOW, Admission
from gateway.operations import Priority
from shared.problems import Busy


def _filled(admission: Admission, priority: Priority, room: str) -> int:
    """How many more of this urgency find a place with this room."""
    for more in range(1_000):
        try:
            admission.enter(priority, room)
        except Busy:
            return more
    raise AssertionError("the house has no end")


def test_the_urgent_may_fill_the_house_and_the_rest_only_a_part() -> None:
    admission = Admission(most=16, most_streams=2)

    found = [
        (priority, _filled(admission, priority, "ticket"), _filled(admission, priority, "survey"))
        for priority in (Priority.LAST, Priority.NORMAL, Priority.FIRST)
    ]

    assert found == [(Priority.LAST, 4, 2), (Priority.NORMAL, 5, 1), (Priority.FIRST, 3, 1)]
    assert admission.working == 16


def test_no_room_gets_the_whole_house() -> None:
    admission = Admission(most=16, most_streams=2)

    assert [_filled(admission, Priority.FIRST, room) for room in ("ticket", "survey", "meeting")] == [12, 4, 0]


def test_a_room_that_fell_silent_does_not_count_against_the_others() -> None:
    now = [100.0]
    admission = Admission(most=16, most_streams=2, now=lambda: now[0])
    frozen = _filled(admission, Priority.FIRST, "meeting")
    before = _filled(admission, Priority.LAST, "ticket")

    now[0] += SILENT_SECONDS + 0.1

    assert (frozen, before) == (12, 0)
    assert _filled(admission, Priority.LAST, "ticket") == 4
    assert _filled(admission, Priority.FIRST, "meeting") == 0


def _work(admission: Admission, now: list[float], seconds: float, windows: int) -> None:
    """Fill the house again and again; each request takes that long."""
    for _ in range(windows * WINDOW):
        entered = admission.enter(Priority.FIRST, "ticket")
        _filled(admission, Priority.FIRST, "ticket")
        now[0] += seconds
        while admission.working:
            admission.leave(Priority.FIRST, "ticket", "report_ticket", entered)


def test_the_house_takes_fewer_when_they_wait_inside_and_more_again_when_not() -> None:
    now = [0.0]
    admission = Admission(most=96, most_streams=2, now=lambda: now[0])
    begun = admission.limit

    _work(admission, now, 0.01, windows=30)
    quick = admission.limit
    _work(admission, now, 0.01 + 2 * WAITING_SECONDS, windows=6)
    slow = admission.limit
    _work(admission, now, 0.01, windows=30)

    assert (begun, quick, slow, admission.limit) == (32, 96, 16, 96)


def test_an_operation_that_always_takes_long_is_not_taken_for_waiting() -> None:
    now = [0.0]
    admission = Admission(most=96, most_streams=2, now=lambda: now[0])

    _work(admission, now, 0.5, windows=10)

    assert admission.limit == 96


def test_a_quick_refusal_does_not_make_the_work_itself_look_slow() -> None:
    now = [0.0]
    admission = Admission(most=96, most_streams=2, now=lambda: now[0])
    admission.leave(Priority.FIRST, "registry", "", admission.enter(Priority.FIRST, "registry"))

    _work(admission, now, 0.5, windows=10)

    assert admission.limit == 96


def test_a_house_that_turns_nobody_away_asks_for_no_more() -> None:
    now = [0.0]
    admission = Admission(most=96, most_streams=2, now=lambda: now[0])

    for _ in range(10 * WINDOW):
        admission.leave(Priority.NORMAL, "ticket", "get_ticket", admission.enter(Priority.NORMAL, "ticket"))

    assert admission.limit == 32


def test_streams_are_counted_apart() -> None:
    admission = Admission(most=4, most_streams=2)

    admission.enter(Priority.STREAM, "ticket"), admission.enter(Priority.STREAM, "ticket")

    with pytest.raises(Busy):
        admission.enter(Priority.STREAM, "ticket")
    admission.enter(Priority.FIRST, "ticket")
    assert (admission.working, admission.streaming) == (1, 2)
