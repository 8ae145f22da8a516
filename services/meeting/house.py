"""What the room's verbs need of the running house: its rule set, its keys, its jobs and its neighbours."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.meeting.rules.parameters import Parameters
from services.meeting.settings import MeetingSettings
from shared.edge import house_of
from shared.files import References
from shared.jobs import Jobs
from shared.sealing import Keys
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class MeansOf:
    """The means of a request."""

    rules: Parameters
    keys: Keys
    references: References
    registry: Neighbour
    jobs: Jobs


def rules_of(settings: MeetingSettings) -> Parameters:
    """The rule set as this house set it."""
    return Parameters(
        council_notice_days=settings.council_notice_days,
        assembly_notice_days=settings.assembly_notice_days,
        posting_days=settings.posting_days,
        speaker_seconds=settings.speaker_seconds,
    )


async def _means(request: Request) -> MeansOf:
    house = house_of(request)
    assert isinstance(house.settings, MeetingSettings)
    references = References(house.keys.files)
    return MeansOf(rules_of(house.settings), house.keys, references, house.neighbour("registry"), house.jobs)


Means = Annotated[MeansOf, Depends(_means)]
