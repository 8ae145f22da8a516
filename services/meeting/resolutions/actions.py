"""Put a resolution, open its vote, vote, close it, hand out its tasks."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import move_refusal, step_forbidden, step_refused
from services.meeting.history import Happened, tell, write_down
from services.meeting.house import MeansOf
from services.meeting.meetings.actions import instant_in
from services.meeting.meetings.attendance import check_runs
from services.meeting.meetings.queries import (
    locked_meeting,
    members_of,
    participant,
    participant_of,
    people_of,
    present_now,
    quorum_now,
)
from services.meeting.resolutions import queries
from services.meeting.rules.attendance import Quorum
from services.meeting.rules.kinds import KINDS, Kind, pass_of
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import MEMBER, Part, parts_of
from services.meeting.rules.tasks import Source
from services.meeting.rules.topics import TopicState
from services.meeting.rules.votes import (
    RESOLUTION_MOVES,
    Choice,
    Method,
    ResolutionState,
    Tally,
    is_possible,
    outcome,
)
from services.meeting.sight import HOUSE, caller_on, who
from services.meeting.tables import AgendaItem, Elector, Meeting, Resolution, Task, Topic, Vote
from services.meeting.tasks.making import NewTask, make_task
from services.meeting.topics.moving import put as put_topic
from shared import audit
from shared.database import new_id
from shared.identity import Actor


@dataclass(frozen=True, slots=True)
class Motion:
    """A text put to the vote, on one item of the agenda."""

    item: int
    text: str
    method: Method


async def put_resolution(db: AsyncSession, actor: Actor, meeting_id: UUID, motion: Motion, now: datetime) -> Resolution:
    """MEET-3, VOTE-9. While the meeting is open, on an item that was announced. Errors: MeetingUnknown, Step…"""
    meeting = await locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    if not KINDS[Kind(meeting.kind)].resolves:
        raise step_refused(Why.MAY_NOT_RESOLVE)
    if meeting.state != MeetingState.OPEN:
        raise step_refused(Why.NOT_OPEN)
    item = await db.get(AgendaItem, (meeting.id, motion.item))
    if item is None:
        raise step_refused(Why.NOT_ANNOUNCED)
    await _check_undecided(db, meeting.id, motion.item)
    resolution = Resolution(
        id=new_id(),
        meeting_id=meeting.id,
        compound_id=meeting.compound_id,
        compound_code=meeting.compound_code,
        item=motion.item,
        topic_id=item.topic_id,
        text=motion.text,
        text_digest=hashlib.sha256(motion.text.encode()).hexdigest(),
        method=motion.method,
        state=ResolutionState.DRAFT,
        sitting=meeting.sitting,
        put_at=now,
        version=1,
    )
    db.add(resolution)
    await db.flush()
    meeting.version += 1
    await write_down(db, resolution, Happened("RESOLUTION", None, who(actor), now))
    return resolution


async def _check_undecided(db: AsyncSession, meeting_id: UUID, item: int) -> None:
    """An item is decided once. Of several texts put on it the first that is carried or lost decides."""
    decided = select(Resolution.id).where(
        Resolution.meeting_id == meeting_id,
        Resolution.item == item,
        Resolution.state.in_([ResolutionState.PASSED, ResolutionState.LOST]),
    )
    if (await db.execute(decided)).first():
        raise step_refused(Why.RESOLVED_ALREADY)


async def open_vote(db: AsyncSession, actor: Actor, means: MeansOf, resolution_id: UUID, now: datetime) -> Resolution:
    """MEET-3. With quorum only; the members present now are its electors. Errors: ResolutionUnknown, NextMove…"""
    meeting, resolution, now = await _locked(db, actor, resolution_id, now)
    part = await _judge(db, actor, means, meeting, resolution, ResolutionState.OPEN, now)
    running = select(Resolution.id).where(Resolution.meeting_id == meeting.id, Resolution.state == ResolutionState.OPEN)
    if (await db.execute(running)).first():
        raise step_refused(Why.VOTE_RUNS)
    await _check_undecided(db, meeting.id, resolution.item)
    members = await members_of(db, meeting.id)
    electors = sorted(members & await present_now(db, meeting, now))
    rows = [{"resolution_id": resolution.id, "participant_id": elector} for elector in electors]
    await db.execute(insert(Elector), rows)
    resolution.members, resolution.electors, resolution.opened_at = len(members), len(electors), now
    await _put(db, meeting, resolution, ResolutionState.OPEN, actor, now, part)
    return resolution


async def _locked(
    db: AsyncSession, actor: Actor, resolution_id: UUID, now: datetime
) -> tuple[Meeting, Resolution, datetime]:
    meeting = await locked_meeting(db, actor, await queries.meeting_of(db, actor, resolution_id))
    return meeting, await queries.locked_resolution(db, resolution_id), instant_in(meeting, now)


async def _judge(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    meeting: Meeting,
    resolution: Resolution,
    to: ResolutionState,
    now: datetime,
) -> Part:
    parts = parts_of(await people_of(db, meeting), caller_on(actor, meeting.compound_code))
    case = await queries.case_of(db, meeting, resolution, means.rules, now)
    here = ResolutionState(resolution.state)
    if refused := RESOLUTION_MOVES.judge(here, to, parts, frozenset(), case):
        arc = RESOLUTION_MOVES.arcs.get((here, to))
        found = RESOLUTION_MOVES.allowed(here, parts, case)
        said: list[dict[str, object]] = [{"to": state.value, "needs": []} for state, _ in found]
        raise move_refusal(refused, sorted(arc.by) if arc else (), state=here, allowed=said)
    return min(RESOLUTION_MOVES.arcs[here, to].by & parts)


async def _put(
    db: AsyncSession,
    meeting: Meeting,
    resolution: Resolution,
    to: ResolutionState,
    actor: Actor,
    now: datetime,
    part: Part,
) -> None:
    before, resolution.state = resolution.state, to
    resolution.version += 1
    meeting.version += 1
    meeting.latest_at = now
    await write_down(db, resolution, Happened("RESOLUTION", before, who(actor), now, {"by": part}))


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote: one's own, or that of a member without a phone, entered by those who run the meeting."""

    choice: Choice
    participant_id: UUID | None


