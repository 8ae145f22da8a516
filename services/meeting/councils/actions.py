"""Constitute a council, seat members, end a seat."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.councils import queries
from services.meeting.errors import MemberSeated, MemberUnknown, PlaceUnknown, step_forbidden
from services.meeting.house import MeansOf
from services.meeting.names import sealed_name
from services.meeting.neighbours import compound_of
from services.meeting.rules.attendance import Capacity
from services.meeting.rules.roles import OFFICE_ROLES, Part
from services.meeting.tables import Council, CouncilMember
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Seat:
    """A member to be seated: without an account he has no person id."""

    person_id: UUID | None
    name: str
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class NewBody:
    """A council with its term and its first members."""

    compound_id: UUID
    name: str
    term: tuple[date, date]
    seats: tuple[Seat, ...]


async def constitute_council(db: AsyncSession, actor: Actor, means: MeansOf, body: NewBody, now: datetime) -> Council:
    """MEET-9. Errors: PlaceUnknown, MemberSeated."""
    compound = await compound_of(means.registry, body.compound_id)
    if not actor.holds(OFFICE_ROLES, compound.code):
        raise PlaceUnknown
    starts, ends = body.term
    council = Council(
        id=new_id(),
        compound_id=compound.id,
        compound_code=compound.code,
        name=body.name,
        term_starts=starts,
        term_ends=ends,
        made_at=now,
        version=1,
    )
    db.add(council)
    await db.flush()
    known = [seat.person_id for seat in body.seats if seat.person_id]
    if len(set(known)) != len(known):
        raise MemberSeated
    for seat in body.seats:
        await _seat(db, means.keys, council, seat, starts)
    audit.note(db, "council", council.id, council.compound_code, members=len(body.seats))
    return council


async def seat_member(
    db: AsyncSession, actor: Actor, means: MeansOf, council_id: UUID, seat: Seat, since: date
) -> CouncilMember:
    """MEET-9. Errors: CouncilUnknown, StepForbidden, MemberSeated."""
    council = await _mine(db, actor, council_id)
    if seat.person_id is not None:
        sits = select(CouncilMember.id).where(
            CouncilMember.council_id == council_id,
            CouncilMember.person_id == seat.person_id,
            CouncilMember.until.is_(None),
        )
        if (await db.execute(sits)).first():
            raise MemberSeated
    member = await _seat(db, means.keys, council, seat, since)
    council.version += 1
    audit.note(db, "council_member", member.id, council.compound_code)
    return member


async def end_seat(db: AsyncSession, actor: Actor, council_id: UUID, member_id: UUID, last: date) -> CouncilMember:
    """The last day in office. Ended once, it stays ended. Errors: CouncilUnknown, StepForbidden, MemberUnknown."""
    council = await _mine(db, actor, council_id)
    wanted = select(CouncilMember).where(CouncilMember.id == member_id, CouncilMember.council_id == council_id)
    member = (await db.execute(wanted)).scalar_one_or_none()
    if member is None:
        raise MemberUnknown
    if member.until is None:
        member.until = max(last, member.since)
        council.version += 1
    audit.note(db, "council_member", member.id, council.compound_code)
    return member


async def read_members(db: AsyncSession, actor: Actor, council_id: UUID, purpose: str) -> Council:
    """PRI-2. The council whose names may be read in clear; the audit row keeps who asked and what for.

    Errors: CouncilUnknown, StepForbidden.
    """
    council = await _mine(db, actor, council_id)
    audit.note(db, "council", council.id, council.compound_code, purpose)
    return council


async def _mine(db: AsyncSession, actor: Actor, council_id: UUID) -> Council:
    council = await queries.council(db, actor, council_id, lock=True)
    if not actor.holds(OFFICE_ROLES, council.compound_code):
        raise step_forbidden([Part.DESK, Part.STREET])
    return council


async def _seat(db: AsyncSession, keys: Keys, council: Council, seat: Seat, since: date) -> CouncilMember:
    name = sealed_name(keys, seat.name)
    db.add(name)
    await db.flush()
    member = CouncilMember(
        id=new_id(),
        council_id=council.id,
        person_id=seat.person_id,
        name_id=name.id,
        capacity=seat.capacity,
        since=since,
    )
    db.add(member)
    await db.flush()
    return member
