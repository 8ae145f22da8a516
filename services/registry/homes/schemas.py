"""Wire shapes of homes, their owners and their door codes."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.registry.homes.actions import HandedOver, HomeChange, HomeSaid, OwnersSaid
from services.registry.homes.queries import HomeWithCode, OwnerRow
from services.registry.people.schemas import PersonSeen, Phone
from services.registry.people.values import opened
from services.registry.rules.addresses import Address, HomeKind, printed
from services.registry.rules.areas import AreaSource, StatedArea
from services.registry.rules.door_codes import Relation
from services.registry.rules.owners import Basis, Delivery, Owner, OwnerKind
from services.registry.tables.places import Home, HomeArea
from shared.sealing import Keys
from shared.wire import Area, Count, Flag, Input, Instant, Output, Text, example

ID = "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c13"
COMPOUND = "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c11"
SEEN = {
    "id": ID,
    "compound_id": COMPOUND,
    "code": "140109013001001",
    "label": "3-2-501",
    "address": "3号楼2单元501",
    "building": "3",
    "entrance": "2",
    "floor": 5,
    "room": "501",
    "kind": "DWELLING",
    "delivery": "DELIVERED",
    "rented": False,
    "area": "89.54",
    "area_source": "REGISTER",
    "owner_known": True,
    "version": 1,
}


class NewOwner(Input):
    """An owner entered by hand: by his values, or by `person_id` one who owns the home already and stays."""

    kind: OwnerKind
    name: Annotated[str, Text(100)] | None = None
    number: Annotated[str, Text(30)] | None = None
    phone: Phone | None = None
    person_id: UUID | None = None

    model_config = Input.model_config | example(kind="PERSON", name="罗杰明", number=None, phone="140 0000 9700")

    @model_validator(mode="after")
    def _is_named_or_pointed_at(self) -> Self:
        values = [value for value in (self.name, self.number, self.phone) if value is not None]
        if self.person_id is not None and (values or self.kind is not OwnerKind.PERSON):
            raise PydanticCustomError("extra_forbidden", "person_id stands alone")
        if self.person_id is None and self.name is None:
            raise PydanticCustomError("missing", "name or person_id")
        return self

    def said(self) -> Owner:
        return Owner(self.kind, self.name or "", self.number, self.phone, same_as=self.person_id)


class NewHome(Input):
    """One home by hand. Area and owners may be left open: the home is on the register all the same."""

    address: Annotated[str, Text(60)]
    area: Area | None = None
    area_source: AreaSource | None = None
    delivery: Delivery = Delivery.DELIVERED
    basis: Basis = Basis.REGISTERED
    owners: Annotated[list[NewOwner], Field(max_length=20)] = []

    model_config = Input.model_config | example(
        address="3号楼2单元501",
        area="89.54",
        area_source="REGISTER",
        delivery="DELIVERED",
        basis="REGISTERED",
        owners=[{"kind": "PERSON", "name": "罗杰明", "number": None, "phone": "140 0000 9700"}],
    )

    @model_validator(mode="after")
    def _area_names_its_source(self) -> Self:
        _check_sourced(self.area, self.area_source)
        return self

    def said(self) -> HomeSaid:
        owners = [owner.said() for owner in self.owners]
        return HomeSaid(self.address, _stated(self.area, self.area_source), self.delivery, self.basis, owners)


class ChangeOwners(Input):
    """All owners of a home from now on; none says that the owner is unknown."""

    basis: Basis
    owners: Annotated[list[NewOwner], Field(max_length=20)]

    model_config = Input.model_config | example(
        basis="REGISTERED", owners=[{"kind": "PERSON", "name": "罗杰明", "number": None, "phone": None}]
    )

    def said(self) -> OwnersSaid:
        return OwnersSaid(self.basis, [owner.said() for owner in self.owners])


class ChangeHome(Input):
    """The whole of what can be changed of a home. An area left out stays as it is."""

    area: Area | None = None
    area_source: AreaSource | None = None
    delivery: Delivery
    rented: Flag

    model_config = Input.model_config | example(area="89.61", area_source="SURVEY", delivery="DELIVERED", rented=False)

    @model_validator(mode="after")
    def _area_names_its_source(self) -> Self:
        _check_sourced(self.area, self.area_source)
        return self

    def said(self) -> HomeChange:
        return HomeChange(_stated(self.area, self.area_source), self.delivery, self.rented)


def _check_sourced(area: int | None, source: AreaSource | None) -> None:
    """OWN-2. An area without its source could never be weighed against another."""
    if (area is None) != (source is None):
        raise PydanticCustomError("missing", "area and area_source go together")


def _stated(area: int | None, source: AreaSource | None) -> StatedArea | None:
    return StatedArea(area, source) if area is not None and source is not None else None


def _home(row: Home) -> dict[str, Any]:
    """The fields that HomeSeen and HomeInFull share."""
    address = Address(row.building, row.entrance, row.room, row.floor, HomeKind(row.kind))
    return {
        "id": row.id,
        "compound_id": row.compound_id,
        "label": row.label,
        "address": printed(address),
        "building": row.building,
        "entrance": row.entrance,
        "floor": row.floor,
        "room": row.room,
        "kind": HomeKind(row.kind),
        "delivery": Delivery(row.delivery),
        "rented": row.rented,
        "area": row.area_hundredths,
        "area_source": AreaSource(row.area_source) if row.area_source else None,
        "owner_known": row.owner_known,
        "version": row.version,
    }


class HomeSeen(Output):
    """A home. `label` is its normal form, `address` how people say it; `area` is null while unknown."""

    id: UUID
    compound_id: UUID
    label: str
    address: str
    building: str
    entrance: str
    floor: int | None
    room: str
    kind: HomeKind
    delivery: Delivery
    rented: bool
    area: Area | None
    area_source: AreaSource | None
    owner_known: bool
    version: Count

    model_config = Output.model_config | example(**{name: value for name, value in SEEN.items() if name != "code"})

    @classmethod
    def of(cls, row: Home) -> "HomeSeen":
        return cls(**_home(row))


class StatedAreaSeen(Output):
    """What one source says of a home's area."""

    area: Area
    source: AreaSource
    stated_at: Instant

    model_config = Output.model_config | example(area="89.54", source="REGISTER", stated_at="2026-03-08T01:30:02Z")

    @classmethod
    def of(cls, row: HomeArea) -> "StatedAreaSeen":
        return cls(area=row.hundredths, source=AreaSource(row.source), stated_at=row.stated_at)


