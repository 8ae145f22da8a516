"""The checker finds what is wrong, and nothing where nothing is."""

from tests.chaos.checker import Found, Heard, Kind, Told, dense, exactly_once, fed, read_whole


def _kinds(told: list[Told], found: list[Found]) -> list[Kind]:
    return [wrong.kind for wrong in exactly_once("thing", told, found)]


def test_what_was_acknowledged_and_is_there_once_is_right() -> None:
    assert _kinds([Told("a", "1"), Told("b", "2")], [Found("a", "1"), Found("b", "2")]) == []


def test_what_was_never_answered_may_be_there_once_or_not_at_all() -> None:
    assert _kinds([Told("a", None), Told("b", None)], [Found("a", "1")]) == []


def test_an_acknowledged_write_that_is_missing_is_lost_by_name() -> None:
    (wrong,) = exactly_once("thing", [Told("a", "1")], [])

    assert (wrong.kind, wrong.which) == (Kind.LOST, "a")


def test_a_write_that_stands_twice_is_doubled_answered_or_not() -> None:
    twice = [Found("a", "1"), Found("a", "2")]

    assert _kinds([Told("a", "1")], twice) == [Kind.DOUBLED]
    assert _kinds([Told("a", None)], twice) == [Kind.DOUBLED]


def test_an_acknowledgement_that_said_something_else_is_named() -> None:
    assert _kinds([Told("a", "9")], [Found("a", "1")]) == [Kind.CHANGED]


def test_what_nobody_asked_for_is_invented() -> None:
    assert _kinds([], [Found("a", "1")]) == [Kind.INVENTED]


def test_an_order_has_no_gap_and_no_double() -> None:
    assert list(dense("log", [1, 2, 3])) == []
    assert list(dense("log", [])) == []
    assert [wrong.which for wrong in dense("log", [1, 3, 3])] == ["2 (0 times)", "3 (2 times)"]
    assert [wrong.which for wrong in dense("log", [2])] == ["1 (0 times)"]
    assert [wrong.which for wrong in dense("log", [5, 7], first=5)] == ["6 (0 times)"]


OUT = [Heard(1, "e1", "s"), Heard(2, "e2", "s"), Heard(3, "e3", "t")]


def test_a_feed_in_which_each_event_stands_once_is_right() -> None:
    assert list(fed(OUT, [Heard(1, "e1", "s"), Heard(2, "e3", "t"), Heard(3, "e2", "s")])) == []


def test_an_event_left_out_doubled_or_made_up_is_named() -> None:
    feed = [Heard(1, "e1", "s"), Heard(2, "e1", "s"), Heard(3, "e9", "s"), Heard(4, "e3", "t")]

    assert [wrong.kind for wrong in fed(OUT, feed)] == [Kind.DOUBLED, Kind.UNHEARD, Kind.UNTRUE]


def test_two_events_of_one_subject_in_the_wrong_order_are_named() -> None:
    feed = [Heard(1, "e2", "s"), Heard(2, "e1", "s"), Heard(3, "e3", "t")]

    assert [(wrong.kind, wrong.which) for wrong in fed(OUT, feed)] == [(Kind.DISORDER, "e2 of s")]


def test_a_hole_in_the_feed_is_named() -> None:
    feed = [Heard(1, "e1", "s"), Heard(3, "e2", "s"), Heard(4, "e3", "t")]

    assert [wrong.kind for wrong in fed(OUT, feed)] == [Kind.GAP]


def test_a_reader_who_missed_or_met_something_twice_is_believed() -> None:
    feed = [Heard(1, "a", "s"), Heard(2, "b", "s"), Heard(3, "c", "s")]

    assert list(read_whole(feed, feed)) == []
    assert {wrong.kind for wrong in read_whole([feed[0], feed[2]], feed)} == {Kind.GAP, Kind.UNHEARD}
    assert {wrong.kind for wrong in read_whole([*feed, feed[2]], feed)} == {Kind.GAP}
    assert {wrong.kind for wrong in read_whole([feed[0], Heard(2, "x", "s"), feed[2]], feed)} == {Kind.UNTRUE}
