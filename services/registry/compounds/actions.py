"""Open a compound and change what is said of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound_in_reach
from services.registry.errors import CompoundRefused, RegionUnknown
from services.registry.rules.regions import Level
from services.registry.rules.roles import STAFF, Role
from services.registry.tables.places import Compound, Region
from services.registry.tables.schema import Base
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.problems import RoleForbidden
from shared.versions import check_version

OPENING = STAFF | {Role.ADMINISTRATOR}
MOST_SERIALS = 999


@dataclass(frozen=True, slots=True)
class CompoundSaid:
    """What is said of a compound."""

    name: str
    address: str | None


async def open_compound(db: AsyncSession, actor: Actor, community: str, said: CompoundSaid, now: datetime) -> Compound:
    """A new compound of a community, under the next serial of three digits. Errors: RegionUnknown, CompoundRefused."""
    region = await db.get(Region, community, with_for_update=True)  # the community gives one serial at a time
    if region is None or region.level != Level.COMMUNITY:
        raise RegionUnknown
    if not actor.holds(OPENING, community):
        raise RoleForbidden(needed=sorted(OPENING))
    serial = await _next_serial(db, community)
    await _check_name(db, community, said.name)
    row = Compound(
        id=new_id(),
        code=f"{community}{serial:03d}",
        community_code=community,
        name=said.name,
        address=said.address,
        developer_id=None,
        version=1,
        made_at=now,
    )
    db.add(row)
    await _told(db, row, "linli.registry.compound_opened.v1")
    return row


async def _next_serial(db: AsyncSession, community: str) -> int:
    last = (
        await db.execute(select(func.max(Compound.code)).where(Compound.community_code == community))
    ).scalar_one_or_none()
    serial = int(last[12:]) + 1 if last else 1
    if serial > MOST_SERIALS:
        raise CompoundRefused(
            reason_zh="该社区的小区编号已用完。", reason_en="The community has no compound number left."
        )
    return serial


async def _check_name(db: AsyncSession, community: str, name: str, but: UUID | None = None) -> None:
    same = select(Compound.id).where(Compound.community_code == community, Compound.name == name)
    found = (await db.execute(same)).scalar_one_or_none()
    if found is not None and found != but:
        raise CompoundRefused(
            reason_zh=f"本社区已有名为“{name}”的小区。",
            reason_en=f"The community has a compound named “{name}” already.",
        )


async def change_compound(
    db: AsyncSession, actor: Actor, compound_id: UUID, said: CompoundSaid, version: int
) -> Compound:
    """Errors: CompoundUnknown, RoleForbidden, StaleVersion, CompoundRefused."""
    row = await compound_in_reach(db, actor, compound_id, OPENING, lock=True)
    check_version(version, row.version)
    # Two compounds renamed at once meet at the unique constraint of their community; the region row orders them.
    await db.get(Region, row.community_code, with_for_update=True)
    await _check_name(db, row.community_code, said.name, row.id)
    row.name, row.address = said.name, said.address
    row.version += 1
    await _told(db, row, "linli.registry.compound_changed.v1")
    return row


async def _told(db: AsyncSession, row: Compound, fact: str) -> None:
    audit.note(db, "compound", row.id, row.code)
    await tell(db, Base.metadata, Event(fact, str(row.id), row.code, {"version": row.version}))
