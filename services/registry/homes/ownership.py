"""Which ownership rows begin and end when somebody else owns a home."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound
from services.registry.errors import HomeRefused
from services.registry.rolls.actions import copy_rows, enter_bodies, lock_owners
from services.registry.rolls.known import known_of
from services.registry.rolls.plan import (
    OWNERSHIP,
    PERSON,
    Stamp,
    group_of,
    group_of_nobody,
    owners_plan,
    wanted_of,
)
from services.registry.rules.addresses import Address, HomeKind
from services.registry.rules.owners import Basis, Delivery, Owner
from services.registry.rules.roll import RollHome
from services.registry.tables.owners import Ownership
from services.registry.tables.places import Compound, Home
from shared.sealing import Keys


def address_of(row: Home) -> Address:
    return Address(row.building, row.entrance, row.room, row.floor, HomeKind(row.kind))


@dataclass(frozen=True, slots=True)
class OwnersChanged:
    """Whether any ownership ended, and the people who owned before and go on owning."""

    ended: bool
    staying: frozenset[UUID]


async def enter_owners(db: AsyncSession, keys: Keys, row: Home, stated: RollHome, stamp: Stamp) -> OwnersChanged:
    """Make the stated owners those of a home; its compound and it are locked. Errors: HomeRefused."""
    place = await compound(db, row.compound_id)
    await lock_owners(db)
    known = await known_of(db, place, wanted_of(keys, (stated,)), homes=False)
    live = select(Ownership).where(Ownership.home_id == row.id, Ownership.valid_to.is_(None)).with_for_update()
    before = {(one.person_id, one.organisation_id): one for one in (await db.execute(live)).scalars()}
    check_presence(stated.owners, {person for person, _ in before if person})
    plan, owned = await to_thread.run_sync(owners_plan, keys, stated, row.id, known, stamp)
    after = {(entry[2], entry[3]): entry for entry in plan.ownerships}
    ended = _end(before, set(after), stamp.day)
    for owner, one in before.items():
        if owner in after:
            one.basis = stated.basis
    await db.flush()
    await enter_bodies(db, plan)
    await copy_rows(db, "person", PERSON, plan.people)
    await copy_rows(db, "ownership", OWNERSHIP, [entry for owner, entry in after.items() if owner not in before])
    row.head_group, row.owner_known, row.owners_incomplete = owned.group, owned.known, owned.incomplete
    return OwnersChanged(ended, frozenset(person for person, _ in before if person and (person, None) in after))


def check_presence(stated: Sequence[Owner], present: Collection[UUID]) -> None:
    """OWN-1. Said to be the same person can only be one who owns this home. Errors: HomeRefused."""
    if any(owner.same_as and owner.same_as not in present for owner in stated):
        raise HomeRefused(
            reason_zh="person_id 不是该户现在的业主。", reason_en="person_id does not own this home at present."
        )


def _end(
    before: dict[tuple[UUID | None, UUID | None], Ownership], after: set[tuple[object, object]], day: date
) -> bool:
    gone = [one for owner, one in before.items() if owner not in after]
    for one in gone:
        one.valid_to = day
    return bool(gone)


async def regroup(db: AsyncSession, place: Compound, homes: Sequence[Home]) -> None:
    """VOTE-1. Under whose head these homes count, made anew: their delivery or the compound's developer changed."""
    live = select(Ownership).where(Ownership.home_id.in_([home.id for home in homes]), Ownership.valid_to.is_(None))
    owned: dict[UUID, list[Ownership]] = {}
    for one in (await db.execute(live)).scalars():
        owned.setdefault(one.home_id, []).append(one)
    for home in homes:
        owners = owned.get(home.id, [])
        whole = [] if home.owners_incomplete else owners
        marks = frozenset(f"p:{one.person_id}" if one.person_id else f"o:{one.organisation_id}" for one in whole)
        basis = Basis(owners[0].basis) if owners else None
        home.head_group = group_of(home.id, marks, basis, Delivery(home.delivery), place.developer_id)
        home.owner_known = home.head_group != group_of_nobody(home.id)
