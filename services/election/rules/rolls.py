"""OWN-6, VOTE-7: what a roll comes to as it stands, with what is unknown in it, and what a correction changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.election.rules.parameters import Kind
from services.election.rules.states import State
from services.election.rules.weights import Weights


@dataclass(frozen=True, slots=True)
class Place:
    """One home on the roll: the entitlement that it is part of, its area in hundredths of a m² (None: unknown)."""

    entry: str
    building: str
    area: int | None
    owner_known: bool
    owners: tuple[str, ...] = ()


Places = Mapping[str, Place]
"""Home -> what the roll has of it."""


@dataclass(frozen=True, slots=True)
class EntryTotals:
    """What an entitlement comes to: one head while it has a home; unknown areas weigh nothing."""

    heads: int
    area: int
    area_unknown: int
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RollTotals:
    """The denominators as they are frozen, and how many homes have something unknown."""

    heads: int
    area: int
    area_unknown: int
    owner_unknown: int


def entry_totals(homes: Iterable[Place]) -> EntryTotals:
    """VOTE-1. Area adds up in full; however many homes, one head."""
    found = tuple(homes)
    return EntryTotals(
        heads=1 if found else 0,
        area=sum(home.area or 0 for home in found),
        area_unknown=sum(home.area is None for home in found),
        owners=tuple(sorted({owner for home in found for owner in home.owners})),
    )


def roll_totals(places: Places) -> RollTotals:
    """VOTE-7. Whatever the order of the homes."""
    homes = places.values()
    return RollTotals(
        heads=len({home.entry for home in homes}),
        area=sum(home.area or 0 for home in homes),
        area_unknown=sum(home.area is None for home in homes),
        owner_unknown=sum(not home.owner_known for home in homes),
    )


@dataclass(frozen=True, slots=True)
class Denominators:
    """OWN-6. The smallest and the largest that the truth could leave of what two thirds must take part of."""

    best: Weights
    worst: Weights
    assumed: Mapping[str, int]
    """Home of unknown area -> the area that `worst` takes for it, in hundredths of a m²."""


def denominators(places: Places) -> Denominators:
    """OWN-6. Exact bounds under one stated assumption.

    Area, best: the known areas. Worst: each unknown one taken at the largest known area of its building, or of the
    roll where its building has none; nothing where no area at all is known (such a roll cannot open).
    Heads, worst: each owner unknown is a head of his own. Best: everyone unknown is somebody who is on the roll
    already; where nobody is known, all of them are one.
    """
    largest = _largest_areas(places.values())
    assumed = {
        home: largest.get(place.building, largest.get(None, 0)) for home, place in places.items() if place.area is None
    }
    total = roll_totals(places)
    known = len({place.entry for place in places.values() if place.owner_known})
    return Denominators(
        best=Weights(known or min(total.heads, 1), total.area),
        worst=Weights(total.heads, total.area + sum(assumed.values())),
        assumed=assumed,
    )


def _largest_areas(homes: Iterable[Place]) -> dict[str | None, int]:
    """Building -> its largest known area; None -> that of the whole roll."""
    largest: dict[str | None, int] = {}
    for home in homes:
        for group in (home.building, None):
            largest[group] = max(largest.get(group, 0), home.area or 0)
    return {group: area for group, area in largest.items() if area}


def needs_note(kind: Kind, area_unknown: int, owner_unknown: int) -> bool:
    """OWN-6. A note is signed where what is unknown moves a denominator.

    Households and members are counted one by one: nothing unknown moves that number. Unanimity counts owners only.
    """
    if kind is Kind.OWNERS_DECISION:
        return area_unknown > 0 or owner_unknown > 0
    return kind is Kind.UNANIMOUS and owner_unknown > 0


class Change(StrEnum):
    """What a correction does to one home of the roll."""

    AREA = "AREA"
    OWNERS = "OWNERS"
    MERGE = "MERGE"  # into the entitlement of another home: the same owners
    SPLIT = "SPLIT"  # out into an entitlement of its own
    REMOVE = "REMOVE"
    ADD = "ADD"


WEIGHS_ONLY = frozenset({Change.AREA, Change.MERGE, Change.REMOVE})
"""VOTE-7. What may still be corrected once the roll is frozen: what an entitlement weighs, not who has one."""
GROUPING = frozenset({Change.MERGE, Change.SPLIT})
CORRECTABLE = frozenset({State.ROLL_POSTED, State.ANNOUNCED, State.OPEN, State.CLOSED, State.COUNTED, State.POSTED})


class CorrectionWhy(StrEnum):
    """Why a correction is refused."""

    NOT_NOW = "NOT_NOW"
    ELECTORATE_FROZEN = "ELECTORATE_FROZEN"
    HOUSEHOLDS_FROZEN = "HOUSEHOLDS_FROZEN"
    AREA_FROZEN = "AREA_FROZEN"
    NOT_IN_HOUSEHOLDS = "NOT_IN_HOUSEHOLDS"
    NOT_OF_MEMBERS = "NOT_OF_MEMBERS"
    NOTHING_CHANGES = "NOTHING_CHANGES"
    ON_ROLL_ALREADY = "ON_ROLL_ALREADY"
    NOT_ON_REGISTER = "NOT_ON_REGISTER"
    HAS_NO_VOTE = "HAS_NO_VOTE"
    ALONE_ALREADY = "ALONE_ALREADY"
    ROLL_WOULD_BE_EMPTY = "ROLL_WOULD_BE_EMPTY"
    SECOND_OFFICER = "SECOND_OFFICER"
    CHANGED_MEANWHILE = "CHANGED_MEANWHILE"
    DONE_ALREADY = "DONE_ALREADY"


def is_frozen(state: State) -> bool:
    """VOTE-7. From the announcement on; a correction then takes two officers and a line of the log."""
    return state not in {State.DRAFT, State.ROLL_POSTED}


def correction_refusal(kind: Kind, state: State, change: Change, forgets: bool = False) -> CorrectionWhy | None:
    """VOTE-7. Whether this kind of correction may be made at all; None when it may. `forgets`: it makes an area
    unknown, for which nobody signs any more once the roll is frozen (OWN-6)."""
    if state not in CORRECTABLE:
        return CorrectionWhy.NOT_NOW
    if kind is Kind.MEMBERS:
        return CorrectionWhy.NOT_OF_MEMBERS
    if kind is Kind.HOUSEHOLD and change in GROUPING:
        return CorrectionWhy.NOT_IN_HOUSEHOLDS
    if is_frozen(state) and change not in WEIGHS_ONLY:
        return CorrectionWhy.ELECTORATE_FROZEN
    if is_frozen(state) and kind is Kind.HOUSEHOLD and change is Change.REMOVE:
        return CorrectionWhy.HOUSEHOLDS_FROZEN  # each dwelling weighs one: without it, it is another electorate
    return CorrectionWhy.AREA_FROZEN if is_frozen(state) and forgets else None


def corrected(places: Places, home: str, now: Place | None) -> dict[str, Place]:
    """The roll with one home as it should be; None: it is not on it."""
    left = {key: place for key, place in places.items() if key != home}
    return left if now is None else {**left, home: now}


def touched(before: Places, after: Places, home: str) -> tuple[str, ...]:
    """The entitlements that a correction of one home changes, the one that loses first."""
    entries = [places[home].entry for places in (before, after) if home in places]
    return tuple(dict.fromkeys(entries))
