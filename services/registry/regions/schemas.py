"""Wire shapes of regions."""

from typing import Annotated

from pydantic import Field

from services.registry.regions.actions import Entered
from services.registry.rules.regions import Level
from services.registry.tables.places import Region
from shared.wire import Count, Day, Input, Output, Text, example

RegionCode = Annotated[str, Field(pattern=r"^[0-9]{2,12}$")]
SEEN = {
    "code": "140109013001",
    "name": "晋阳社区",
    "parent": "140109013",
    "level": "community",
    "valid_from": "2026-01-01",
    "valid_to": None,
}


class NewRegion(Input):
    """A region under one that is known; mostly a community under its street."""

    code: RegionCode
    name: Annotated[str, Text(60)]
    valid_from: Day | None = None

    model_config = Input.model_config | example(code="140109013001", name="晋阳社区", valid_from="2026-01-01")


class RegionSeen(Output):
    """A region by its code."""

    code: str
    name: str
    parent: str | None
    level: Level
    valid_from: Day | None
    valid_to: Day | None

    model_config = Output.model_config | example(**SEEN)

    @classmethod
    def of(cls, region: Region) -> "RegionSeen":
        return cls.model_validate(region)


class RegionsEntered(Output):
    """What an import of regions did."""

    added: Count
    unchanged: Count

    model_config = Output.model_config | example(added=12, unchanged=22)

    @classmethod
    def of(cls, entered: Entered) -> "RegionsEntered":
        return cls(added=entered.added, unchanged=entered.unchanged)
