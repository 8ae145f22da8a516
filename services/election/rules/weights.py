"""VOTE-1: what a home weighs: which homes are one head and one entitlement, and how much area they have together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HomeKind(StrEnum):
    DWELLING = "DWELLING"
    SHOP = "SHOP"
    PARKING = "PARKING"
    STORE = "STORE"


class Delivery(StrEnum):
    UNSOLD = "UNSOLD"
    SOLD_UNDELIVERED = "SOLD_UNDELIVERED"
    DELIVERED = "DELIVERED"


UNCOUNTED = frozenset({HomeKind.PARKING, HomeKind.STORE})
"""VOTE-1. [P] Parking spaces, stalls and basement stores do not count."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Both measures: heads, and area in hundredths of a m²."""

    heads: int = 0
    area: int = 0

    def __add__(self, other: "Weights") -> "Weights":
        return Weights(self.heads + other.heads, self.area + other.area)


@dataclass(frozen=True, slots=True)
class OwnedHome:
    """A home as the roll knows it: keys of its owners (none: unknown), area in hundredths of a m²."""

    id: str
    owners: frozenset[str]
    area: int
    kind: HomeKind = HomeKind.DWELLING
    delivery: Delivery = Delivery.DELIVERED
    developer: str | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One vote: the homes that are one head, and their whole area. `key` is stable for equal owners."""

    key: str
    homes: tuple[str, ...]
    weights: Weights


def head_key(home: OwnedHome) -> str:
    """VOTE-1. Homes with equal keys are one head: the exact owner set [P sameOwnerKey].

    What the developer has not sold or delivered counts with him; an unknown owner is a head of his own.
    """
    owners = home.owners
    if home.developer is not None and home.delivery is not Delivery.DELIVERED:
        owners = frozenset({home.developer})
    return "owners:" + "+".join(sorted(owners)) if owners else f"home:{home.id}"


def entitlements(homes: Iterable[OwnedHome], uncounted: frozenset[HomeKind] = UNCOUNTED) -> tuple[Entitlement, ...]:
    """VOTE-1. One entitlement a head, whatever the order of the homes; area adds up in full."""
    grouped: dict[str, list[OwnedHome]] = {}
    for home in homes:
        if home.kind not in uncounted:
            grouped.setdefault(head_key(home), []).append(home)
    return tuple(
        Entitlement(key, tuple(sorted(home.id for home in group)), Weights(1, sum(home.area for home in group)))
        for key, group in sorted(grouped.items())
    )


def together(parts: Iterable[Weights]) -> Weights:
    """The sum of many weights."""
    total = Weights()
    for part in parts:
        total += part
    return total


@dataclass(frozen=True, slots=True)
class Roll:
    """VOTE-7. A frozen electorate: entitlement key -> weights; `total` is every denominator of participation."""

    entries: Mapping[str, Weights]
    total: Weights = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", together(self.entries.values()))

    @classmethod
    def of(cls, found: Iterable[Entitlement]) -> "Roll":
        return cls({one.key: one.weights for one in found})
