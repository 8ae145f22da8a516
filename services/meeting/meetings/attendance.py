"""Sign in by the code in the room, be signed in at the table, leave: every passage is a line (MEET-3)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import step_forbidden, step_refused
from services.meeting.history import tell
from services.meeting.house import MeansOf
from services.meeting.meetings import queries
from services.meeting.meetings.actions import add_participant, instant_in
from services.meeting.names import sealed_name
from services.meeting.rules.attendance import Capacity, Passage
from services.meeting.rules.codes import good_until, good_windows, readable
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import OFFICE_ROLES, PROPOSER_ROLES, Part, Role, parts_of
from services.meeting.sight import caller_on, who
from services.meeting.tables import Attendance, Meeting, Participant
from shared import audit
from shared.identity import Actor
from shared.sealing import Keys

RUNNERS = frozenset({Part.DESK, Part.CHAIR, Part.RECORDER})
NAMES_READERS = RUNNERS | {Part.STREET, Part.WITNESS}


@dataclass(frozen=True, slots=True)
class Code:
    """What the screen in the room shows."""

    code: str
    good_until: datetime


def _code(keys: Keys, meeting: Meeting, window: int) -> str:
    value = f"{meeting.id}:{meeting.sitting}:{window}"
    return readable(keys.blind_index("meeting.sign_in", value, lambda same: same)[1:])


async def sign_in_code(db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, now: datetime) -> Code:
    """For those who run the meeting, while it is open. Errors: MeetingUnknown, StepForbidden, StepRefused."""
    meeting = await queries.meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    _check_open(meeting)
    return Code(_code(means.keys, meeting, good_windows(now)[0]), good_until(now))


async def check_runs(db: AsyncSession, actor: Actor, meeting: Meeting) -> Part:
    """The part by which the actor runs this meeting. Errors: StepForbidden."""
    parts = parts_of(await queries.people_of(db, meeting), caller_on(actor, meeting.compound_code))
    if parts.isdisjoint(RUNNERS):
        raise step_forbidden(RUNNERS)
    return min(parts & RUNNERS)


async def read_attendance(db: AsyncSession, actor: Actor, meeting_id: UUID, purpose: str) -> Meeting:
    """PRI-2. The meeting whose names may be read in clear; the audit row keeps who asked and what for.

    Errors: MeetingUnknown, StepForbidden.
    """
    meeting = await queries.meeting(db, actor, meeting_id)
    parts = parts_of(await queries.people_of(db, meeting), caller_on(actor, meeting.compound_code))
    if parts.isdisjoint(NAMES_READERS):
        raise step_forbidden(NAMES_READERS)
    audit.note(db, "meeting", meeting.id, meeting.compound_code, purpose)
    return meeting


def _check_open(meeting: Meeting) -> None:
    if meeting.state != MeetingState.OPEN:
        raise step_refused(Why.NOT_OPEN)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A code that was scanned, and whether one agrees to be named in the posted edition."""

    code: str
    name: str | None
    is_public: bool


async def sign_in(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, asked: SignIn, now: datetime
) -> tuple[Meeting, Participant]:
    """MEET-3. In one's own session. Who is in the room already stays there. Errors: MeetingUnknown, StepRefused."""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    _check_open(meeting)
    if asked.code not in {_code(means.keys, meeting, window) for window in good_windows(now)}:
        raise step_refused(Why.CODE_WRONG)
    known = await queries.participant_of(db, meeting.id, actor.subject)
    if known is None:
        if not actor.holds(PROPOSER_ROLES, meeting.compound_code):
            raise step_refused(Why.NOT_INVITED)
        capacity = capacity_of(actor, meeting.compound_code)
        known = await add_participant(db, means.keys, meeting, actor.subject, asked.name, capacity)
    elif known.name_id is None and asked.name:
        await _name(db, means.keys, known, asked.name)
    known.is_public = asked.is_public
    await _pass(db, actor, meeting, known, Passage.ARRIVED, instant_in(meeting, now), by_code=True)
    return meeting, known


_CAPACITIES = (
    (OFFICE_ROLES, Capacity.OFFICE),
    (frozenset({Role.GRID_WORKER}), Capacity.GRID_WORKER),
    (frozenset({Role.OWNER}), Capacity.OWNER),
)


def capacity_of(actor: Actor, code: str) -> Capacity:
    """MEET-5. As what a guest comes. Party membership is never read from a role: it is his own to say (PRI-1)."""
    return next((capacity for roles, capacity in _CAPACITIES if actor.holds(roles, code)), Capacity.RESIDENT)


async def _name(db: AsyncSession, keys: Keys, participant: Participant, name: str) -> None:
    row = sealed_name(keys, name)
    db.add(row)
    await db.flush()
    participant.name_id = row.id


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody signed in at the table: one who is known, or a guest by name and capacity."""

    participant_id: UUID | None
    name: str | None
    capacity: Capacity
    is_public: bool


async def enter_arrival(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, entered: Entered, now: datetime
) -> tuple[Meeting, Participant]:
    """MEET-3. For who has no phone at hand. Errors: MeetingUnknown, ParticipantUnknown, StepForbidden, StepRefused."""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    _check_open(meeting)
    if entered.participant_id is None:
        found = await add_participant(db, means.keys, meeting, None, entered.name, entered.capacity)
        found.is_public = entered.is_public
    else:
        found = await queries.participant(db, meeting.id, entered.participant_id)
        if found.person_id is None:  # who has an account says so himself (PRI-1)
            found.is_public = entered.is_public
    await _pass(db, actor, meeting, found, Passage.ARRIVED, instant_in(meeting, now), by_code=False)
    return meeting, found


async def leave(
    db: AsyncSession, actor: Actor, meeting_id: UUID, participant_id: UUID | None, now: datetime
) -> tuple[Meeting, Participant]:
    """MEET-3. Oneself, or whoever runs the meeting for another. Errors: MeetingUnknown, Participant…, Step…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    _check_open(meeting)
    mine = await queries.participant_of(db, meeting.id, actor.subject)
    if participant_id is None or (mine is not None and mine.id == participant_id):
        if mine is None:
            raise step_refused(Why.NOT_PRESENT)
        found = mine
    else:
        await check_runs(db, actor, meeting)
        found = await queries.participant(db, meeting.id, participant_id)
    at = instant_in(meeting, now)
    if found.id not in await queries.present_now(db, meeting, at):
        raise step_refused(Why.NOT_PRESENT)
    await _pass(db, actor, meeting, found, Passage.LEFT, at, by_code=False)
    return meeting, found


async def _pass(
    db: AsyncSession,
    actor: Actor,
    meeting: Meeting,
    participant: Participant,
    passage: Passage,
    at: datetime,
    by_code: bool,
) -> None:
    """One line, unless it would say what the last one said. The meeting is locked, so positions have no gap."""
    audit.note(db, "participant", participant.id, meeting.compound_code, passage=passage)
    present = participant.id in await queries.present_now(db, meeting, at)
    if present == (passage is Passage.ARRIVED):
        return
    meeting.records += 1
    meeting.latest_at = at
    meeting.version += 1
    db.add(
        Attendance(
            meeting_id=meeting.id,
            position=meeting.records,
            sitting=meeting.sitting,
            participant_id=participant.id,
            passage=passage,
            at=at,
            by_code=by_code,
            entered_by=who(actor),
        )
    )
    await db.flush()
    await tell(db, "attendance", meeting.id, meeting.compound_code, {"records": meeting.records})
