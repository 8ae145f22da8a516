"""VOTE-1 and OWN-6: how many heads and how much area any set of homes has, and within what bounds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.registry.rules.addresses import HomeKind
from services.registry.rules.areas import LARGEST, SMALLEST
from services.registry.rules.owners import Delivery

UNCOUNTED = frozenset({HomeKind.PARKING, HomeKind.STORE})  # VOTE-1: parking spaces, stalls, stores do not count [P]


@dataclass(frozen=True, slots=True)
class CountedHome:
    """What counting needs of a home: owner keys (empty: unknown), hundredths of a m² (None: unknown)."""

    id: str
    owners: frozenset[str]
    area: int | None
    kind: HomeKind = HomeKind.DWELLING
    delivery: Delivery = Delivery.DELIVERED
    developer: str | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """A number of heads and an area in hundredths of a m²."""

    heads: int
    area: int


@dataclass(frozen=True, slots=True)
class Count:
    """The figures of a scope. `least` and `most` bound the denominators while something is unknown (OWN-6)."""

    homes: int
    heads: int
    area: int
    area_unknown: tuple[str, ...]
    owner_unknown: tuple[str, ...]
    least: Weights
    most: Weights


def head_of(home: CountedHome) -> str:
    """VOTE-1. The head a home counts under: equal strings are one head.

    The same set of owners is one head, whatever it owns; what a developer has not sold or delivered counts with him,
    whoever has signed for it; an unknown owner is a head of his own.
    """
    owners = home.owners
    if home.developer and home.delivery is not Delivery.DELIVERED:
        owners = frozenset({home.developer})
    return "+".join(sorted(owners)) if owners else f"home:{home.id}"


def head_group(home: CountedHome) -> bytes:
    """The same as sixteen bytes, to be kept beside a home and counted by the database."""
    return hashlib.sha256(head_of(home).encode()).digest()[:16]


def counted(homes: Iterable[CountedHome], uncounted: frozenset[HomeKind] = UNCOUNTED) -> Count:
    """VOTE-1. The figures of these homes; exact, order does not matter."""
    taken = [home for home in homes if home.kind not in uncounted]
    heads = {head_of(home) for home in taken}
    areas = [home.area for home in taken if home.area is not None]
    without_area = tuple(home.id for home in taken if home.area is None)
    without_owner = tuple(home.id for home in taken if head_of(home) == f"home:{home.id}")
    smallest, largest = (min(areas), max(areas)) if areas else (None, None)
    least, most = bounds(len(heads), len(without_owner), sum(areas), len(without_area), smallest, largest)
    return Count(len(taken), len(heads), sum(areas), without_area, without_owner, least, most)


def bounds(
    heads: int, owners_unknown: int, area: int, areas_unknown: int, smallest: int | None, largest: int | None
) -> tuple[Weights, Weights]:
    """OWN-6. The smallest and the greatest denominators that the unknowns leave possible.

    An unknown owner is at best somebody counted already, at worst a head of his own (as counted). A home of unknown
    area is at best as small as the smallest one known here, at worst as large as the largest; where none is known,
    the limits of OWN-2 stand in.
    """
    known = heads - owners_unknown
    fewest = known if known or not owners_unknown else 1
    least = Weights(fewest, area + areas_unknown * (SMALLEST if smallest is None else smallest))
    return least, Weights(heads, area + areas_unknown * (LARGEST if largest is None else largest))
