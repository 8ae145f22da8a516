"""What the room's verbs need of the running house: its keys, its parameters and the registry."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.survey.settings import SurveySettings
from shared.edge import house_of
from shared.sealing import Keys
from shared.texts import Language, asked_language
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class MeansOf:
    """The means of a request."""

    keys: Keys
    registry: Neighbour
    tries: int
    small_cell: int
    language: Language


async def _means(request: Request) -> MeansOf:
    house = house_of(request)
    assert isinstance(house.settings, SurveySettings)
    language = asked_language(request.headers.get("accept-language", ""))
    return MeansOf(
        house.keys, house.neighbour("registry"), house.settings.visit_tries, house.settings.small_cell, language
    )


Means = Annotated[MeansOf, Depends(_means)]
