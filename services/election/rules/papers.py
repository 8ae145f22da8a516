"""BAL-7, BAL-10: what can happen to a printed ballot, what of it counts, and what the whole comes to.

Facts come from tablets, shuffled, doubled and late. So nothing here asks in which order they came, but for one thing:
a paper ends once, and the end that was registered first stands (BAL-12).
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from services.election.rules.states import State
from shared.days import OnHoliday, day_of, period_end


class FactKind(StrEnum):
    ISSUED = "ISSUED"
    UNDELIVERABLE = "UNDELIVERABLE"
    RETURNED = "RETURNED"
    SPOILED = "SPOILED"
    LOST = "LOST"


class PaperState(StrEnum):
    """Where a paper stands. A spoiled or lost one is void; a new number may replace it."""

    PRINTED = "PRINTED"
    UNDELIVERABLE = "UNDELIVERABLE"
    ISSUED = "ISSUED"
    RETURNED = "RETURNED"
    SPOILED = "SPOILED"
    LOST = "LOST"


PATH: Mapping[PaperState, frozenset[PaperState]] = {
    PaperState.PRINTED: frozenset({PaperState.ISSUED, PaperState.UNDELIVERABLE, PaperState.SPOILED, PaperState.LOST}),
    PaperState.UNDELIVERABLE: frozenset({PaperState.ISSUED, PaperState.SPOILED, PaperState.LOST}),
    PaperState.ISSUED: frozenset({PaperState.RETURNED, PaperState.SPOILED, PaperState.LOST}),
    PaperState.RETURNED: frozenset(),
    PaperState.SPOILED: frozenset(),
    PaperState.LOST: frozenset(),
}
"""BAL-7. What follows what in the world; a void paper is followed by a new number, not by a state."""
ENDS = frozenset({FactKind.RETURNED, FactKind.SPOILED, FactKind.LOST})
VOID = frozenset({PaperState.SPOILED, PaperState.LOST})


class PaperWhy(StrEnum):
    """Why a fact changes nothing."""

    UNKNOWN_PAPER = "UNKNOWN_PAPER"
    WRONG_CODE = "WRONG_CODE"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    DEVICE_REVOKED = "DEVICE_REVOKED"
    ID_USED = "ID_USED"
    SEQUENCE_USED = "SEQUENCE_USED"
    NOT_TWO = "NOT_TWO"
    HELP_NOT_HERE = "HELP_NOT_HERE"
    HELP_UNNAMED = "HELP_UNNAMED"
    HELP_ALONE = "HELP_ALONE"
    BOX_UNKNOWN = "BOX_UNKNOWN"
    NOT_OPEN = "NOT_OPEN"
    CLOSED = "CLOSED"
    AFTER_END = "AFTER_END"
    OVER = "OVER"
    SAME_AGAIN = "SAME_AGAIN"
    VOID = "VOID"
    RETURNED_ALREADY = "RETURNED_ALREADY"
    HOME_HAS_CAST = "HOME_HAS_CAST"


class DeskWhy(StrEnum):
    """Why the desk's own step with papers is not made."""

    NOT_NOW = "NOT_NOW"
    NOTHING_TO_PRINT = "NOTHING_TO_PRINT"
    TOO_MANY = "TOO_MANY"
    BOX_TAKEN = "BOX_TAKEN"
    BOX_OPENED = "BOX_OPENED"
    BOX_SHUT = "BOX_SHUT"
    NOT_CLOSED = "NOT_CLOSED"
    NOT_RETURNED = "NOT_RETURNED"
    KEYED = "KEYED"
    DEVICE_KNOWN = "DEVICE_KNOWN"


