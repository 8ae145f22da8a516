"""Which regions there are."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import RegionUnknown
from services.registry.rules.regions import Level
from services.registry.tables.places import Region
from shared.paging import Orders, up

REGIONS = Orders("regions", {"code": (up(Region.code),)})


def regions(parent: str | None, level: Level | None, on: date) -> Select[Any]:
    """Regions that are valid on a day."""
    found = select(Region).where(
        or_(Region.valid_from.is_(None), Region.valid_from <= on), or_(Region.valid_to.is_(None), Region.valid_to > on)
    )
    if parent is not None:
        found = found.where(Region.parent == parent)
    return found if level is None else found.where(Region.level == level)


async def region(db: AsyncSession, code: str) -> Region:
    """Errors: RegionUnknown."""
    found = await db.get(Region, code)
    if found is None:
        raise RegionUnknown
    return found


async def known_regions(db: AsyncSession, codes: Collection[str]) -> dict[str, Region]:
    rows = await db.execute(select(Region).where(Region.code.in_(codes)))
    return {row.code: row for row in rows.scalars()}
