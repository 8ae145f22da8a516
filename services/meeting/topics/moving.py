"""Carries a granted move of a locked topic out, with history, audit and event; and follows what meetings do to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import YearUnpublished, move_refusal
from services.meeting.history import Happened, write_down
from services.meeting.rules.moves import Need
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.roles import Caller, Part, parts_of
from services.meeting.rules.topics import TOPIC_MOVES, MeetingFacts, TopicState
from services.meeting.sight import HOUSE
from services.meeting.tables import Topic
from services.meeting.topics import queries
from shared.days import CalendarMissing


async def judge_move(
    db: AsyncSession,
    topic: Topic,
    caller: Caller,
    to: TopicState,
    given: frozenset[Need],
    rules: Parameters,
    now: datetime,
    meeting: MeetingFacts | None = None,
) -> Part:
    """MEET-1. The part by which the caller may. Errors: NextMove…, YearUnpublished."""
    here, parts = TopicState(topic.state), parts_of(queries.people_of(topic), caller)
    unfinished = await queries.unfinished_tasks(db, topic.id)
    vote_runs = to is TopicState.DEFERRED and await queries.is_voted_on(db, topic.id)
    case = replace(queries.case_of(topic, unfinished, rules, now), meeting=meeting, vote_runs=vote_runs)
    try:
        refused = TOPIC_MOVES.judge(here, to, parts, given, case)
    except CalendarMissing as missing:  # DAY-1
        raise YearUnpublished(year=missing.year) from None
    if refused:
        arc = TOPIC_MOVES.arcs.get((here, to))
        needed = sorted(arc.by) if arc else []
        raise move_refusal(refused, needed, state=here, allowed=open_moves(topic, caller, unfinished, rules, now))
    return min(TOPIC_MOVES.arcs[here, to].by & parts)


def open_moves(topic: Topic, caller: Caller, unfinished: int, rules: Parameters, now: datetime) -> list[dict[str, Any]]:
    """`allowed` as the wire shows it; a move that hangs on an unpublished year is left out (DAY-1)."""
    parts = parts_of(queries.people_of(topic), caller)
    case = queries.case_of(topic, unfinished, rules, now)
    try:
        found = TOPIC_MOVES.allowed(TopicState(topic.state), parts, case)
    except CalendarMissing:
        return []
    return [{"to": to.value, "needs": sorted(need.value for need in needs)} for to, needs in found]


async def put(
    db: AsyncSession, topic: Topic, to: TopicState, actor: str, now: datetime, **facts: str | int | bool | None
) -> None:
    """Put a locked topic into a state that was granted."""
    before = topic.state
    topic.state = to
    topic.version += 1
    await write_down(db, topic, Happened("TOPIC", before, actor, now, facts))


async def locked_of_meeting(db: AsyncSession, meeting_id: UUID, state: TopicState) -> Sequence[Topic]:
    """The meeting's topics in this state, locked in the order of their ids; lock the meeting first."""
    wanted = select(Topic).where(Topic.meeting_id == meeting_id, Topic.state == state)
    return (await db.execute(wanted.order_by(Topic.id).with_for_update())).scalars().all()


async def defer_unresolved(db: AsyncSession, meeting_id: UUID, why: str, now: datetime) -> None:
    """MEET-1. What a meeting that is over did not resolve waits for another."""
    for topic in await locked_of_meeting(db, meeting_id, TopicState.SCHEDULED):
        topic.reason = why
        await put(db, topic, TopicState.DEFERRED, HOUSE, now, by=Part.HOUSE, reason=why)


async def publicise(db: AsyncSession, meeting_id: UUID, now: datetime) -> None:
    """MEET-1. With the posted minutes the resolved topics are posted."""
    for topic in await locked_of_meeting(db, meeting_id, TopicState.RESOLVED):
        topic.posted_at = now
        await put(db, topic, TopicState.PUBLICISED, HOUSE, now, by=Part.HOUSE)