BARS: Mapping[FactKind, Mapping[FactKind, PaperWhy]] = {
    FactKind.ISSUED: {FactKind.ISSUED: PaperWhy.SAME_AGAIN},
    FactKind.UNDELIVERABLE: {FactKind.UNDELIVERABLE: PaperWhy.SAME_AGAIN},
    FactKind.RETURNED: {
        FactKind.RETURNED: PaperWhy.SAME_AGAIN,
        FactKind.SPOILED: PaperWhy.VOID,
        FactKind.LOST: PaperWhy.VOID,
    },
    FactKind.SPOILED: {
        FactKind.RETURNED: PaperWhy.RETURNED_ALREADY,
        FactKind.SPOILED: PaperWhy.SAME_AGAIN,
        FactKind.LOST: PaperWhy.VOID,
    },
    FactKind.LOST: {
        FactKind.RETURNED: PaperWhy.RETURNED_ALREADY,
        FactKind.SPOILED: PaperWhy.VOID,
        FactKind.LOST: PaperWhy.SAME_AGAIN,
    },
}
"""What an accepted fact of the same paper bars. A return does not wait for the issue: the tablet may bring it later."""
TAKES_FACTS = frozenset({State.ANNOUNCED, State.OPEN, State.CLOSED})
"""From the announcement until the count papers are followed; a return only while ballots are taken."""
NOTED = frozenset({None, PaperWhy.SAME_AGAIN, PaperWhy.VOID, PaperWhy.RETURNED_ALREADY})
"""Facts that did happen at the paper, whether or not they had an effect."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a paper: who was there, when by their clock, why it had no effect (None: it had)."""

    id: UUID
    number: int
    kind: FactKind
    captured_at: datetime
    people: frozenset[UUID]
    why: PaperWhy | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What the house knows when a fact reaches it. `taking`: ballots are taken now; `has_cast`: a ballot of the
    entitlement stands; `box_known`: the box it names is one of the election's."""

    state: State
    closes_at: datetime
    taking: bool
    has_cast: bool
    box_known: bool


def two_present(people: Collection[UUID], recorder: UUID) -> bool:
    """BAL-10. Two workers, and whoever records is one of them."""
    return len(people) == 2 and len(set(people)) == 2 and recorder in people


@dataclass(frozen=True, slots=True)
class Help:
    """Who marked for a voter who could not, who watched that it was marked as he said, and why he could not."""

    helper: str
    witness: str
    reason: str


def help_refusal(kind: FactKind, help_: Help | None) -> PaperWhy | None:
    """BAL-10. Why help is not taken: it is told with the return of the paper that was marked, by names, and of two.

    Nobody else is barred: whom a voter trusts he chooses, and often only the workers are there to watch. Who it was
    is written down instead. Two of one name are told apart by what is put beside it.
    """
    if help_ is None:
        return None
    if kind is not FactKind.RETURNED:
        return PaperWhy.HELP_NOT_HERE
    helper, witness = _plain_name(help_.helper), _plain_name(help_.witness)
    if not helper or not witness:
        return PaperWhy.HELP_UNNAMED
    return PaperWhy.HELP_ALONE if helper == witness else None


def _plain_name(name: str) -> str:
    """Signs that can be seen, in one width and case: 王　芳 is 王芳."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in wide if unicodedata.category(sign)[0] not in "CZ")


def judged(fact: Fact, known: Iterable[Fact], moment: Moment) -> PaperWhy | None:
    """BAL-7, BAL-12. Why a fact has no effect; None when it has. Its own clock never makes it earlier: a return counts
    from its registration in the house."""
    if moment.state not in TAKES_FACTS:
        return PaperWhy.NOT_OPEN if moment.state in (State.DRAFT, State.ROLL_POSTED) else PaperWhy.OVER
    bars = BARS[fact.kind]
    had = {one.kind for one in known if one.number == fact.number and one.why is None}
    if found := next((bars[kind] for kind in FactKind if kind in had and kind in bars), None):
        return found
    if fact.kind is FactKind.RETURNED:
        return _return_judged(moment)
    return PaperWhy.AFTER_END if fact.kind is FactKind.ISSUED and fact.captured_at >= moment.closes_at else None


def _return_judged(moment: Moment) -> PaperWhy | None:
    if not moment.taking:
        return PaperWhy.CLOSED if moment.state is State.CLOSED else PaperWhy.NOT_OPEN
    if not moment.box_known:
        return PaperWhy.BOX_UNKNOWN
    return PaperWhy.HOME_HAS_CAST if moment.has_cast else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the facts of one paper come to. `contested`: two different ends were reported, by whoever. `people`: who
    issued it, else who brought its end. `unissued_end`: it ended and nobody reported its issue."""

    state: PaperState
    people: frozenset[UUID]
    contested: bool
    unissued_end: bool


