"""Who holds which role, whom a giver may know, and which codes there are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rules.roles import GIVES, Role
from services.registry.tables.identity import RoleGrant
from services.registry.tables.owners import Binding, Ownership, Tenancy
from services.registry.tables.places import Compound, Home, Region
from shared.identity import Actor

SEES = frozenset({*GIVES, Role.AUDITOR})
SEES_MEMBERS = frozenset({role for role, given in GIVES.items() if Role.PARTY_MEMBER in given} | {Role.AUDITOR})
"""PRI-1. Party membership is listed for who may give it, and for who audits."""


def grants_in_reach(actor: Actor, role: Role | None, live: bool) -> Select[Any]:
    """The grants on codes that the caller's own roles reach; the newest first by id."""
    reaches = _under(actor.scopes(SEES))
    members = or_(RoleGrant.role != Role.PARTY_MEMBER, _under(actor.scopes(SEES_MEMBERS)))
    query = select(RoleGrant).where(reaches, members)
    if role is not None:
        query = query.where(RoleGrant.role == role)
    if live:
        query = query.where(RoleGrant.ended_at.is_(None))
    return query


def _under(scopes: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(RoleGrant.scope.startswith(scope, autoescape=True) for scope in scopes))


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
