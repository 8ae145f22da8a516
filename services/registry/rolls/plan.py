"""Which rows a roll adds to the register and which homes it completes; decided over a snapshot, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.registry.people.values import KnownOfPerson, id_index, name_index, person_row
from services.registry.rolls.bodies import Bodies, Found
from services.registry.rolls.known import Known, KnownHome, Wanted
from services.registry.rules.areas import RANK, StatedArea
from services.registry.rules.heads import CountedHome, head_group
from services.registry.rules.owners import Basis, Delivery, Owner, OwnerKind, normal_name
from services.registry.rules.roll import OwnersOfRoll, RollHome, owners_of
from services.registry.rules.roll_findings import Finding, FindingKind, Place, finding
from services.registry.tables.owners import Person
from shared.database import new_id
from shared.sealing import Keys

Row = tuple[object, ...]
HOME = (
    "id", "compound_id", "building", "entrance", "floor", "room", "label", "place", "kind", "delivery", "rented",
    "area_hundredths", "area_source", "owner_known", "owners_incomplete", "head_group", "unit_number", "address_code",
    "version", "made_at",
)  # fmt: skip
HOME_AREA = ("id", "home_id", "hundredths", "source", "stated_at", "stated_by")
PERSON = (
    "id", "key_wrapped", "name_sealed", "phone_sealed", "id_number_sealed", "id_number_is_faulty", "name_index",
    "phone_index", "id_index", "made_at",
)  # fmt: skip
ORGANISATION = ("id", "name", "normal_name", "credit_code", "made_at")
OWNERSHIP = ("id", "home_id", "person_id", "organisation_id", "basis", "valid_from")
TENANCY = ("id", "home_id", "person_id", "valid_from")


@dataclass(frozen=True, slots=True)
class Completed:
    """A home on the register whose unknown area or owner the roll gives."""

    id: UUID
    area: StatedArea | None
    owned: "Owned | None"


@dataclass(frozen=True, slots=True)
class Owned:
    """Under whose head a home counts, and whether that is known; `incomplete`: it has owners who are not stated."""

    group: bytes
    known: bool
    incomplete: bool


@dataclass(slots=True)
class Plan:
    """Rows to insert, in the order of their foreign keys; homes to complete; findings of the comparison."""

    people: list[Row] = field(default_factory=list)
    organisations: list[Row] = field(default_factory=list)
    coded: list[Found] = field(default_factory=list)
    """Bodies on record whose credit code the roll gives."""
    homes: list[Row] = field(default_factory=list)
    areas: list[Row] = field(default_factory=list)
    ownerships: list[Row] = field(default_factory=list)
    tenancies: list[Row] = field(default_factory=list)
    completed: list[Completed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.homes or self.completed or self.areas)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and by whom a roll is taken."""

    now: datetime
    day: date
    by: str


def wanted_of(keys: Keys, homes: Sequence[RollHome]) -> Wanted:
    """What the register must be asked for before this roll can be planned."""
    owners = [owner for home in homes for owner in home.owners]
    bodies = [owner for owner in owners if owner.kind is OwnerKind.ORGANISATION]
    people = {owner.number for owner in owners if owner.kind is OwnerKind.PERSON and owner.number}
    return Wanted(
        {home.address.label for home in homes},
        {id_index(keys, number) for number in people},
        {body.number for body in bodies if body.number},
        {normal_name(body.name) for body in bodies},
        {value for home in homes for value in (home.unit_number, home.address_code) if value},
    )


def plan_of(keys: Keys, homes: Sequence[RollHome], known: Known, stamp: Stamp) -> Plan:
    """OWN-1, OWN-2, OWN-6. New homes with their owners; known homes only completed, never overwritten."""
    return _Planner(keys, homes, known, stamp).run()


def owners_plan(keys: Keys, home: RollHome, whose: UUID, known: Known, stamp: Stamp) -> tuple[Plan, Owned]:
    """OWN-1, VOTE-1. The rows that make these the owners of a home on the register, and its head group."""
    planner = _Planner(keys, (home,), known, stamp)
    owned = planner.own(0, home, whose, home.delivery)
    return planner.plan, owned


