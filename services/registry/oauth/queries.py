"""What somebody may do right now: the roles given to him and those that his homes bring."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rules.bindings import Span, tied_since
from services.registry.rules.door_codes import Relation
from services.registry.rules.roles import Role
from services.registry.tables.identity import Account, RoleGrant
from services.registry.tables.owners import Binding
from services.registry.tables.places import Compound, Home
from shared.identity import Grant, Tie

MOST_HOMES = 100
"""What a token names; whoever has more asks `/v1/me`."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Grants and homes of a person or client at an instant."""

    grants: tuple[Grant, ...]
    ties: tuple[Tie, ...]
    until: datetime | None = None
    """When the first of them runs out; a token must not outlive it."""

    @property
    def homes(self) -> tuple[UUID, ...]:
        return tuple(tie.home for tie in self.ties)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)


async def rights_of(db: AsyncSession, holder: UUID, now: datetime) -> Rights:
    """Live grants, and RESIDENT (for owners also OWNER) on the compound of each bound home (PRI-4)."""
    given = await db.execute(
        select(RoleGrant.role, RoleGrant.scope, RoleGrant.until).where(
            RoleGrant.holder == holder,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
        )
    )
    rows = given.all()
    grants = {Grant(role, scope) for role, scope, _ in rows}
    ends = [until for _, _, until in rows if until is not None]
    ties: list[Tie] = []
    for tie, code in await _ties(db, holder):
        ties.append(tie)
        grants.add(Grant(Role.RESIDENT, code))
        if tie.relation == Relation.OWNER:
            grants.add(Grant(Role.OWNER, code))
    named = tuple(sorted(ties, key=lambda tie: tie.home)[:MOST_HOMES])
    return Rights(_widest(grants), named, min(ends, default=None))


async def _ties(db: AsyncSession, person: UUID) -> list[tuple[Tie, str]]:
    """The ties that last, each with the code of its compound."""
    rows = await db.execute(
        select(Binding, Compound.code)
        .join(Home, Home.id == Binding.home_id)
        .join(Compound, Compound.id == Home.compound_id)
        .where(Binding.person_id == person, or_(Binding.ended_at.is_(None), Binding.end_reason == "REPLACED"))
    )
    live: list[tuple[Binding, str]] = []
    replaced: dict[UUID, list[Span]] = defaultdict(list)
    for binding, code in rows:
        if binding.ended_at is None:
            live.append((binding, code))
        else:
            replaced[binding.home_id].append(_span(binding))
    return [(Tie(one.home_id, one.relation, tied_since(_span(one), replaced[one.home_id])), code) for one, code in live]


def _span(binding: Binding) -> Span:
    return Span(Relation(binding.relation), binding.verified_at, binding.ended_at)


def _widest(grants: set[Grant]) -> tuple[Grant, ...]:
    """The grants that no wider one of the same role covers: a token must stay short enough to be sent."""
    kept: list[Grant] = []
    for grant in sorted(grants, key=lambda one: (one.role, len(one.scope), one.scope)):
        if not any(wide.role == grant.role and grant.scope.startswith(wide.scope) for wide in kept):
            kept.append(grant)
    return tuple(sorted(kept, key=lambda one: (one.role, one.scope)))


async def account_by_login(db: AsyncSession, login: str) -> Account | None:
    """The account, locked for the attempt that is being made."""
    return (
        await db.execute(select(Account).where(Account.login == login.lower()).with_for_update())
    ).scalar_one_or_none()


async def password_hash_of(db: AsyncSession, login: str) -> str | None:
    """The kept hash, without a lock."""
    found = await db.execute(select(Account.password_hash).where(Account.login == login.lower()))
    return found.scalar_one_or_none()


async def account_by_mini_program(db: AsyncSession, index: bytes) -> Account | None:
    return (
        await db.execute(select(Account).where(Account.mini_program_index == index).with_for_update())
    ).scalar_one_or_none()


def scopes_by_role(grants: Sequence[Grant]) -> dict[Role, tuple[str, ...]]:
    """Role -> the prefixes it reaches."""
    found: dict[Role, tuple[str, ...]] = {}
    for grant in grants:
        found[Role(grant.role)] = (*found.get(Role(grant.role), ()), grant.scope)
    return found
