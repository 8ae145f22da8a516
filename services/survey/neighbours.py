"""What the survey room asks the registry: which compound an id means, and all homes of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.survey.errors import CompoundMissing
from shared.problems import Unknown
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound by its 15-digit code."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Home:
    """A home as a round freezes it."""

    id: UUID
    building: str
    entrance: str
    label: str


async def compound_of(registry: Neighbour, compound_id: UUID) -> Compound:
    """Errors: CompoundMissing, NeighbourDown."""
    found = await _read(registry, f"/internal/compounds/{compound_id}")
    return Compound(UUID(found["id"]), str(found["code"]))


async def homes_of(registry: Neighbour, compound_id: UUID) -> tuple[Home, ...]:
    """Every home of the compound (OWN-6: what exists is on the register), in the register's order.

    Errors: CompoundMissing, NeighbourDown.
    """
    found = await _read(registry, f"/internal/compounds/{compound_id}/homes")
    return tuple(
        Home(UUID(home["id"]), str(home["building"]), str(home["entrance"]), str(home["label"]))
        for home in found["items"]
    )


async def _read(registry: Neighbour, path: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await registry.get_json(path)
    except Unknown:
        raise CompoundMissing from None
    return found
