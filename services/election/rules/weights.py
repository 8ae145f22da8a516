"""VOTE-1: what an entitlement weighs, by heads and by area, and which kinds of homes weigh nothing."""

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
