"""MEET-3: quorum at any instant, one vote a member, more than half of those present; no order of events breaks it."""

from datetime import timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.meeting.rules.attendance import Entry, Passage, Quorum, needed, present_at, quorum_at, stood_ever
from services.meeting.rules.codes import LENGTH, WINDOW_SECONDS, good_until, good_windows, readable, window_of
from services.meeting.rules.kinds import KINDS, Kind, notice_days, pass_of, quorum_of
from services.meeting.rules.parameters import OVER_HALF, TWO_THIRDS, Share
from services.meeting.rules.reasons import Why
from services.meeting.rules.speaking import Place, ends_by, floor_is_barred
from services.meeting.rules.votes import (
    BINDS_NO_OWNER,
    Choice,
    Method,
    ResolutionState,
    Tally,
    is_possible,
    outcome,
    tally,
)
from tests.meeting.rules.cases import NOW, RULES

STANDS = Quorum(1, 1, 1, stands=True)
GONE = Quorum(0, 3, 2, stands=False)


@pytest.mark.parametrize(
    ("share", "present", "members", "stands"),
    [
        (TWO_THIRDS, 2, 3, True),
        (TWO_THIRDS, 1, 3, False),
        (TWO_THIRDS, 14, 21, True),
        (TWO_THIRDS, 13, 21, False),
        (TWO_THIRDS, 7, 10, True),
        (TWO_THIRDS, 6, 10, False),
        (TWO_THIRDS, 0, 0, False),
        (TWO_THIRDS, 1, 1, True),
        (OVER_HALF, 5, 10, False),
        (OVER_HALF, 6, 10, True),
        (OVER_HALF, 5, 9, True),
        (OVER_HALF, 0, 0, False),
    ],
)
def test_two_thirds_includes_itself_and_more_than_half_does_not(
    share: Share, present: int, members: int, stands: bool
) -> None:
    """MEET-3."""
    assert share.is_met(present, members) is stands


@given(some.integers(0, 400), some.integers(0, 400), some.sampled_from([TWO_THIRDS, OVER_HALF, Share(3, 4, False)]))
def test_a_share_is_exact(part: int, whole: int, share: Share) -> None:
    """MEET-3. Against fractions; nothing is never enough."""
    if whole <= 0 or part <= 0:
        assert not share.is_met(part, whole)
        return
    exact, bound = Fraction(part, whole), Fraction(share.part, share.of)
    assert share.is_met(part, whole) == (exact > bound if share.more_than else exact >= bound)


@pytest.mark.parametrize("members", range(60))
@pytest.mark.parametrize("share", [TWO_THIRDS, OVER_HALF])
def test_needed_is_the_smallest_number_that_suffices(share: Share, members: int) -> None:
    """MEET-3."""
    smallest = needed(members, share)

    assert not share.is_met(smallest - 1, members)
    assert share.is_met(smallest, members) or smallest == members + 1


def test_each_kind_has_its_notice_quorum_and_majority() -> None:
    """MEET-1, MEET-3, MEET-9."""
    assert quorum_of(Kind.COUNCIL, RULES) == TWO_THIRDS
    assert quorum_of(Kind.RESIDENTS_MEETING, RULES) == OVER_HALF
    assert quorum_of(Kind.OPEN_COUNCIL, RULES) is None
    assert [notice_days(kind, RULES) for kind in Kind] == [3, 3, 3, 15]
    assert {pass_of(kind, RULES) for kind in Kind} == {OVER_HALF}
    assert set(KINDS) == set(Kind)
    assert not KINDS[Kind.OPEN_COUNCIL].resolves


@pytest.mark.parametrize(
    ("electors", "agree", "state"),
    [
        (4, 2, ResolutionState.LOST),
        (4, 3, ResolutionState.PASSED),
        (5, 2, ResolutionState.LOST),
        (5, 3, ResolutionState.PASSED),
        (1, 1, ResolutionState.PASSED),
        (1, 0, ResolutionState.LOST),
        (14, 7, ResolutionState.LOST),
        (14, 8, ResolutionState.PASSED),
    ],
)
def test_more_than_half_of_those_present_carries(electors: int, agree: int, state: ResolutionState) -> None:
    """MEET-3. Exactly half fails; silent and abstaining members count among those present."""
    assert outcome(Tally(electors, agree, 0, 0), STANDS, OVER_HALF) is state
    assert outcome(Tally(electors, agree, 0, electors - agree), STANDS, OVER_HALF) is state


def test_without_quorum_at_the_close_nothing_is_decided() -> None:
    """MEET-3."""
    assert outcome(Tally(3, 3, 0, 0), GONE, OVER_HALF) is ResolutionState.LAPSED


@pytest.mark.parametrize(
    ("count", "possible"),
    [
        (Tally(4, 2, 1, 1), True),
        (Tally(4, 4, 0, 0), True),
        (Tally(4, 0, 0, 0), True),
        (Tally(4, 3, 1, 1), False),
        (Tally(4, 5, 0, 0), False),
        (Tally(4, -1, 0, 0), False),
    ],
)
def test_a_count_by_hand_has_no_more_hands_than_electors(count: Tally, possible: bool) -> None:
    """MEET-3."""
    assert is_possible(count) is possible


def test_a_resolution_says_in_both_languages_that_it_binds_no_owner() -> None:
    """MEET-4."""
    zh, en = BINDS_NO_OWNER

    assert "不约束业主的共同权利" in zh
    assert "does not bind the owners' common rights" in en


PEOPLE = [UUID(int=number) for number in range(1, 8)]
MEMBERS = frozenset(PEOPLE[:5])  # two are guests
passages = some.lists(
    some.tuples(some.sampled_from(PEOPLE), some.sampled_from(Passage), some.integers(0, 3)), max_size=40
)