async def cast_vote(db: AsyncSession, actor: Actor, resolution_id: UUID, cast: Cast, now: datetime) -> Resolution:
    """MEET-3. One vote a member: the first stands. Present, and on the roll of this vote. Errors: …Unknown, Step…"""
    meeting_id = await queries.meeting_of(db, actor, resolution_id)
    # Shared locks: members vote side by side, while nobody can leave, arrive or close in between.
    meeting = await locked_meeting(db, actor, meeting_id, shared=True)
    resolution = await queries.locked_resolution(db, resolution_id, shared=True)
    if resolution.state != ResolutionState.OPEN:
        raise step_refused(Why.VOTE_NOT_OPEN)
    if resolution.method != Method.NAMED:
        raise step_refused(Why.COUNTED_BY_HAND)
    voter = await _voter(db, actor, meeting, cast)
    if voter not in await queries.electors_of(db, resolution.id):
        raise step_refused(Why.NOT_AN_ELECTOR)
    at = instant_in(meeting, now)
    if voter not in await present_now(db, meeting, at):
        raise step_refused(Why.NOT_PRESENT)
    row = insert(Vote).values(
        resolution_id=resolution.id, participant_id=voter, choice=cast.choice, at=at, entered_by=who(actor)
    )
    added = await db.execute(row.on_conflict_do_nothing().returning(Vote.participant_id))
    if added.first() is None:
        raise step_refused(Why.VOTED_ALREADY)
    audit.note(db, "resolution", resolution.id, resolution.compound_code)  # that he voted, never how
    return resolution