def standing_of(facts: Iterable[Fact]) -> Standing:
    """BAL-7. A fold over the set of one paper's facts; their order is nothing."""
    noted = sorted({fact for fact in facts if fact.why in NOTED}, key=lambda fact: (fact.captured_at, fact.id.bytes))
    first = {fact.kind: fact for fact in reversed(noted)}
    end = next((fact for fact in noted if fact.why is None and fact.kind in ENDS), None)
    told = end or first.get(FactKind.ISSUED) or first.get(FactKind.UNDELIVERABLE)
    carrier = first.get(FactKind.ISSUED) or told
    return Standing(
        state=PaperState(told.kind) if told else PaperState.PRINTED,
        people=carrier.people if carrier else frozenset(),
        contested=len(ENDS & first.keys()) > 1,
        unissued_end=end is not None and FactKind.ISSUED not in first,
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """BAL-7. Papers of one pair of deliverers in one batch. `lost` of `missing` were reported lost."""

    people: frozenset[UUID]
    batch: int
    issued: int
    returned: int
    spoiled: int
    missing: int
    lost: int
    contested: int
    unissued_end: int

    @property
    def is_even(self) -> bool:
        return self.issued == self.returned + self.spoiled + self.missing


OUT = {
    PaperState.ISSUED: "missing",
    PaperState.LOST: "missing",
    PaperState.RETURNED: "returned",
    PaperState.SPOILED: "spoiled",
}


def balances(standings: Iterable[tuple[int, Standing]]) -> list[Balance]:
    """BAL-7. Per pair and batch: what went out, and where each of it is. Papers that never went out are left aside."""
    groups: dict[tuple[int, frozenset[UUID]], list[Standing]] = {}
    for batch, one in standings:
        if one.state in OUT:
            groups.setdefault((batch, one.people), []).append(one)
    return [_balance(batch, people, ones) for (batch, people), ones in sorted(groups.items(), key=_by_batch)]


def _by_batch(group: tuple[tuple[int, frozenset[UUID]], list[Standing]]) -> tuple[int, list[bytes]]:
    batch, people = group[0]
    return batch, sorted(one.bytes for one in people)


def _balance(batch: int, people: frozenset[UUID], ones: Sequence[Standing]) -> Balance:
    where = [OUT[one.state] for one in ones]
    return Balance(
        people=people,
        batch=batch,
        issued=len(ones),
        returned=where.count("returned"),
        spoiled=where.count("spoiled"),
        missing=where.count("missing"),
        lost=sum(one.state is PaperState.LOST for one in ones),
        contested=sum(one.contested for one in ones),
        unissued_end=sum(one.unissued_end for one in ones),
    )


class Todo(StrEnum):
    """What a worker still has to do at a door."""

    PRINT = "PRINT"
    ISSUE = "ISSUE"
    COLLECT = "COLLECT"
    NONE = "NONE"


TODO: Mapping[PaperState, Todo] = {
    PaperState.PRINTED: Todo.ISSUE,
    PaperState.UNDELIVERABLE: Todo.ISSUE,
    PaperState.ISSUED: Todo.COLLECT,
    PaperState.RETURNED: Todo.NONE,
    PaperState.SPOILED: Todo.PRINT,
    PaperState.LOST: Todo.PRINT,
}


def todo_of(state: PaperState | None, has_cast: bool) -> Todo:
    """BAL-10. Nothing where the home has cast by whatever channel; a number where it has none."""
    if has_cast:
        return Todo.NONE
    return Todo.PRINT if state is None else TODO[state]


def notice_ends(posted_at: datetime, days: int) -> datetime:
    """BAL-7, DAY-1. The end of a notice for a ballot that could not be delivered; its first day is not counted."""
    return period_end(day_of(posted_at), days, OnHoliday.SAME_DAY)


def is_served(posted_at: datetime, days: int, closes_at: datetime) -> bool:
    """BAL-7. Whether the notice hung its days out before voting ended."""
    return notice_ends(posted_at, days) <= closes_at


def gaps(sequences: Iterable[int]) -> list[tuple[int, int]]:
    """BAL-10. The stretches of a device's numbers, from 1, that never arrived, both ends included."""
    known = sorted({0, *sequences})
    return [(before + 1, after - 1) for before, after in pairwise(known) if after - before > 1]