def entries_of(drawn: list[tuple[UUID, Passage, int]]) -> list[Entry]:
    """Lines in the order in which they were written; several may share an instant."""
    at, found = NOW, []
    for who, passage, seconds in drawn:
        at += timedelta(seconds=seconds)
        found.append(Entry(who, passage, at))
    return found


@given(passages)
def test_quorum_at_any_instant_is_what_a_doorkeeper_would_count(drawn: list[tuple[UUID, Passage, int]]) -> None:
    """MEET-3. Against a doorkeeper with a list, after every line; quorum never counts a guest or anybody twice."""
    entries, stood = entries_of(drawn), False
    inside: set[UUID] = set()

    for place, entry in enumerate(entries):
        (inside.add if entry.passage is Passage.ARRIVED else inside.discard)(entry.who)
        stood = stood or 3 * len(inside & MEMBERS) >= 2 * len(MEMBERS)
        if place + 1 < len(entries) and entries[place + 1].at == entry.at:
            continue  # the instant is not over yet
        quorum = quorum_at(entries, MEMBERS, TWO_THIRDS, entry.at)
        assert present_at(entries, entry.at) == inside
        assert quorum.present == len(inside & MEMBERS)
        assert quorum.stands == (quorum.present >= quorum.needed)

    assert stood_ever(entries, MEMBERS, TWO_THIRDS) == stood


@given(passages, some.randoms(use_true_random=False))
def test_lines_of_different_people_may_be_written_in_any_order_within_an_instant(
    drawn: list[tuple[UUID, Passage, int]], chance: object
) -> None:
    """MEET-3. Who came does not hang on whose sign-in reached the server first."""
    entries = entries_of([(who, passage, 0) for who, passage, _ in drawn])
    by_person = {who: [entry for entry in entries if entry.who == who] for who in PEOPLE}
    shuffled: list[Entry] = []
    while any(by_person.values()):
        who = chance.choice([one for one in PEOPLE if by_person[one]])  # type: ignore[attr-defined]
        shuffled.append(by_person[who].pop(0))

    assert present_at(shuffled, NOW) == present_at(entries, NOW)


@settings(max_examples=100)
@given(
    some.lists(some.tuples(some.sampled_from(PEOPLE), some.sampled_from(["COME", "GO", *Choice])), max_size=60),
    some.integers(0, 20),
)
def test_no_order_of_arrivals_and_votes_carries_anything_unlawfully(
    events: list[tuple[UUID, str]], opens_after: int
) -> None:
    """MEET-3. The invariant: carried only with quorum at opening and close, by more than half of those present at the
    opening, each of them a member with one vote, the first he cast."""
    entries: list[Entry] = []
    electors: frozenset[UUID] | None = None
    votes: dict[UUID, Choice] = {}
    for place, (who, what) in enumerate(events):
        if what in ("COME", "GO"):
            entries.append(Entry(who, Passage.ARRIVED if what == "COME" else Passage.LEFT, NOW))
        if electors is None and place >= opens_after and quorum_at(entries, MEMBERS, TWO_THIRDS, NOW).stands:
            electors = present_at(entries, NOW) & MEMBERS
        if what in list(Choice) and electors and who in electors and who in present_at(entries, NOW):
            votes.setdefault(who, Choice(what))
    if electors is None:
        return
    count = tally(len(electors), votes.values())
    close = quorum_at(entries, MEMBERS, TWO_THIRDS, NOW)
    result = outcome(count, close, OVER_HALF)

    assert is_possible(count)
    assert set(votes) <= electors <= MEMBERS
    assert 3 * len(electors) >= 2 * len(MEMBERS)
    if result is ResolutionState.PASSED:
        agreed = [who for who, choice in votes.items() if choice is Choice.AGREE]
        assert 2 * len(set(agreed)) > len(electors)
        assert close.stands
    assert (result is ResolutionState.LAPSED) == (not close.stands)


def test_methods_are_closed() -> None:
    """MEET-5."""
    assert set(Method) == {"NAMED", "SHOW_OF_HANDS"}


def test_a_code_is_good_for_its_minute_and_the_next() -> None:
    """MEET-3."""
    shown = window_of(NOW)

    for seconds, good in ((0, True), (WINDOW_SECONDS, True), (2 * WINDOW_SECONDS, False), (-WINDOW_SECONDS, False)):
        assert (shown in good_windows(NOW + timedelta(seconds=seconds))) is good
    assert good_until(NOW) == NOW + timedelta(seconds=2 * WINDOW_SECONDS)
    assert len(readable(bytes(32))) == LENGTH


@pytest.mark.parametrize(
    ("asked_in", "speaking_in", "why"),
    [
        (2, None, None),
        (2, 1, None),
        (2, 2, Why.SPEAKER_WAITS),
        (1, None, Why.PAST_SITTING),
        (1, 2, Why.PAST_SITTING),
    ],
)
def test_the_floor_is_given_in_the_queue_of_its_own_sitting(
    asked_in: int, speaking_in: int | None, why: Why | None
) -> None:
    """MEET-8. In the second sitting; whoever had the floor in the first holds up nobody."""
    place = Place(UUID(int=1), asked_in, speaks=False)
    others = [Place(UUID(int=2), speaking_in, speaks=True)] if speaking_in else []

    assert floor_is_barred(place, [place, *others], 2) is why


def test_who_has_the_floor_is_not_in_his_own_way() -> None:
    """MEET-8. A second start changes nothing."""
    place = Place(UUID(int=1), 1, speaks=True)

    assert floor_is_barred(place, [place], 1) is None


def test_a_speakers_time_ends_at_its_limit() -> None:
    """MEET-8."""
    assert ends_by(NOW, 180) - NOW == timedelta(minutes=3)
