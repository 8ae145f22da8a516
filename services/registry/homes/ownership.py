"""Which ownership rows begin and end when somebody else owns a home."""

from datetime import date
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound
from services.registry.rolls.actions import copy_rows, lock_owners
from services.registry.rolls.known import known_of
from services.registry.rolls.plan import (
    ORGANISATION,
    OWNERSHIP,
    PERSON,
    Stamp,
    group_of_nobody,
    owners_plan,
    wanted_of,
)
from services.registry.rules.addresses import Address, HomeKind
from services.registry.rules.roll import RollHome
from services.registry.tables.owners import Ownership
from services.registry.tables.places import Home
from shared.sealing import Keys


def address_of(row: Home) -> Address:
    return Address(row.building, row.entrance, row.room, row.floor, HomeKind(row.kind))


async def enter_owners(db: AsyncSession, keys: Keys, row: Home, stated: RollHome, stamp: Stamp) -> bool:
    """Make the stated owners those of a home, which is locked; whether any ownership ended."""
    place = await compound(db, row.compound_id)
    await lock_owners(db)
    known = await known_of(db, place, wanted_of(keys, (stated,)), homes=False)
    plan, group = await to_thread.run_sync(owners_plan, keys, stated, row.id, known, stamp)
    live = select(Ownership).where(Ownership.home_id == row.id, Ownership.valid_to.is_(None)).with_for_update()
    before = {(one.person_id, one.organisation_id): one for one in (await db.execute(live)).scalars()}
    after = {(entry[2], entry[3]): entry for entry in plan.ownerships}
    ended = _end(before, set(after), stamp.day)
    for owner, one in before.items():
        if owner in after:
            one.basis = stated.basis
    await db.flush()
    await copy_rows(db, "organisation", ORGANISATION, plan.organisations)
    await copy_rows(db, "person", PERSON, plan.people)
    await copy_rows(db, "ownership", OWNERSHIP, [entry for owner, entry in after.items() if owner not in before])
    row.head_group, row.owner_known = group, group != group_of_nobody(row.id)
    return ended


def _end(
    before: dict[tuple[UUID | None, UUID | None], Ownership], after: set[tuple[object, object]], day: date
) -> bool:
    gone = [one for owner, one in before.items() if owner not in after]
    for one in gone:
        one.valid_to = day
    return bool(gone)
