"""Plan a meeting, name its officers, announce, open and end it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.councils.queries import council, members_on
from services.meeting.errors import CouncilUnknown, PlaceUnknown, move_refusal, step_forbidden, step_refused
from services.meeting.history import Happened, write_down
from services.meeting.house import MeansOf
from services.meeting.meetings import queries
from services.meeting.names import sealed_name
from services.meeting.neighbours import compound_of
from services.meeting.rules.attendance import Capacity
from services.meeting.rules.kinds import KINDS, Kind
from services.meeting.rules.meetings import MEETING_MOVES, MeetingState
from services.meeting.rules.moves import Need
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import DESK_ROLES, Caller, Part, parts_of
from services.meeting.sight import caller_on, who
from services.meeting.tables import AgendaItem, Meeting, MeetingNumber, MinutesVersion, Participant, Speech
from services.meeting.topics.moving import defer_unresolved
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.sealing import Keys
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class Plan:
    """A meeting as planned. `agenda`: matters beside the topics that are scheduled into it."""

    compound_id: UUID
    kind: Kind
    council_id: UUID | None
    title: str
    place: str
    starts_at: datetime
    agenda: tuple[str, ...]


async def plan_meeting(db: AsyncSession, actor: Actor, means: MeansOf, plan: Plan, now: datetime) -> Meeting:
    """MEET-1. A meeting in DRAFT. Errors: PlaceUnknown, CouncilUnknown."""
    compound = await compound_of(means.registry, plan.compound_id)
    if not actor.holds(DESK_ROLES, compound.code):
        raise PlaceUnknown
    await _fitting_council(db, actor, plan, compound.id)
    meeting = Meeting(
        id=new_id(),
        number=await _next_number(db, compound.id),
        compound_id=compound.id,
        compound_code=compound.code,
        kind=plan.kind,
        council_id=plan.council_id,
        title=plan.title,
        place=plan.place,
        starts_at=plan.starts_at,
        state=MeetingState.DRAFT,
        sitting=0,
        records=0,
        made_at=now,
        version=1,
    )
    db.add(meeting)
    await db.flush()
    for position, title in enumerate(plan.agenda, start=1):
        db.add(AgendaItem(meeting_id=meeting.id, position=position, title=title))
    await write_down(db, meeting, Happened("MEETING", None, who(actor), now, {"by": Part.DESK}))
    return meeting


async def _fitting_council(db: AsyncSession, actor: Actor, plan: Plan, compound_id: UUID) -> None:
    """MEET-9. A kind with a roll meets as a body of this compound; the others as nobody's."""
    if not KINDS[plan.kind].has_roll and plan.council_id is None:
        return
    if not KINDS[plan.kind].has_roll or plan.council_id is None:
        raise CouncilUnknown
    if (await council(db, actor, plan.council_id)).compound_id != compound_id:
        raise CouncilUnknown


async def _next_number(db: AsyncSession, compound_id: UUID) -> int:
    """MEET-5. The compound's next number; two at once wait for each other."""
    row = insert(MeetingNumber).values(compound_id=compound_id, last=1)
    row = row.on_conflict_do_update(index_elements=["compound_id"], set_={"last": MeetingNumber.last + 1})
    return int((await db.execute(row.returning(MeetingNumber.last))).scalar_one())


@dataclass(frozen=True, slots=True)
class Change:
    """What may be set otherwise while a meeting is a draft."""

    title: str
    place: str
    starts_at: datetime


async def change_meeting(db: AsyncSession, actor: Actor, meeting_id: UUID, change: Change, version: int) -> Meeting:
    """Errors: MeetingUnknown, StepForbidden, StepRefused once announced, StaleVersion."""
    meeting = await _desk_meeting(db, actor, meeting_id)
    check_version(version, meeting.version)
    if meeting.state != MeetingState.DRAFT:
        raise step_refused(Why.AGENDA_FROZEN)
    meeting.title, meeting.place, meeting.starts_at = change.title, change.place, change.starts_at
    meeting.version += 1
    audit.note(db, "meeting", meeting.id, meeting.compound_code)
    return meeting


