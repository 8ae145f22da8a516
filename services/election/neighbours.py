"""What the election room asks the registry: which compound an id means, and the facts of its homes for a roll."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.election.errors import CompoundMissing
from services.election.rules.weights import Delivery, HomeKind
from shared.problems import Unknown
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound by its 15-digit code."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Home:
    """A home as a roll freezes it. Area in hundredths of a m²; owners are persons, known by a tie or the register."""

    id: UUID
    building: str
    entrance: str
    label: str
    kind: HomeKind
    delivery: Delivery
    area: int | None
    head_group: bytes
    owner_known: bool
    basis: str
    owners: tuple[UUID, ...]


async def compound_of(registry: Neighbour, compound_id: UUID) -> Compound:
    """Errors: CompoundMissing, NeighbourDown."""
    found = await _read(registry, f"/internal/compounds/{compound_id}")
    return Compound(UUID(found["id"]), str(found["code"]))


async def homes_of(registry: Neighbour, compound_id: UUID) -> tuple[Home, ...]:
    """Every home of the compound (OWN-6), in the register's order. Errors: CompoundMissing, NeighbourDown."""
    found = await _read(registry, f"/internal/compounds/{compound_id}/homes")
    return tuple(_home(row) for row in found["items"])


def _home(row: dict[str, Any]) -> Home:
    return Home(
        id=UUID(row["id"]),
        building=str(row["building"]),
        entrance=str(row["entrance"]),
        label=str(row["label"]),
        kind=HomeKind(row["kind"]),
        delivery=Delivery(row["delivery"]),
        area=row["area_hundredths"],
        head_group=bytes.fromhex(row["head_group"]),
        owner_known=bool(row["owner_known"]),
        basis=str(row["basis"]),
        owners=tuple(UUID(owner) for owner in row["owners"]),
    )


async def _read(registry: Neighbour, path: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await registry.get_json(path)
    except Unknown:
        raise CompoundMissing from None
    return found
