"""Wire shapes of compounds and of the register's figures."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.registry.compounds.actions import CompoundSaid, DeveloperSaid
from services.registry.compounds.queries import BuildingFigures, RegisterFigures
from services.registry.rules.heads import Weights
from services.registry.tables.owners import Organisation
from services.registry.tables.places import Compound
from shared.versions import wanted_version
from shared.wire import Area, Count, Input, Output, Text, example

Version = Annotated[int, Depends(wanted_version)]
Building = Annotated[str, Text(10), Field(description="In normal form, as `buildings` lists it.", examples=["3"])]
Entrance = Annotated[str, Text(10), Field(description="In normal form; needs `building`.", examples=["2"])]
ID = "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c11"


class NewCompound(Input):
    """A compound to be opened in a community that is entered."""

    community_code: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    name: Annotated[str, Text(60)]
    address: Annotated[str, Text(200)] | None = None

    model_config = Input.model_config | example(
        community_code="140109013001", name="晋阳小区", address="万柏林区长风西街 1 号"
    )


class ChangeCompound(Input):
    """The whole of what can be changed of a compound."""

    name: Annotated[str, Text(60)]
    address: Annotated[str, Text(200)] | None = None

    model_config = Input.model_config | example(name="晋阳小区", address="万柏林区长风西街 1 号")

    def said(self) -> CompoundSaid:
        return CompoundSaid(self.name, self.address)


class CompoundSeen(Output):
    """A compound; `code` is its community's twelve digits and a serial."""

    id: UUID
    code: str
    community_code: str
    name: str
    address: str | None
    version: Count

    model_config = Output.model_config | example(
        id=ID,
        code="140109013001001",
        community_code="140109013001",
        name="晋阳小区",
        address="万柏林区长风西街 1 号",
        version=1,
    )

    @classmethod
    def of(cls, row: Compound) -> "CompoundSeen":
        return cls.model_validate(row)


class NewDeveloper(Input):
    """Who developed the compound and still holds what is unsold or undelivered."""

    name: Annotated[str, Text(100)]
    credit_code: Annotated[str, Text(30)] | None = None

    model_config = Input.model_config | example(name="太原某某置业有限公司", credit_code=None)

    def said(self) -> DeveloperSaid:
        return DeveloperSaid(self.name, self.credit_code)


class DeveloperSeen(Output):
    """The developer of a compound."""

    id: UUID
    name: str
    credit_code: str | None

    model_config = Output.model_config | example(id=ID, name="太原某某置业有限公司", credit_code=None)

    @classmethod
    def of(cls, body: Organisation) -> "DeveloperSeen":
        return cls.model_validate(body)


class BuildingSeen(Output):
    """One entrance of a building; `entrance` is empty where the building has none."""

    building: str
    entrance: str
    homes: Count
    floors: int | None

    model_config = Output.model_config | example(building="3", entrance="2", homes=18, floors=6)

    @classmethod
    def of(cls, row: BuildingFigures) -> "BuildingSeen":
        return cls.model_validate(row)


class BuildingsSeen(Output):
    """Every building of a compound, entrance by entrance."""

    items: list[BuildingSeen]

    model_config = Output.model_config | example(items=[{"building": "3", "entrance": "2", "homes": 18, "floors": 6}])


class RegisterScope(Input):
    """Which part of a compound the register is asked for; a misspelt name is refused, or it would answer the whole."""

    building: Building | None = None
    entrance: Entrance | None = None

    @model_validator(mode="after")
    def _entrance_of_a_building(self) -> Self:
        if self.entrance is not None and self.building is None:
            raise PydanticCustomError("missing", "building")
        return self


class DenominatorSeen(Output):
    """A number of heads and an area that a decision would be measured against."""

    heads: Count
    area: Area

    model_config = Output.model_config | example(heads=600, area="45941.99")

    @classmethod
    def of(cls, weights: Weights) -> "DenominatorSeen":
        return cls(heads=weights.heads, area=weights.area)


class RegisterSeen(Output):
    """Heads and area of a compound, a building or an entrance (VOTE-1), and what is unknown of it (OWN-6).

    `least` and `most` bound the denominators while something is unknown. The lists name at most 1,000 homes.
    """

    building: str | None
    entrance: str | None
    homes: Count
    heads: Count
    area_known: Area
    areas_unknown: Count
    owners_unknown: Count
    area_unknown: list[str]
    owner_unknown: list[str]
    least: DenominatorSeen
    most: DenominatorSeen

    model_config = Output.model_config | example(
        building=None,
        entrance=None,
        homes=611,
        heads=600,
        area_known="45941.99",
        areas_unknown=1,
        owners_unknown=1,
        area_unknown=["3-2-203"],
        owner_unknown=["11-3-302"],
        least={"heads": 599, "area": "45993.77"},
        most={"heads": 600, "area": "46047.28"},
    )

    @classmethod
    def of(cls, figures: RegisterFigures, building: str | None, entrance: str | None) -> "RegisterSeen":
        return cls(
            building=building,
            entrance=entrance,
            homes=figures.homes,
            heads=figures.heads,
            area_known=figures.area,
            areas_unknown=figures.areas_unknown,
            owners_unknown=figures.owners_unknown,
            area_unknown=figures.area_unknown,
            owner_unknown=figures.owner_unknown,
            least=DenominatorSeen.of(figures.least),
            most=DenominatorSeen.of(figures.most),
        )
