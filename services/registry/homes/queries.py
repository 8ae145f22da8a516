"""Which homes an actor sees, and who owns them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import check_reach, compound
from services.registry.errors import CompoundUnknown, HomeUnknown
from services.registry.rules.addresses import HomeKind
from services.registry.rules.owners import Delivery
from services.registry.rules.roles import ON_FOOT, STAFF, Role
from services.registry.tables.owners import Organisation, Ownership, Person
from services.registry.tables.places import Compound, Home, HomeArea
from shared.identity import Actor
from shared.paging import Orders, up

SEEING = STAFF | ON_FOOT | {Role.PMC_MEMBER}
"""Who may list homes with their areas."""
HOMES = Orders("homes", {"place": (up(Home.place), up(Home.id))})


@dataclass(frozen=True, slots=True)
class HomeFilter:
    """What a list of homes is narrowed by; None leaves it open."""

    building: str | None = None
    entrance: str | None = None
    kind: HomeKind | None = None
    delivery: Delivery | None = None
    area_known: bool | None = None
    owner_known: bool | None = None


def homes_of(compound_id: UUID, asked: HomeFilter) -> Select[Any]:
    found = select(Home).where(Home.compound_id == compound_id)
    for column, value in (
        (Home.building, asked.building),
        (Home.entrance, asked.entrance),
        (Home.kind, asked.kind),
        (Home.delivery, asked.delivery),
        (Home.owner_known, asked.owner_known),
    ):
        if value is not None:
            found = found.where(column == value)
    if asked.area_known is None:
        return found
    return found.where(Home.area_hundredths.is_not(None) if asked.area_known else Home.area_hundredths.is_(None))


@dataclass(frozen=True, slots=True)
class HomeWithCode:
    """A home and the code of its compound."""

    home: Home
    code: str


async def home(db: AsyncSession, home_id: UUID, lock: bool = False) -> HomeWithCode:
    """Errors: HomeUnknown."""
    wanted = select(Home, Compound.code).join(Compound, Compound.id == Home.compound_id).where(Home.id == home_id)
    if lock:
        # Not the key: whoever binds himself by a code refers to this row, and must not wait for us while we wait for
        # his code.
        wanted = wanted.with_for_update(of=Home, key_share=True).execution_options(populate_existing=True)
    row = (await db.execute(wanted)).one_or_none()
    if row is None:
        raise HomeUnknown
    return HomeWithCode(row[0], row[1])


async def home_in_reach(
    db: AsyncSession, actor: Actor, home_id: UUID, roles: frozenset[Role] = SEEING, lock: bool = False
) -> HomeWithCode:
    """Those with one of the roles on its compound. Errors: HomeUnknown (also for strangers), RoleForbidden."""
    found = await home(db, home_id, lock)
    _check_reach(actor, found.code, roles)
    return found


async def home_to_change(db: AsyncSession, actor: Actor, home_id: UUID, roles: frozenset[Role]) -> HomeWithCode:
    """The home, locked after its compound. Errors: HomeUnknown, RoleForbidden.

    Whoever changes a register locks in one order: compound, owners (`rolls.actions.lock_owners`), homes. So a roll
    that is being judged and a clerk never overwrite, and never wait for, one another.
    """
    place = select(Compound.id, Compound.code).join(Home, Home.compound_id == Compound.id).where(Home.id == home_id)
    row = (await db.execute(place)).one_or_none()
    if row is None:
        raise HomeUnknown
    _check_reach(actor, row.code, roles)
    await compound(db, row.id, lock=True)
    return await home(db, home_id, lock=True)


def _check_reach(actor: Actor, code: str, roles: frozenset[Role]) -> None:
    try:
        check_reach(actor, code, roles)
    except CompoundUnknown:
        raise HomeUnknown from None


async def home_seen(db: AsyncSession, actor: Actor, home_id: UUID) -> HomeWithCode:
    """Those who see the compound's homes, and whoever is bound to this one. Errors: HomeUnknown, RoleForbidden."""
    if home_id in actor.homes:
        return await home(db, home_id)
    return await home_in_reach(db, actor, home_id)


async def areas_of(db: AsyncSession, home_id: UUID) -> list[HomeArea]:
    """OWN-2. Everything that was ever stated of the home's area, oldest first."""
    rows = await db.execute(select(HomeArea).where(HomeArea.home_id == home_id).order_by(HomeArea.id))
    return list(rows.scalars())


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """One owner of a home now: a person or an organisation."""

    ownership: Ownership
    person: Person | None
    organisation: Organisation | None


async def owners_of_home(db: AsyncSession, home_id: UUID) -> list[OwnerRow]:
    rows = await db.execute(
        select(Ownership, Person, Organisation)
        .outerjoin(Person, Person.id == Ownership.person_id)
        .outerjoin(Organisation, Organisation.id == Ownership.organisation_id)
        .where(Ownership.home_id == home_id, Ownership.valid_to.is_(None))
        .order_by(Ownership.id)
    )
    return [OwnerRow(ownership, person, organisation) for ownership, person, organisation in rows]