class HomeInFull(HomeSeen):
    """A home with the code of its compound and every area ever stated (OWN-2)."""

    code: str
    areas: list[StatedAreaSeen]

    model_config = Output.model_config | example(
        **SEEN, areas=[{"area": "89.54", "source": "REGISTER", "stated_at": "2026-03-08T01:30:02Z"}]
    )

    @classmethod
    def full(cls, found: HomeWithCode, areas: list[HomeArea]) -> "HomeInFull":
        return cls(**_home(found.home), code=found.code, areas=[StatedAreaSeen.of(row) for row in areas])


class OwnerSeen(Output):
    """An owner, a person masked or an organisation by name."""

    kind: OwnerKind
    basis: Basis
    since: date
    person: PersonSeen | None
    organisation_id: UUID | None
    organisation: str | None

    model_config = Output.model_config | example(
        kind="PERSON",
        basis="REGISTERED",
        since="2026-03-08",
        person={
            "id": "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c10",
            "name": "罗*",
            "phone": "140******00",
            "id_number": "****************81",
            "id_number_is_faulty": True,
            "erased": False,
        },
        organisation_id=None,
        organisation=None,
    )

    @classmethod
    def of(cls, row: OwnerRow, keys: Keys) -> "OwnerSeen":
        person = None
        if row.person is not None:
            person = PersonSeen.of(row.person, None if row.person.erased_at else opened(keys, row.person))
        body = row.organisation
        return cls(
            kind=OwnerKind.PERSON if person else OwnerKind.ORGANISATION,
            basis=Basis(row.ownership.basis),
            since=row.ownership.valid_from,
            person=person,
            organisation_id=body.id if body else None,
            organisation=body.name if body else None,
        )


class OwnersSeen(Output):
    """The owners of a home now; none is an unknown owner (OWN-6)."""

    items: list[OwnerSeen]

    model_config = Output.model_config | example(items=[])


class NewDoorCode(Input):
    """Whom the code is handed to: an owner, his family, a tenant."""

    relation: Relation

    model_config = Input.model_config | example(relation="OWNER")


class DoorCodeSeen(Output):
    """A door code, shown this once; it binds one person to the home."""

    id: UUID
    home_id: UUID
    relation: Relation
    code: str
    expires_at: Instant

    model_config = Output.model_config | example(
        id="0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c14",
        home_id=ID,
        relation="OWNER",
        code="K7QF9-M2PXR",
        expires_at="2026-03-22T01:30:00Z",
    )

    @classmethod
    def of(cls, given: HandedOver) -> "DoorCodeSeen":
        row = given.row
        return cls(
            id=row.id,
            home_id=row.home_id,
            relation=Relation(row.relation),
            code=given.code,
            expires_at=row.expires_at,
        )
