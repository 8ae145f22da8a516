"""What the room's verbs need of the running house: its keys, the registry, references to files."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.election.ballots.codes import Tries
from services.election.ballots.following import Follower
from services.election.ballots.frozen import FrozenElections
from services.election.ballots.writer import Writer
from shared.edge import house_of
from shared.files import References
from shared.house import House
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


@dataclass(frozen=True, slots=True)
class Station:
    """Where ballots come in, one a process: what is remembered of elections, and the writer."""

    keys: Keys
    elections: FrozenElections
    writer: Writer
    tries: Tries
    follower: Follower

    @classmethod
    def of(cls, house: House) -> "Station":
        return cls(
            house.keys,
            FrozenElections(house.database),
            Writer(house),
            Tries(),
            Follower(house.database, house.clock.now),
        )


def station_of(request: Request) -> Station:
    found: Station = request.app.state.station
    return found


async def _station(request: Request) -> Station:
    return station_of(request)


Means = Annotated[MeansOf, Depends(_means)]
AtTheStation = Annotated[Station, Depends(_station)]
