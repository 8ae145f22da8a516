"""What the room's verbs need of the running house: its keys, the registry, references to files."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shared.edge import house_of
from shared.files import References
from shared.sealing import Keys
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class MeansOf:
    """The means of a request."""

    keys: Keys
    registry: Neighbour
    references: References


async def _means(request: Request) -> MeansOf:
    house = house_of(request)
    return MeansOf(house.keys, house.neighbour("registry"), References(house.keys.files))


Means = Annotated[MeansOf, Depends(_means)]
