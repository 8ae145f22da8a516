"""Decides which tickets speak of the same matter: same place, category and time (TKT-5)."""

from dataclasses import dataclass
from datetime import datetime
from math import isqrt
from uuid import UUID

from services.ticket.rules.parameters import Parameters

_MILLIMETRES_PER_MICRODEGREE = 111  # of latitude


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a ticket is; a point is in millionths of a degree (WGS 84)."""

    compound_id: UUID
    building: str | None = None
    entrance: str | None = None
    point: tuple[int, int] | None = None  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Matter:
    """What a ticket is about."""

    spot: Spot
    category: str
    reported_at: datetime


def is_alike(one: Matter, other: Matter, rules: Parameters) -> bool:
    """TKT-5. Same place, same category, reported within the window."""
    apart = abs(one.reported_at - other.reported_at)
    return one.category == other.category and apart <= rules.merge_window and is_same_place(one.spot, other.spot, rules)


def is_same_place(one: Spot, other: Spot, rules: Parameters) -> bool:
    """The same building (and entrance where both name one); else near each other; else both just the compound."""
    if one.compound_id != other.compound_id:
        return False
    if one.building and other.building:
        return one.building == other.building and (
            not (one.entrance and other.entrance) or one.entrance == other.entrance
        )
    if one.point and other.point:
        return metres_between(one.point, other.point) <= rules.merge_metres
    return not (one.building or other.building or one.point or other.point)


def metres_between(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Whole metres between two near points, in integers: cosine by Bhaskara's fraction, good to 0.2 %."""
    latitude = abs(one[0]) // 1_000_000
    north = abs(one[0] - other[0]) * _MILLIMETRES_PER_MICRODEGREE
    east = abs(one[1] - other[1]) * _MILLIMETRES_PER_MICRODEGREE * (32400 - 4 * latitude**2) // (32400 + latitude**2)
    return isqrt(north**2 + east**2) // 1000
