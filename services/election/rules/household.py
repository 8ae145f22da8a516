"""BAL-11: what a household ballot comes to: its turnout, its ranking, and who drew the lot at the border."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.election.rules.lot import lot_order
from services.election.rules.thresholds import HALF, Threshold
from services.election.rules.weights import Delivery, HomeKind


class Voters(StrEnum):
    """BAL-11. [P] Who casts the ballot of a dwelling; the owner's prevails."""

    OWNER = "OWNER"
    ADULT_RESIDENT = "ADULT_RESIDENT"


class Outcome(StrEnum):
    RANKED = "RANKED"
    REPEAT = "REPEAT"  # turnout too low, for the first time
    RANKED_LOW_TURNOUT = "RANKED_LOW_TURNOUT"  # too low again: there is no third ballot


@dataclass(frozen=True, slots=True)
class Terms:
    """What a household ballot is counted by, frozen when it is announced. `seed` and `election` feed the lot."""

    seats: int
    max_marks: int
    numbers: frozenset[int]
    seed: str
    election: str
    turnout: Threshold = HALF
    round: int = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """One nominee: competition rank (equal marks share it, unless the lot parted them), marks, within the seats."""

    number: int
    rank: int
    marks: int
    seated: bool
    by_lot: bool


@dataclass(frozen=True, slots=True)
class HouseholdCount:
    """The whole count of a household ballot, advisory (BAL-11)."""

    households: int
    cast: int
    valid: int
    invalid: int
    ranking: tuple[Ranked, ...]
    outcome: Outcome


def has_ballot(kind: HomeKind, delivery: Delivery, shops_vote: bool, unsold_vote: bool) -> bool:
    """BAL-11. One ballot per dwelling; shops and unsold dwellings none [P]; parking and stores never."""
    if kind is not HomeKind.DWELLING and not (shops_vote and kind is HomeKind.SHOP):
        return False
    return unsold_vote or delivery is not Delivery.UNSOLD


def is_valid(marks: Sequence[int], terms: Terms) -> bool:
    """BAL-11. One to `max_marks` different names of the ballot; blank or more is invalid."""
    return 1 <= len(marks) <= terms.max_marks and len(set(marks)) == len(marks) and terms.numbers.issuperset(marks)


def count_household(terms: Terms, households: int, ballots: Iterable[Sequence[int]]) -> HouseholdCount:
    """BAL-11. Count the effective ballots, one a dwelling; their order changes nothing.

    Raises ValueError for more ballots than households.
    """
    alike = Counter(map(tuple, ballots))
    cast = alike.total()
    if cast > households:
        raise ValueError("more ballots than households")
    marks = dict.fromkeys(terms.numbers, 0)
    valid = 0
    for ballot, many in alike.items():
        if is_valid(ballot, terms):
            valid += many
            for number in ballot:
                marks[number] += many
    return HouseholdCount(
        households=households,
        cast=cast,
        valid=valid,
        invalid=cast - valid,
        ranking=rank(terms, marks),
        outcome=_outcome(terms, households, cast),
    )


def _outcome(terms: Terms, households: int, cast: int) -> Outcome:
    """BAL-11. Turnout under the share is repeated once; the share itself is enough."""
    if terms.turnout.holds(cast, households):
        return Outcome.RANKED
    return Outcome.REPEAT if terms.round == 1 else Outcome.RANKED_LOW_TURNOUT


def rank(terms: Terms, marks: dict[int, int]) -> tuple[Ranked, ...]:
    """BAL-11. By marks; only a tie that lies across the border of the seats is drawn by lot."""
    found: list[Ranked] = []
    for votes in sorted(set(marks.values()), reverse=True):
        tied = sorted(number for number in marks if marks[number] == votes)
        before = len(found)
        at_border = before < terms.seats < before + len(tied)
        ordered = lot_order(terms.seed, terms.election, tied) if at_border else tied
        for place, number in enumerate(ordered):
            position = before + (place if at_border else 0) + 1
            found.append(Ranked(number, position, votes, before + place < terms.seats, at_border))
    return tuple(found)
