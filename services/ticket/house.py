"""What the room's verbs need of the running house: its rule set, its keys and the registry."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from services.ticket.rules.parameters import Parameters
from services.ticket.settings import TicketSettings
from shared.days import OfficeHours
from shared.edge import house_of
from shared.files import References
from shared.sealing import Keys
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class MeansOf:
    """The means of a request."""

    rules: Parameters
    keys: Keys
    references: References
    registry: Neighbour


def rules_of(settings: TicketSettings) -> Parameters:
    """The rule set as this house set it."""
    return Parameters(
        office=OfficeHours.parse(settings.office_hours),
        reopen_days=settings.reopen_days,
        merge_window=timedelta(days=settings.merge_days),
    )


async def _means(request: Request) -> MeansOf:
    house = house_of(request)
    assert isinstance(house.settings, TicketSettings)
    return MeansOf(rules_of(house.settings), house.keys, References(house.keys.files), house.neighbour("registry"))


Means = Annotated[MeansOf, Depends(_means)]
