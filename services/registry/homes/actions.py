"""Enter one home by hand, correct its area or delivery, hand over a door code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound, compound_in_reach
from services.registry.errors import HomeRefused, HomeTaken
from services.registry.homes.bindings import end_tenancies, end_ties_of_owners, void_codes
from services.registry.homes.ownership import address_of, check_presence, enter_owners, regroup
from services.registry.homes.queries import HomeWithCode, home, home_in_reach, home_to_change
from services.registry.oauth.tokens import digest
from services.registry.rolls.actions import take_homes
from services.registry.rolls.plan import Stamp, wanted_of
from services.registry.rules.addresses import Unreadable, parse_home
from services.registry.rules.areas import LARGEST, RANK, SMALLEST, AreaSource, StatedArea
from services.registry.rules.door_codes import ALPHABET, LENGTH, LIVES, Relation, shown
from services.registry.rules.identity_numbers import IdFault, parse_credit_code, parse_id_number
from services.registry.rules.owners import Basis, Delivery, Owner, OwnerKind
from services.registry.rules.roles import ON_FOOT, STAFF
from services.registry.rules.roll import RollHome
from services.registry.rules.roll_findings import FAULTS
from services.registry.tables.owners import DoorCode
from services.registry.tables.places import Home, HomeArea
from services.registry.tables.schema import Base
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.sealing import Keys
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class HomeSaid:
    """A home as a clerk enters it."""

    address: str
    area: StatedArea | None
    delivery: Delivery
    basis: Basis
    owners: Sequence[Owner]


@dataclass(frozen=True, slots=True)
class HomeChange:
    """What a clerk corrects; None leaves the area as it is."""

    area: StatedArea | None
    delivery: Delivery
    rented: bool


async def enter_home(
    db: AsyncSession, keys: Keys, actor: Actor, compound_id: UUID, said: HomeSaid, now: datetime
) -> HomeWithCode:
    """OWN-3, OWN-6. One home by hand. Errors: CompoundUnknown, RoleForbidden, HomeRefused, HomeTaken."""
    place = await compound_in_reach(db, actor, compound_id, STAFF, lock=True)
    try:
        address = parse_home(said.address)
    except Unreadable:
        raise HomeRefused(
            reason_zh="看不出是哪一户，请写作“3号楼2单元501”。",
            reason_en="It cannot be told which home this is; write it like “3号楼2单元501”.",
        ) from None
    _check_area(said.area)
    check_presence(said.owners, ())
    taken = select(Home.id).where(Home.compound_id == place.id, Home.label == address.label)
    if (await db.execute(taken)).scalar_one_or_none() is not None:
        raise HomeTaken(label=address.label)
    areas = (said.area,) if said.area else ()
    owners = tuple(_numbered(owner, now) for owner in said.owners)
    new = RollHome("", 0, address, areas, owners, said.basis, said.delivery)
    stamp = Stamp(now, day_of(now), str(actor.subject))
    plan = await take_homes(db, keys, place, (new,), wanted_of(keys, (new,)), stamp)
    found = await home(db, UUID(str(plan.homes[0][0])))
    await _told(db, found, "linli.registry.home_entered.v1")
    return found


def _numbered(owner: Owner, now: datetime) -> Owner:
    """The owner with his number in its one spelling. What staff enter by hand is right or is left out."""
    if owner.number is None:
        return owner
    body = owner.kind is OwnerKind.ORGANISATION
    read = (parse_credit_code(owner.number) or IdFault.CHECK) if body else parse_id_number(owner.number, day_of(now))
    if isinstance(read, IdFault):
        zh, en = FAULTS[read.value]
        raise HomeRefused(reason_zh=f"证件号有误：{zh}。", reason_en=f"The number is wrong: {en}.")
    return replace(owner, number=read)


def _check_area(area: StatedArea | None) -> None:
    if area is not None and not SMALLEST <= area.hundredths <= LARGEST:
        raise HomeRefused(
            reason_zh="面积应在 1.00 至 100,000.00 平方米之间。",
            reason_en="An area lies between 1.00 and 100,000.00 square metres.",
        )


async def change_home(
    db: AsyncSession, actor: Actor, home_id: UUID, change: HomeChange, version: int, now: datetime
) -> HomeWithCode:
    """OWN-2, PRI-4. Every stated area stays on record; the better source counts, of one source the later statement.
    What is no longer let has no tenants any more.

    Errors: HomeUnknown, RoleForbidden, StaleVersion, HomeRefused.
    """
    found = await home_to_change(db, actor, home_id, STAFF)
    row = found.home
    check_version(version, row.version)
    _check_area(change.area)
    if change.area is not None:
        _state_area(db, row, change.area, actor, now)
    if change.delivery != row.delivery:
        row.delivery = change.delivery
        await regroup(db, await compound(db, row.compound_id), [row])
    if row.rented and not change.rented:
        await end_tenancies(db, row.id, now)
    row.rented = change.rented
    row.version += 1
    await _told(db, found, "linli.registry.home_changed.v1")
    return found


def _state_area(db: AsyncSession, row: Home, area: StatedArea, actor: Actor, now: datetime) -> None:
    db.add(
        HomeArea(
            id=new_id(),
            home_id=row.id,
            hundredths=area.hundredths,
            source=area.source,
            stated_at=now,
            stated_by=str(actor.subject),
        )
    )
    if row.area_source is None or RANK[area.source] <= RANK[AreaSource(row.area_source)]:
        row.area_hundredths, row.area_source = area.hundredths, area.source


async def _told(db: AsyncSession, found: HomeWithCode, fact: str) -> None:
    row = found.home
    audit.note(db, "home", row.id, found.code)
    data: dict[str, str | int | bool | None] = {"compound": str(row.compound_id), "version": row.version}
    await tell(db, Base.metadata, Event(fact, str(row.id), found.code, data))


@dataclass(frozen=True, slots=True)
class OwnersSaid:
    """Who owns a home from now on, as a clerk enters it."""

    basis: Basis
    owners: Sequence[Owner]


async def change_owners(
    db: AsyncSession, keys: Keys, actor: Actor, home_id: UUID, said: OwnersSaid, version: int, now: datetime
) -> HomeWithCode:
    """OWN-1, VOTE-1, PRI-4. Ownership that ends is dated, never deleted; with it end open door codes and the
    bindings of all but the owners who stay.

    Errors: HomeUnknown, RoleForbidden, StaleVersion, HomeRefused.
    """
    found = await home_to_change(db, actor, home_id, STAFF)
    row = found.home
    check_version(version, row.version)
    owners = tuple(_numbered(owner, now) for owner in said.owners)
    stated = RollHome("", 0, address_of(row), (), owners, said.basis, Delivery(row.delivery))
    changed = await enter_owners(db, keys, row, stated, Stamp(now, day_of(now), str(actor.subject)))
    if changed.ended:
        await end_ties_of_owners(db, row.id, changed.staying, now)
    row.version += 1
    await _told(db, found, "linli.registry.owners_changed.v1")
    return found


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A door code, in clear this once."""

    row: DoorCode
    code: str


async def hand_over_code(
    db: AsyncSession, actor: Actor, home_id: UUID, relation: Relation, now: datetime
) -> HandedOver:
    """PRI-4. A code for whoever is met at the door; an earlier one for the same tie no longer opens. A tenant's says
    that the home is let, so that his tie ends when it no longer is.

    Errors: HomeUnknown, RoleForbidden.
    """
    found = await home_in_reach(db, actor, home_id, ON_FOOT | STAFF, lock=True)
    await void_codes(db, home_id, (relation,), now)
    if relation is Relation.TENANT and not found.home.rented:
        found.home.rented, found.home.version = True, found.home.version + 1
        await _told(db, found, "linli.registry.home_changed.v1")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = DoorCode(
        id=new_id(),
        home_id=found.home.id,
        digest=digest(code),
        relation=relation,
        made_by=actor.subject,
        made_at=now,
        expires_at=now + LIVES,
        used_at=None,
        used_by=None,
    )
    db.add(row)
    audit.note(db, "home", home_id, found.code, relation=relation)
    return HandedOver(row, shown(code))
