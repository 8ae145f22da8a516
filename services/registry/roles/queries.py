"""Who holds which role, whom a giver may know, and which codes there are."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rules.roles import GIVES, Role
from services.registry.tables.identity import RoleGrant
from services.registry.tables.owners import Binding, Ownership, Tenancy
from services.registry.tables.places import Compound, Home, Region
from shared.identity import Actor

SEES = frozenset({*GIVES, Role.AUDITOR})


def grants_in_reach(actor: Actor, role: Role | None, live: bool) -> Select[Any]:
    """The grants on codes that the caller's own roles reach; the newest first by id."""
    reaches = [RoleGrant.scope.startswith(scope, autoescape=True) for scope in actor.scopes(SEES)]
    query = select(RoleGrant).where(or_(*reaches))
    if role is not None:
        query = query.where(RoleGrant.role == role)
    if live:
        query = query.where(RoleGrant.ended_at.is_(None))
    return query


async def ties_of(db: AsyncSession, person: UUID) -> list[str]:
    """The codes of every place that a person is tied to now: as owner, tenant, bound resident or by a role."""
    homes = union(
        select(Ownership.home_id).where(Ownership.person_id == person, Ownership.valid_to.is_(None)),
        select(Tenancy.home_id).where(Tenancy.person_id == person, Tenancy.valid_to.is_(None)),
        select(Binding.home_id).where(Binding.person_id == person, Binding.ended_at.is_(None)),
    ).subquery()
    places = select(Compound.code).join(Home, Home.compound_id == Compound.id).join(homes, homes.c.home_id == Home.id)
    roles = select(RoleGrant.scope).where(RoleGrant.holder == person, RoleGrant.ended_at.is_(None))
    return list((await db.execute(union(places, roles))).scalars())


async def is_known_to(db: AsyncSession, actor: Actor, person: UUID) -> bool:
    """Whether the person lies in the giver's reach, or is tied to no place yet (just entered)."""
    ties = await ties_of(db, person)
    return not ties or any(actor.holds(set(GIVES), code) for code in ties)


async def is_code(db: AsyncSession, scope: str) -> bool:
    """Whether a region or compound has this code; "" is the whole house."""
    regions = select(Region.code).where(Region.code == scope)
    compounds = select(Compound.code).where(Compound.code == scope)
    return scope == "" or (await db.execute(union(regions, compounds))).first() is not None
