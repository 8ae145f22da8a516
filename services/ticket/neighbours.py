"""What the ticket room asks the registry: which compound and home an id means."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.ticket.errors import PlaceUnknown
from shared.problems import Unknown
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound by its 15-digit code."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Home:
    """A home with the entrance it belongs to."""

    id: UUID
    compound_id: UUID
    building: str
    entrance: str
    label: str


async def compound_of(registry: Neighbour, compound_id: UUID) -> Compound:
    """Errors: PlaceUnknown, NeighbourDown."""
    found = await _read(registry, f"/internal/compounds/{compound_id}")
    return Compound(UUID(found["id"]), str(found["code"]))


async def home_of(registry: Neighbour, home_id: UUID) -> Home:
    """Errors: PlaceUnknown, NeighbourDown."""
    found = await _read(registry, f"/internal/homes/{home_id}")
    return Home(
        UUID(found["id"]),
        UUID(found["compound_id"]),
        str(found["building"]),
        str(found["entrance"]),
        str(found["label"]),
    )


async def _read(registry: Neighbour, path: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await registry.get_json(path)
    except Unknown:
        raise PlaceUnknown from None
    return found
