"""What the register holds already, as far as a roll meets it: homes by label, people by number, bodies by name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rolls.bodies import Body
from services.registry.rules.areas import AreaSource, StatedArea
from services.registry.rules.owners import Delivery
from services.registry.tables.owners import Organisation, Ownership, Person
from services.registry.tables.places import Compound, Home, HomeArea

BATCH = 10_000
FEW = 1_000


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home on the register. `owners` marks its owners: a person's name index, or a body's id."""

    id: UUID
    area: StatedArea | None
    stated: frozenset[StatedArea]
    owners: frozenset[bytes]
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Known:
    """A snapshot under the compound's lock."""

    compound_id: UUID
    developer: UUID | None
    homes: Mapping[str, KnownHome]
    people: Mapping[bytes, UUID]
    """Blind index of an id number -> person."""
    bodies: tuple[Body, ...]
    outside_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the register a roll can meet."""

    labels: Collection[str]
    id_indexes: Collection[bytes]
    codes: Collection[str]
    names: Collection[str]
    outside_ids: Collection[str]


async def known_of(db: AsyncSession, compound: Compound, wanted: Wanted, homes: bool = True) -> Known:
    """Everything in the register that a roll can meet. The compound's row is locked by the caller.

    Without `homes` only people and bodies are looked up.
    """
    return Known(
        compound.id,
        compound.developer_id,
        await _homes(db, compound.id, wanted.labels) if homes else {},
        await _people(db, list(wanted.id_indexes)),
        await _bodies(db, wanted),
        await _outside_ids(db, list(wanted.outside_ids)),
    )


async def _homes(db: AsyncSession, compound_id: UUID, labels: Collection[str]) -> dict[str, KnownHome]:
    met = Home.compound_id == compound_id
    if len(labels) <= FEW:  # one home by hand asks for one; of a whole register most are met anyway
        met = and_(met, Home.label.in_(labels))
    stated: dict[UUID, set[StatedArea]] = {}
    areas = select(HomeArea.home_id, HomeArea.hundredths, HomeArea.source).join(Home, Home.id == HomeArea.home_id)
    for home, hundredths, source in await db.execute(areas.where(met)):
        stated.setdefault(home, set()).add(StatedArea(hundredths, AreaSource(source)))
    owners: dict[UUID, set[bytes]] = {}
    owned = (
        select(Ownership.home_id, Person.name_index, Ownership.person_id, Ownership.organisation_id)
        .join(Home, Home.id == Ownership.home_id)
        .outerjoin(Person, Person.id == Ownership.person_id)
        .where(met, Ownership.valid_to.is_(None))
    )
    for home, name, person, body in await db.execute(owned):
        whose = person or body
        owners.setdefault(home, set()).add(name or (whose.bytes if whose else b""))
    found = select(Home.id, Home.label, Home.area_hundredths, Home.area_source, Home.delivery).where(met)
    return {
        label: KnownHome(
            home,
            StatedArea(hundredths, AreaSource(source)) if hundredths and source else None,
            frozenset(stated.get(home, ())),
            frozenset(owners.get(home, ())),
            Delivery(delivery),
        )
        for home, label, hundredths, source, delivery in await db.execute(found)
    }


async def _people(db: AsyncSession, indexes: list[bytes]) -> dict[bytes, UUID]:
    people: dict[bytes, UUID] = {}
    for start in range(0, len(indexes), BATCH):
        chosen = select(Person.id_index, Person.id).where(Person.id_index.in_(indexes[start : start + BATCH]))
        people.update({index: person for index, person in await db.execute(chosen) if index is not None})
    return people


async def _bodies(db: AsyncSession, wanted: Wanted) -> tuple[Body, ...]:
    met = or_(Organisation.credit_code.in_(wanted.codes), Organisation.normal_name.in_(wanted.names))
    rows = select(Organisation.id, Organisation.normal_name, Organisation.credit_code).where(met)
    return tuple(Body(*row) for row in await db.execute(rows.order_by(Organisation.id)))


async def _outside_ids(db: AsyncSession, ids: list[str]) -> frozenset[str]:
    taken: set[str] = set()
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        for column in (Home.unit_number, Home.address_code):
            taken.update(value for (value,) in await db.execute(select(column).where(column.in_(some))) if value)
    return frozenset(taken)
