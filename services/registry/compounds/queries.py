"""Which compounds an actor reaches, their buildings, and the figures of any part of one."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import CompoundUnknown
from services.registry.rules.heads import UNCOUNTED, Weights, bounds
from services.registry.tables.places import Compound, Home
from shared.identity import Actor
from shared.paging import Orders, up
from shared.problems import RoleForbidden

COMPOUNDS = Orders("compounds", {"code": (up(Compound.code),)})
MOST_NAMED = 1_000
"""How many homes of unknown area or owner the register names at most; it always counts them all."""


def compounds_of(actor: Actor, region: str | None) -> Select[Any]:
    """The compounds that any role of the actor reaches, in a region if one is asked for."""
    scopes = sorted({grant.scope for grant in actor.grants})
    within = or_(*(Compound.code.startswith(scope, autoescape=True) for scope in scopes)) if scopes else false()
    found = select(Compound).where(within)
    return found if region is None else found.where(Compound.code.startswith(region, autoescape=True))


def check_reach(actor: Actor, code: str, roles: Collection[str] | None) -> None:
    """CompoundUnknown for whoever has nothing to do with the compound, RoleForbidden for a wrong role in it."""
    if not actor.roles_on(code):
        raise CompoundUnknown
    if roles is not None and not actor.holds(roles, code):
        raise RoleForbidden(needed=sorted(roles))


async def compound_in_reach(
    db: AsyncSession, actor: Actor, compound_id: UUID, roles: Collection[str] | None = None, lock: bool = False
) -> Compound:
    """The compound, if the actor may. Errors: CompoundUnknown, RoleForbidden."""
    found = await compound(db, compound_id, lock)
    check_reach(actor, found.code, roles)
    return found


async def compound(db: AsyncSession, compound_id: UUID, lock: bool = False) -> Compound:
    """Errors: CompoundUnknown."""
    found = await db.get(Compound, compound_id, with_for_update=lock)
    if found is None:
        raise CompoundUnknown
    return found


@dataclass(frozen=True, slots=True)
class Scope:
    """A compound, one building of it, or one entrance of that (VOTE-7)."""

    compound_id: UUID
    building: str | None = None
    entrance: str | None = None

    def homes(self) -> Any:
        """The homes of the scope that count (VOTE-1), as a condition."""
        parts = [Home.compound_id == self.compound_id, Home.kind.not_in([kind.value for kind in UNCOUNTED])]
        if self.building is not None:
            parts.append(Home.building == self.building)
        if self.entrance is not None:
            parts.append(Home.entrance == self.entrance)
        return and_(*parts)


@dataclass(frozen=True, slots=True)
class BuildingFigures:
    """One building, entrance by entrance."""

    building: str
    entrance: str
    homes: int
    floors: int | None


async def buildings(db: AsyncSession, compound_id: UUID) -> list[BuildingFigures]:
    """Buildings and entrances in their natural order."""
    rows = await db.execute(
        select(Home.building, Home.entrance, func.count(), func.max(Home.floor))
        .where(Home.compound_id == compound_id)
        .group_by(Home.building, Home.entrance)
        .order_by(func.min(Home.place))
    )
    return [BuildingFigures(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """The figures of a scope, as rules.heads.counted gives them; at most MOST_NAMED unknown homes by label."""

    homes: int
    heads: int
    area: int
    areas_unknown: int
    owners_unknown: int
    area_unknown: list[str]
    owner_unknown: list[str]
    least: Weights
    most: Weights


async def register(db: AsyncSession, scope: Scope) -> RegisterFigures:
    """VOTE-1, OWN-6. One walk along an index in the order of head groups; equal to the rule's count."""
    figures = select(
        func.count(),
        func.count(Home.head_group.distinct()),
        func.sum(Home.area_hundredths),
        func.count() - func.count(Home.area_hundredths),
        func.count().filter(Home.owner_known.is_(False)),
        func.min(Home.area_hundredths),
        func.max(Home.area_hundredths),
    ).where(scope.homes())
    row = (await db.execute(figures)).one()
    homes, heads, areas_unknown, owners_unknown, area = row[0], row[1], row[3], row[4], row[2] or 0
    least, most = bounds(heads, owners_unknown, area, areas_unknown, row[5], row[6])
    return RegisterFigures(
        homes=homes,
        heads=heads,
        area=area,
        areas_unknown=areas_unknown,
        owners_unknown=owners_unknown,
        area_unknown=await _named(db, scope, Home.area_hundredths.is_(None)) if areas_unknown else [],
        owner_unknown=await _named(db, scope, Home.owner_known.is_(False)) if owners_unknown else [],
        least=least,
        most=most,
    )


async def _named(db: AsyncSession, scope: Scope, unknown: Any) -> list[str]:
    rows = await db.execute(select(Home.label).where(scope.homes(), unknown).order_by(Home.place).limit(MOST_NAMED))
    return [label for (label,) in rows]
