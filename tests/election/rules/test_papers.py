"""BAL-7, BAL-10, BAL-12: the life of a printed ballot, whatever the order in which its facts arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.election.rules.papers import (
    BARS,
    ENDS,
    PATH,
    VOID,
    Fact,
    FactKind,
    Help,
    Moment,
    PaperState,
    PaperWhy,
    Standing,
    balances,
    gaps,
    help_refusal,
    is_served,
    judged,
    notice_ends,
    standing_of,
    two_present,
)
from services.election.rules.states import State

CLOSES = datetime(2026, 12, 4, 10, tzinfo=UTC)
NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
OPEN = Moment(State.OPEN, CLOSES, taking=True, has_cast=False, box_known=True)
ANNA, BO, CHEN, DING = (UUID(int=number) for number in range(1, 5))
PAIRS = (frozenset({ANNA, BO}), frozenset({CHEN, DING}))


def fact(kind: FactKind, id_: int = 1, minute: int = 0, pair: frozenset[UUID] = PAIRS[0], number: int = 1) -> Fact:
    return Fact(UUID(int=id_), number, kind, NOON + timedelta(minutes=minute), pair)


def arrived(facts: Sequence[Fact], moment: Moment = OPEN) -> list[Fact]:
    """What a house keeps when facts reach it in this order; an id that it has changes nothing."""
    kept: list[Fact] = []
    for one in facts:
        if all(one.id != other.id for other in kept):
            kept.append(replace(one, why=judged(one, kept, moment)))
    return kept


def stood(facts: Sequence[Fact]) -> Standing:
    return standing_of(arrived(facts))


def test_every_end_ends_and_every_fact_leads_where_the_path_says() -> None:
    """BAL-7. Walked both ways: a state without a way out is an end, and the bars keep a paper there."""
    assert {state for state, after in PATH.items() if not after} == {PaperState(kind) for kind in ENDS}
    for before, after in PATH.items():
        for kind in FactKind:
            reached = stood([fact(FactKind(before), 1), fact(kind, 2, 1)] if before in BARS else [fact(kind, 2)])
            if PaperState(kind) in after:
                assert reached.state is PaperState(kind)
            elif before in {PaperState(kind) for kind in ENDS}:
                assert reached.state is before


@pytest.mark.parametrize(("first", "second", "why"), [
    (FactKind.RETURNED, FactKind.SPOILED, PaperWhy.RETURNED_ALREADY),
    (FactKind.RETURNED, FactKind.LOST, PaperWhy.RETURNED_ALREADY),
    (FactKind.SPOILED, FactKind.RETURNED, PaperWhy.VOID),
    (FactKind.LOST, FactKind.RETURNED, PaperWhy.VOID),
    (FactKind.SPOILED, FactKind.LOST, PaperWhy.VOID),
    (FactKind.RETURNED, FactKind.RETURNED, PaperWhy.SAME_AGAIN),
    (FactKind.ISSUED, FactKind.ISSUED, PaperWhy.SAME_AGAIN),
    (FactKind.ISSUED, FactKind.RETURNED, None),
    (FactKind.RETURNED, FactKind.ISSUED, None),
    (FactKind.UNDELIVERABLE, FactKind.ISSUED, None),
])  # fmt: skip
def test_of_two_facts_the_second_is_judged_by_the_first(
    first: FactKind, second: FactKind, why: PaperWhy | None
) -> None:
    """BAL-12. The first end stands; an issue may come after the return that it made possible."""
    assert arrived([fact(first, 1), fact(second, 2)])[1].why == why


@pytest.mark.parametrize(("moment", "why"), [
    (OPEN, None),
    (replace(OPEN, has_cast=True), PaperWhy.HOME_HAS_CAST),
    (replace(OPEN, box_known=False), PaperWhy.BOX_UNKNOWN),
    (replace(OPEN, taking=False), PaperWhy.NOT_OPEN),
    (replace(OPEN, state=State.CLOSED, taking=False), PaperWhy.CLOSED),
    (replace(OPEN, state=State.ANNOUNCED, taking=False), PaperWhy.NOT_OPEN),
    (replace(OPEN, state=State.ROLL_POSTED, taking=False), PaperWhy.NOT_OPEN),
    (replace(OPEN, state=State.COUNTED, taking=False), PaperWhy.OVER),
])  # fmt: skip
def test_a_return_counts_only_while_ballots_are_taken_and_none_stands(moment: Moment, why: PaperWhy | None) -> None:
    """BAL-7, BAL-12. By the house's clock: what the device's clock says is evidence and nothing more."""
    early = fact(FactKind.RETURNED, minute=-10_000)
    late = fact(FactKind.RETURNED, minute=10_000)

    assert [judged(one, [], moment) for one in (early, late)] == [why, why]


def test_an_issue_is_followed_from_the_announcement_until_the_count() -> None:
    """BAL-7. A late packet still tells who issued; what says of itself that it came after the end does not."""
    closed = replace(OPEN, state=State.CLOSED, taking=False)
    in_time = fact(FactKind.ISSUED)
    too_late = replace(in_time, captured_at=CLOSES)

    assert judged(in_time, [], closed) is None
    assert judged(replace(in_time, captured_at=CLOSES - timedelta(microseconds=1)), [], closed) is None
    assert judged(too_late, [], closed) is PaperWhy.AFTER_END
    assert judged(in_time, [], replace(closed, state=State.ANNOUNCED)) is None
    assert judged(in_time, [], replace(closed, state=State.FINAL)) is PaperWhy.OVER


LIVES = st.sampled_from(
    [
        [FactKind.ISSUED],
        [FactKind.UNDELIVERABLE],
        [FactKind.ISSUED, FactKind.RETURNED],
        [FactKind.UNDELIVERABLE, FactKind.ISSUED, FactKind.RETURNED],
        [FactKind.ISSUED, FactKind.SPOILED],
        [FactKind.ISSUED, FactKind.LOST],
        [FactKind.SPOILED],
        [],
    ]
)


@st.composite
def carried(draw: st.DrawFn) -> list[list[Fact]]:
    """Lives of some papers as they could be; one pair a fact, some told twice by a second tablet a minute later."""
    ids, papers = iter(range(1, 1000)), []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        life = []
        for minute, kind in enumerate(draw(LIVES)):
            pair = draw(st.sampled_from(PAIRS))
            life.append(fact(kind, next(ids), 10 * minute, pair, number))
            if draw(st.booleans()):
                life.append(fact(kind, next(ids), 10 * minute + 1, pair, number))
        papers.append(life)
    return papers


@given(carried(), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_shuffled_doubled_and_late_facts_come_to_the_same(papers: list[list[Fact]], chance: object) -> None:
    """BAL-10. Invariant: where each paper stands and every balance are functions of the set of facts."""
    told = [one for life in papers for one in life]
    shuffled = told + told[: len(told) // 2]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    in_order, in_disorder = arrived(told), arrived(shuffled)

    def standings(facts: Sequence[Fact]) -> list[tuple[int, Standing]]:
        return [(1, standing_of([one for one in facts if one.number == n])) for n in range(1, len(papers) + 1)]

    assert len(in_disorder) == len(in_order)
    assert standings(in_disorder) == standings(in_order)
    assert balances(standings(in_disorder)) == balances(standings(in_order))
    assert {one.state for _, one in standings(in_order)} <= set(PaperState)


@given(st.permutations([fact(FactKind.ISSUED, 1), fact(FactKind.RETURNED, 2, 5), fact(FactKind.SPOILED, 3, 4),
                        fact(FactKind.LOST, 4, 3)]))  # fmt: skip
def test_a_contradiction_keeps_one_end_and_is_seen_in_every_order(facts: list[Fact]) -> None:
    """BAL-12. The end that was registered first stands, one and no more; the paper is named as contested."""
    kept = arrived(facts)
    first = next(one for one in facts if one.kind in ENDS)

    assert [one.kind for one in kept if one.why is None and one.kind in ENDS] == [first.kind]
    standing = standing_of(kept)
    assert (standing.state, standing.contested) == (PaperState(first.kind), True)
    assert [line.is_even for line in balances([(1, standing)])] == [True]


def test_the_balance_is_per_pair_and_batch_and_leaves_aside_what_never_went_out() -> None:
    """BAL-7. Issued = returned + spoiled + missing; what was reported lost is among the missing."""
    lives = [
        (1, [fact(FactKind.ISSUED, 1), fact(FactKind.RETURNED, 2)]),
        (1, [fact(FactKind.ISSUED, 3)]),
        (1, [fact(FactKind.ISSUED, 4, pair=PAIRS[1]), fact(FactKind.RETURNED, 5, pair=PAIRS[0])]),
        (2, [fact(FactKind.ISSUED, 6), fact(FactKind.LOST, 7)]),
        (2, [fact(FactKind.RETURNED, 8)]),
        (2, [fact(FactKind.SPOILED, 9)]),
        (1, []),
        (1, [fact(FactKind.UNDELIVERABLE, 10)]),
    ]

    found = balances([(batch, stood(life)) for batch, life in lives])

    assert [
        (line.batch, line.people, line.issued, line.returned, line.spoiled, line.missing, line.lost) for line in found
    ] == [
        (1, PAIRS[0], 2, 1, 0, 1, 0),
        (1, PAIRS[1], 1, 1, 0, 0, 0),
        (2, PAIRS[0], 3, 1, 1, 1, 1),
    ]
    assert [line.unissued_end for line in found] == [0, 0, 2]
    assert all(line.is_even for line in found)


def test_two_are_present_and_the_recorder_is_one_of_them() -> None:
    """BAL-10."""
    assert two_present([ANNA, BO], ANNA)
    assert not two_present([ANNA, ANNA], ANNA)
    assert not two_present([ANNA], ANNA)
    assert not two_present([ANNA, BO, CHEN], ANNA)
    assert not two_present([ANNA, BO], CHEN)


@pytest.mark.parametrize(("helper", "witness", "why"), [
    ("王芳", "赵敏", None),
    ("王芳", "王芳(三单元)", None),
    ("", "赵敏", PaperWhy.HELP_UNNAMED),
    ("王芳", " \u3000", PaperWhy.HELP_UNNAMED),
    ("\u200b", "赵敏", PaperWhy.HELP_UNNAMED),
    ("王芳", "王芳", PaperWhy.HELP_ALONE),
    ("王芳", "王\u3000芳", PaperWhy.HELP_ALONE),
    ("Wang Fang", "ｗａｎｇ fang", PaperWhy.HELP_ALONE),
])  # fmt: skip
def test_help_with_marking_names_a_helper_and_a_witness_who_are_two(
    helper: str, witness: str, why: PaperWhy | None
) -> None:
    """BAL-10. Whatever spaces, widths and unseen signs the names are written with."""
    assert help_refusal(FactKind.RETURNED, Help(helper, witness, "视力障碍")) is why


@pytest.mark.parametrize("kind", list(FactKind))
def test_help_is_told_with_the_return_and_with_nothing_else(kind: FactKind) -> None:
    """BAL-10. What was marked is the paper that is dropped in; none of it is asked of who needed none."""
    told = None if kind is FactKind.RETURNED else PaperWhy.HELP_NOT_HERE

    assert help_refusal(kind, Help("王芳", "赵敏", "视力障碍")) is told
    assert help_refusal(kind, None) is None


def test_a_notice_is_served_once_its_days_are_over_before_the_end() -> None:
    """BAL-7, DAY-1. The day of posting is not counted; the notice ends at midnight in Shanghai."""
    posted = datetime(2026, 11, 26, 2, tzinfo=UTC)

    assert notice_ends(posted, 7) == datetime(2026, 12, 3, 16, tzinfo=UTC)
    assert is_served(posted, 7, CLOSES)
    assert not is_served(posted + timedelta(days=1), 7, CLOSES)
    assert is_served(posted, 7, datetime(2026, 12, 3, 16, tzinfo=UTC))


@pytest.mark.parametrize(("arrived", "missing"), [
    ([], []), ([1], []), ([1, 2, 3], []), ([3], [(1, 2)]), ([5, 1, 2, 5, 9], [(3, 4), (6, 8)]),
])  # fmt: skip
def test_gaps_of_a_device_are_named(arrived: list[int], missing: list[tuple[int, int]]) -> None:
    """BAL-10."""
    assert gaps(arrived) == missing


def test_void_is_spoiled_or_lost() -> None:
    """BAL-7. What a new number may replace."""
    assert {PaperState.SPOILED, PaperState.LOST} == VOID