async def _desk_meeting(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    if not actor.holds(DESK_ROLES, meeting.compound_code):
        raise step_forbidden([Part.DESK])
    return meeting


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who signs: he has an account, since he signs in his own session."""

    person_id: UUID
    name: str
    capacity: Capacity


async def name_officers(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    meeting_id: UUID,
    officers: tuple[Officer, Officer, Officer],
    version: int,
) -> Meeting:
    """MEET-5. Chair, recorder, witness, until the minutes are laid. Errors: MeetingUnknown, Step…, StaleVersion."""
    meeting = await _desk_meeting(db, actor, meeting_id)
    check_version(version, meeting.version)
    if len({officer.person_id for officer in officers}) != len(officers):
        raise step_refused(Why.OFFICERS_NOT_APART)
    laid = select(MinutesVersion.id).where(MinutesVersion.meeting_id == meeting.id).limit(1)
    if (await db.execute(laid)).first():
        raise step_refused(Why.MINUTES_LAID)
    named = [await _officer(db, means.keys, meeting, officer) for officer in officers]
    meeting.chair_id, meeting.recorder_id, meeting.witness_id = named
    meeting.version += 1
    audit.note(db, "meeting", meeting.id, meeting.compound_code)
    return meeting


async def _officer(db: AsyncSession, keys: Keys, meeting: Meeting, officer: Officer) -> UUID:
    known = await queries.participant_of(db, meeting.id, officer.person_id)
    if known is not None:
        return known.id
    return (await add_participant(db, keys, meeting, officer.person_id, officer.name, officer.capacity)).id


async def add_participant(
    db: AsyncSession, keys: Keys, meeting: Meeting, person_id: UUID | None, name: str | None, capacity: Capacity
) -> Participant:
    """Somebody who is no member of the roll. The meeting is locked."""
    row = sealed_name(keys, name) if name else None
    if row is not None:
        db.add(row)
        await db.flush()
    added = Participant(
        id=new_id(),
        meeting_id=meeting.id,
        person_id=person_id,
        name_id=row.id if row is not None else None,
        capacity=capacity,
        is_member=False,
        is_public=False,
    )
    db.add(added)
    await db.flush()
    return added


@dataclass(frozen=True, slots=True)
class Wish:
    """A move as asked for."""

    to: MeetingState
    reason: str | None = None
    starts_at: datetime | None = None

    @property
    def given(self) -> frozenset[Need]:
        named = ((Need.REASON, self.reason), (Need.STARTS_AT, self.starts_at))
        return frozenset(need for need, value in named if value is not None)


async def move_meeting(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, wish: Wish, now: datetime
) -> Meeting:
    """MEET-1, MEET-3. Judged under lock. Errors: MeetingUnknown, NextMove…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    here, caller = MeetingState(meeting.state), caller_on(actor, meeting.compound_code)
    now = instant_in(meeting, now)
    parts = parts_of(await queries.people_of(db, meeting), caller)
    # A time is set anew only where the table asks for one: an announced meeting keeps its time by being postponed.
    renews = here in (MeetingState.POSTPONED, MeetingState.NO_QUORUM)
    starts_at = wish.starts_at if renews and wish.starts_at else meeting.starts_at
    case = await queries.case_of(db, meeting, means.rules, now, starts_at)
    if refused := MEETING_MOVES.judge(here, wish.to, parts, wish.given, case):
        arc = MEETING_MOVES.arcs.get((here, wish.to))
        needed = sorted(arc.by) if arc else []
        said = await open_moves(db, meeting, caller, means.rules, now)
        raise move_refusal(refused, needed, state=here, allowed=said)
    meeting.starts_at, meeting.reason = starts_at, wish.reason or meeting.reason
    await _effect(db, meeting, wish.to, now)
    meeting.state = wish.to
    meeting.version += 1
    part = min(MEETING_MOVES.arcs[here, wish.to].by & parts)
    await write_down(db, meeting, Happened("MEETING", here, who(actor), now, {"by": part, "sitting": meeting.sitting}))
    return meeting


async def open_moves(
    db: AsyncSession, meeting: Meeting, caller: Caller, rules: Parameters, now: datetime
) -> list[dict[str, Any]]:
    """`allowed` as the wire shows it. Where a new time is needed, its notice is judged when it is sent."""
    parts = parts_of(await queries.people_of(db, meeting), caller)
    case = await queries.case_of(db, meeting, rules, now)
    if meeting.state in (MeetingState.POSTPONED, MeetingState.NO_QUORUM):
        case = replace(case, starts_at=None)
    found = MEETING_MOVES.allowed(MeetingState(meeting.state), parts, case)
    return [{"to": to.value, "needs": sorted(need.value for need in needs)} for to, needs in found]


def instant_in(meeting: Meeting, now: datetime) -> datetime:
    """No line of a meeting lies before one that was written earlier, whichever process's clock is ahead."""
    return max(now, meeting.latest_at) if meeting.latest_at else now


async def _effect(db: AsyncSession, meeting: Meeting, to: MeetingState, now: datetime) -> None:
    if to is MeetingState.NOTICED:
        meeting.noticed_at, meeting.latest_at = now, now
        meeting.opened_at = meeting.ended_at = None
        meeting.sitting += 1
        await _freeze_roll(db, meeting)
    if to is MeetingState.OPEN:
        meeting.opened_at = meeting.latest_at = now
    if to in (MeetingState.HELD, MeetingState.NO_QUORUM):
        meeting.ended_at = meeting.latest_at = now
        await _end_speech(db, meeting, now)
    if to in (MeetingState.HELD, MeetingState.CANCELLED):
        await db.flush()
        await defer_unresolved(db, meeting.id, "会议已结束或取消,未表决", now)


async def _end_speech(db: AsyncSession, meeting: Meeting, now: datetime) -> None:
    """MEET-8. Whoever has the floor when the sitting ends has spoken until then."""
    speaks = update(Speech).where(
        Speech.meeting_id == meeting.id, Speech.started_at.is_not(None), Speech.ended_at.is_(None)
    )
    await db.execute(speaks.values(ended_at=now).execution_options(synchronize_session=False))


async def _freeze_roll(db: AsyncSession, meeting: Meeting) -> None:
    """MEET-3, MEET-9. The members on the day of the meeting are its roll; later changes of the council are not."""
    if meeting.council_id is None:
        return
    roll = update(Participant).where(Participant.meeting_id == meeting.id).values(is_member=False)
    await db.execute(roll.execution_options(synchronize_session=False))
    for member in await members_on(db, meeting.council_id, day_of(meeting.starts_at)):
        known = Participant.member_id == member.id
        if member.person_id is not None:
            known = known | (Participant.person_id == member.person_id)
        same = (
            await db.execute(select(Participant.id).where(Participant.meeting_id == meeting.id, known).limit(1))
        ).scalar_one_or_none()
        facts = {
            "member_id": member.id,
            "name_id": member.name_id,
            "capacity": member.capacity,
            "is_member": True,
        }
        if same is None:
            row = {"id": new_id(), "meeting_id": meeting.id, "person_id": member.person_id, "is_public": False}
            await db.execute(insert(Participant).values({**row, **facts}))
        else:
            change = update(Participant).where(Participant.id == same).values(facts)
            await db.execute(change.execution_options(synchronize_session=False))
