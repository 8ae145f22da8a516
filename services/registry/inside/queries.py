"""Which homes a round or a roll is made of, and who owns each: three statements, whatever the number of homes."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Result, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound
from services.registry.inside.schemas import RoleHeld, RollHomeFact
from services.registry.tables.identity import RoleGrant
from services.registry.tables.owners import Binding, Ownership
from services.registry.tables.places import Home


async def homes_for_a_roll(db: AsyncSession, compound_id: UUID) -> list[RollHomeFact]:
    """OWN-6. All homes of the compound by place, with the persons who own them now: all of one moment, for who casts
    and what it weighs are frozen from it (VOTE-7). The session has read nothing yet. Errors: CompoundUnknown.
    """
    await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    await compound(db, compound_id)
    owners, bases = await _owners_by_home(db, compound_id), await _bases_by_home(db, compound_id)
    homes = await db.execute(select(Home).where(Home.compound_id == compound_id).order_by(Home.place, Home.id))
    return [
        RollHomeFact(
            id=home.id,
            building=home.building,
            entrance=home.entrance,
            label=home.label,
            kind=home.kind,
            delivery=home.delivery,
            area_hundredths=home.area_hundredths,
            owner_known=home.owner_known,
            basis=bases.get(home.id, "UNKNOWN"),
            head_group=home.head_group.hex(),
            owners=owners.get(home.id, []),
        )
        for home in homes.scalars()
    ]


async def _bases_by_home(db: AsyncSession, compound_id: UUID) -> dict[UUID, str]:
    found = await db.execute(
        select(Ownership.home_id, func.min(Ownership.basis))
        .join(Home, Home.id == Ownership.home_id)
        .where(Home.compound_id == compound_id, Ownership.valid_to.is_(None))
        .group_by(Ownership.home_id)
    )
    return {row[0]: row[1] for row in found}


async def _owners_by_home(db: AsyncSession, compound_id: UUID) -> dict[UUID, list[UUID]]:
    registered = (
        select(Ownership.home_id, Ownership.person_id)
        .join(Home, Home.id == Ownership.home_id)
        .where(Home.compound_id == compound_id, Ownership.valid_to.is_(None), Ownership.person_id.is_not(None))
    )
    tied = (
        select(Binding.home_id, Binding.person_id)
        .join(Home, Home.id == Binding.home_id)
        .where(Home.compound_id == compound_id, Binding.ended_at.is_(None), Binding.relation == "OWNER")
    )
    found: dict[UUID, list[UUID]] = {}
    pairs: Result[UUID, UUID] = await db.execute(union(registered, tied))
    for home, person in pairs:
        found.setdefault(home, []).append(person)
    return {home: sorted(persons) for home, persons in found.items()}


async def roles_held(db: AsyncSession, code: str, people: Collection[UUID]) -> list[RoleHeld]:
    """Of these people on the compound with this code, those that ended too; a person nobody knows holds none."""
    prefixes = [code[:length] for length in range(len(code) + 1)]
    found = await db.execute(
        select(RoleGrant).where(RoleGrant.holder.in_(people), RoleGrant.scope.in_(prefixes)).order_by(RoleGrant.id)
    )
    return [
        RoleHeld(person_id=one.holder, role=one.role, until=min(filter(None, (one.ended_at, one.until)), default=None))
        for one in found.scalars()
    ]
