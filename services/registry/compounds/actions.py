"""Open a compound and change what is said of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound_in_reach
from services.registry.errors import CompoundRefused, RegionUnknown
from services.registry.homes.ownership import regroup
from services.registry.rolls.actions import lock_owners
from services.registry.rolls.bodies import Bodies, Body
from services.registry.rules.identity_numbers import parse_credit_code
from services.registry.rules.owners import Delivery, normal_name
from services.registry.rules.regions import Level
from services.registry.rules.roles import STAFF, Role
from services.registry.tables.owners import Organisation
from services.registry.tables.places import Compound, Home, Region
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


@dataclass(frozen=True, slots=True)
class DeveloperSaid:
    """The developer of a compound as a clerk names it."""

    name: str
    credit_code: str | None


async def name_developer(
    db: AsyncSession, actor: Actor, compound_id: UUID, said: DeveloperSaid, version: int, now: datetime
) -> tuple[Compound, Organisation]:
    """VOTE-1. Unsold and undelivered homes count under the developer's head from now on.

    Errors: CompoundUnknown, RoleForbidden, StaleVersion, CompoundRefused.
    """
    row = await compound_in_reach(db, actor, compound_id, OPENING, lock=True)
    check_version(version, row.version)
    body = await _body(db, said, now)
    row.developer_id = body.id
    row.version += 1
    open_homes = select(Home).where(Home.compound_id == row.id, Home.delivery != Delivery.DELIVERED)
    await regroup(db, row, list((await db.execute(open_homes.with_for_update())).scalars()))
    await _told(db, row, "linli.registry.compound_changed.v1")
    return row, body


async def _body(db: AsyncSession, said: DeveloperSaid, now: datetime) -> Organisation:
    """OWN-1. The organisation by credit code or, without one, by normal name; entered if new."""
    code = parse_credit_code(said.credit_code) if said.credit_code else None
    if said.credit_code and code is None:
        raise CompoundRefused(reason_zh="统一社会信用代码有误。", reason_en="The credit code is wrong.")
    await lock_owners(db)
    name = normal_name(said.name)
    named = Organisation.normal_name == name
    same = or_(Organisation.credit_code == code, named) if code else named
    found = {row.id: row for row in (await db.execute(select(Organisation).where(same))).scalars()}
    present = Bodies.of(Body(row.id, row.normal_name, row.credit_code) for row in found.values()).means(name, code)
    if present is not None:
        body = found[present.id]
        body.credit_code = present.learns or body.credit_code
        return body
    if found and code is None:
        raise CompoundRefused(
            reason_zh="多家单位同名，请填写统一社会信用代码。",
            reason_en="Several bodies bear this name: give the credit code.",
        )
    body = Organisation(id=new_id(), name=said.name, normal_name=name, credit_code=code, made_at=now)
    db.add(body)
    await db.flush()
    return body


async def _told(db: AsyncSession, row: Compound, fact: str) -> None:
    audit.note(db, "compound", row.id, row.code)
    await tell(db, Base.metadata, Event(fact, str(row.id), row.code, {"version": row.version}))
