"""What the survey room asks the registry: which compound an id means, all homes of it, and who may visit there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.survey.errors import CompoundMissing
from services.survey.rules.visits import Held
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


async def roles_of(registry: Neighbour, compound_id: UUID, people: Collection[UUID]) -> Mapping[UUID, Sequence[Held]]:
    """The roles that these people hold or held on the compound. Errors: CompoundMissing, NeighbourDown."""
    found = await _read(registry, f"/internal/compounds/{compound_id}/roles", person=sorted(map(str, people)))
    held: dict[UUID, list[Held]] = defaultdict(list)
    for one in found["items"]:
        until = None if one["until"] is None else datetime.fromisoformat(one["until"])
        held[UUID(one["person_id"])].append(Held(str(one["role"]), until))
    return held


async def _read(registry: Neighbour, path: str, **query: list[str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await registry.get_json(path, **query)
    except Unknown:
        raise CompoundMissing from None
    return found