class _Planner:
    """The state of one planning: which owner of the roll is which row of the register."""

    def __init__(self, keys: Keys, homes: Sequence[RollHome], known: Known, stamp: Stamp) -> None:
        self.keys, self.homes, self.known, self.stamp = keys, homes, known, stamp
        self.people: OwnersOfRoll = owners_of(homes)
        self.bodies = Bodies.of(known.bodies)
        self.ids: dict[str, UUID] = {}
        self.plan = Plan()
        self.owned: list[list[int]] = [[] for _ in homes]
        for place, home in enumerate(self.people.homes):
            self.owned[home].append(place)

    def run(self) -> Plan:
        for place, home in enumerate(self.homes):
            present = self.known.homes.get(home.address.label)
            if present is None:
                self._add(place, home)
            else:
                self._complete(place, home, present)
        return self.plan

    def _owner(self, place: int) -> UUID:
        """The person or body behind the owner at this place, entered if new."""
        key = self.people.keys[place]
        if key not in self.ids:
            owner = self.people.owners[place]
            is_body = owner.kind is OwnerKind.ORGANISATION
            self.ids[key] = self._body(owner, _code_in(key)) if is_body else self._person(owner)
        return self.ids[key]

    def _person(self, owner: Owner) -> UUID:
        if owner.same_as:
            return owner.same_as
        if owner.number and (present := self.known.people.get(id_index(self.keys, owner.number))):
            return present
        known = KnownOfPerson(owner.name, owner.phone, owner.number, owner.faulty_number)
        return self._enter(person_row(self.keys, known, self.stamp.now))

    def _enter(self, person: Person) -> UUID:
        self.plan.people.append(tuple(getattr(person, column) for column in PERSON))
        return person.id

    def _body(self, owner: Owner, code: str | None) -> UUID:
        """`code`: the one that this name has anywhere in the roll."""
        name = normal_name(owner.name)
        present = self.bodies.means(name, code)
        if present is None:
            body = new_id()
            self.plan.organisations.append((body, owner.name, name, code, self.stamp.now))
            return body
        if present.learns:
            self.plan.coded.append(present)
        return present.id

    def _add(self, place: int, home: RollHome) -> None:
        whose, area, address = new_id(), home.area, home.address
        outside = [self._outside(home, value) for value in (home.unit_number, home.address_code)]
        owned = self.own(place, home, whose, home.delivery)
        self.plan.homes.append(
            (
                whose, self.known.compound_id, address.building, address.entrance, address.floor, address.room,
                address.label, address.order, address.kind, home.delivery, home.rented,
                area.hundredths if area else None, area.source if area else None,
                owned.known, owned.incomplete, owned.group, *outside, 1, self.stamp.now,
            )
        )  # fmt: skip
        for stated in home.areas:
            self._state(whose, stated)
        for tenant in home.tenants:
            person = self._enter(person_row(self.keys, KnownOfPerson(tenant.name, tenant.phone, None), self.stamp.now))
            self.plan.tenancies.append((new_id(), whose, person, self.stamp.day))

    def _outside(self, home: RollHome, value: str | None) -> str | None:
        """OWN-3. An outside id that another home bears is dropped, and told."""
        if value is None or value not in self.known.outside_ids:
            return value
        at = Place(home.sheet, home.row, home=home.address.label)
        self.plan.findings.append(finding(FindingKind.BAD_EXTERNAL_ID, at))
        return None

    def _state(self, home: UUID, stated: StatedArea) -> None:
        row = (new_id(), home, stated.hundredths, stated.source, self.stamp.now, self.stamp.by)
        self.plan.areas.append(row)

    def own(self, place: int, home: RollHome, whose: UUID, delivery: Delivery) -> Owned:
        """Enter the owners of a home that is sold or delivered as `delivery` says; answer its head."""
        owners: set[str] = set()
        for owner in self.owned[place]:
            found = self._owner(owner)
            is_body = self.people.owners[owner].kind is OwnerKind.ORGANISATION
            mark = f"o:{found}" if is_body else f"p:{found}"
            if mark not in owners:
                owners.add(mark)
                person, body = (None, found) if is_body else (found, None)
                self.plan.ownerships.append((new_id(), whose, person, body, home.basis, self.stamp.day))
        told = frozenset() if home.incomplete else frozenset(owners)
        group = group_of(whose, told, home.basis, delivery, self.known.developer)
        return Owned(group, group != group_of_nobody(whose), home.incomplete)

    def _complete(self, place: int, home: RollHome, present: KnownHome) -> None:
        """OWN-2, OWN-6. What was unknown is filled; what is known stays, and a difference is told."""
        if home.delivery is not Delivery.DELIVERED and home.delivery is not present.delivery:
            self._differs(home, "交付状态", "delivery")  # a sheet that is silent says DELIVERED: no word against it
        area = self._better_area(home, present)
        owned = self._owner_found(place, home, present)
        if area or owned:
            self.plan.completed.append(Completed(present.id, area, owned))

    def _better_area(self, home: RollHome, present: KnownHome) -> StatedArea | None:
        fresh = [stated for stated in home.areas if stated not in present.stated]
        for stated in fresh:
            self._state(present.id, stated)
        best = home.area
        if best is None or best not in fresh:
            return None
        if present.area is None or RANK[best.source] < RANK[present.area.source]:
            return best
        if best.hundredths != present.area.hundredths:
            self._differs(home, "面积", "area")
        return None

    def _owner_found(self, place: int, home: RollHome, present: KnownHome) -> Owned | None:
        if not self.owned[place]:
            return None
        if not present.owners:
            return self.own(place, home, present.id, present.delivery)  # VOTE-1: as the register has it
        if self._marks(place) != present.owners:
            self._differs(home, "业主", "owners")
        return None

    def _marks(self, place: int) -> frozenset[bytes]:
        marks: set[bytes] = set()
        for place_of_owner in self.owned[place]:
            owner = self.people.owners[place_of_owner]
            if owner.kind is OwnerKind.PERSON:
                marks.add(name_index(self.keys, owner.name))
                continue
            body = self._body_on_record(owner, _code_in(self.people.keys[place_of_owner]))
            marks.add(body.bytes if body else owner.name.encode())
        return frozenset(marks)

    def _body_on_record(self, owner: Owner, code: str | None) -> UUID | None:
        """Who it would be; nothing is entered, so no body learns a code from it."""
        name = normal_name(owner.name)
        met = self.bodies.by_name.get(name, []) + ([self.bodies.by_code[code]] if code in self.bodies.by_code else [])
        found = Bodies.of(met).means(name, code)
        return found.id if found else None

    def _differs(self, home: RollHome, what_zh: str, what_en: str) -> None:
        at = Place(home.sheet, home.row, home=home.address.label)
        self.plan.findings.append(finding(FindingKind.DIFFERS, at, what_zh=what_zh, what_en=what_en))


def _code_in(key: str) -> str | None:
    """The credit code in an owner's key, see rules.owners.same_owners."""
    return key.removeprefix("code:") if key.startswith("code:") else None


def group_of(
    home: UUID, owners: frozenset[str], basis: Basis | None, delivery: Delivery, developer: UUID | None
) -> bytes:
    """VOTE-1. The head group of a home, by the ids of its owners ("p:<person>", "o:<organisation>").

    Unsold public housing counts with its unit, whoever developed the compound.
    """
    whose = f"o:{developer}" if developer and basis is not Basis.PUBLIC_UNIT else None
    return head_group(CountedHome(str(home), owners, None, delivery=delivery, developer=whose))


def group_of_nobody(home: UUID) -> bytes:
    """The head group of a home whose owner is unknown: a head of its own."""
    return group_of(home, frozenset(), None, Delivery.DELIVERED, None)