async def _voter(db: AsyncSession, actor: Actor, meeting: Meeting, cast: Cast) -> UUID:
    mine = await participant_of(db, meeting.id, actor.subject)
    if cast.participant_id is None or (mine is not None and mine.id == cast.participant_id):
        if mine is None:
            raise step_refused(Why.NOT_AN_ELECTOR)
        return mine.id
    await check_runs(db, actor, meeting)
    other = await participant(db, meeting.id, cast.participant_id)
    if other.person_id is not None:  # who has an account votes in his own session
        raise step_forbidden([MEMBER])
    return other.id


@dataclass(frozen=True, slots=True)
class Counted:
    """A count by show of hands."""

    agree: int
    oppose: int
    abstain: int


async def close_vote(
    db: AsyncSession, actor: Actor, means: MeansOf, resolution_id: UUID, counted: Counted | None, now: datetime
) -> Resolution:
    """MEET-3. Counts, tests quorum again, and moves the topic on. Errors: ResolutionUnknown, NextMove…, StepRefused."""
    meeting, resolution, now = await _locked(db, actor, resolution_id, now)
    count = await _count(db, resolution, counted) if resolution.state == ResolutionState.OPEN else _NOTHING
    quorum = await quorum_now(db, meeting, means.rules, now) or _NO_QUORUM
    to = outcome(count, quorum, pass_of(Kind(meeting.kind), means.rules))
    part = await _judge(db, actor, means, meeting, resolution, to, now)
    resolution.agree, resolution.oppose, resolution.abstain = count.agree, count.oppose, count.abstain
    resolution.present_at_close, resolution.closed_at = quorum.present, now
    await _put(db, meeting, resolution, to, actor, now, part)
    await db.flush()
    await _resolve_topic(db, resolution, to, now)
    return resolution


_NOTHING = Tally(0, 0, 0, 0)
_NO_QUORUM = Quorum(0, 0, 1, stands=False)


async def _count(db: AsyncSession, resolution: Resolution, counted: Counted | None) -> Tally:
    if resolution.method == Method.NAMED:
        if counted is not None:
            raise step_refused(Why.CAST_BY_NAME)
        return await queries.tally_of(db, resolution)
    if counted is None:
        raise step_refused(Why.COUNTED_BY_HAND)
    count = Tally(resolution.electors or 0, counted.agree, counted.oppose, counted.abstain)
    if not is_possible(count):
        raise step_refused(Why.COUNT_IMPOSSIBLE)
    return count


async def _resolve_topic(db: AsyncSession, resolution: Resolution, to: ResolutionState, now: datetime) -> None:
    """MEET-1. A vote that lapsed leaves its topic where it was."""
    if resolution.topic_id is None or to is ResolutionState.LAPSED:
        return
    wanted = select(Topic).where(Topic.id == resolution.topic_id).with_for_update()
    topic = (await db.execute(wanted.execution_options(populate_existing=True))).scalar_one()
    if topic.state != TopicState.SCHEDULED or topic.meeting_id != resolution.meeting_id:
        return
    topic.result = to
    await put_topic(db, topic, TopicState.RESOLVED, HOUSE, now, by=Part.HOUSE, result=to)


async def hand_out_task(
    db: AsyncSession, actor: Actor, means: MeansOf, resolution_id: UUID, task: NewTask, now: datetime
) -> Task:
    """MEET-6. A passed resolution's task, which lives on as a ticket. Errors: ResolutionUnknown, Step…"""
    meeting, resolution, _ = await _locked(db, actor, resolution_id, now)
    await check_runs(db, actor, meeting)
    if resolution.state != ResolutionState.PASSED:
        raise step_refused(Why.NOT_PASSED)
    meeting.version += 1
    made = await make_task(
        db,
        means.jobs,
        meeting,
        Source.RESOLUTION,
        resolution.id,
        task,
        now,
        topic_id=resolution.topic_id,
        meeting_id=meeting.id,
    )
    audit.note(db, "task", made.id, made.compound_code)
    data: dict[str, str | int | bool | None] = {"resolution_id": str(resolution.id)}
    await tell(db, "task_handed_out", made.id, made.compound_code, data)
    return made
