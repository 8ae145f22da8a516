"""Drafts the minutes of a meeting from what was recorded in it: nobody writes them by hand (MEET-5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.house import MeansOf
from services.meeting.meetings import queries
from services.meeting.names import open_names
from services.meeting.rules.attendance import Capacity, Entry, Passage, needed, quorum_at
from services.meeting.rules.kinds import Kind, quorum_of
from services.meeting.rules.minutes import (
    AgendaLine,
    Attachment,
    Attendee,
    CastVote,
    Minutes,
    Named,
    ProblemLine,
    QuorumTest,
    ResolutionLine,
    Said,
    Saying,
    TaskLine,
)
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.problems import NextStep
from services.meeting.rules.tasks import Source
from services.meeting.rules.votes import BINDS_NO_OWNER, Choice, Method, ResolutionState
from services.meeting.tables import Contribution, Meeting, Participant, Problem, Resolution, Task, Vote


@dataclass(frozen=True, slots=True)
class Heading:
    """What a draft does not take from the records."""

    version: int
    correction: str | None
    salt: str
    attachments: tuple[Attachment, ...] = ()


async def drafted(db: AsyncSession, means: MeansOf, meeting: Meeting, heading: Heading) -> Minutes:
    """MEET-5. The minutes as the records give them now."""
    people = await queries.participants_of(db, meeting.id)
    names = await open_names(db, means.keys, [person.name_id for person in people])
    named = {person.id: _named(person, names) for person in people}
    entries = await queries.entries_of(db, meeting)
    agenda = await queries.agenda_of(db, meeting.id)
    return Minutes(
        number=meeting.number,
        version=heading.version,
        correction=heading.correction,
        compound_code=meeting.compound_code,
        kind=Kind(meeting.kind),
        title=meeting.title,
        place=meeting.place,
        sitting=meeting.sitting,
        noticed_at=meeting.noticed_at,
        opened_at=meeting.opened_at,
        ended_at=meeting.ended_at,
        chair=named.get(meeting.chair_id) if meeting.chair_id else None,
        recorder=named.get(meeting.recorder_id) if meeting.recorder_id else None,
        witness=named.get(meeting.witness_id) if meeting.witness_id else None,
        quorum=_quorum(meeting, entries, frozenset(one.id for one in people if one.is_member), means.rules),
        attendees=tuple(Attendee(named[one.id], one.is_member, _first_arrival(entries, one.id)) for one in people),
        agenda=tuple(AgendaLine(item.position, item.title) for item in agenda),
        said=await _said(db, meeting, named),
        problems=await _problems(db, meeting.id),
        resolutions=await _resolutions(db, meeting, named),
        attachments=heading.attachments,
        salt=heading.salt,
    )


def _named(person: Participant, names: Mapping[UUID, str]) -> Named:
    name = names.get(person.name_id) if person.name_id else None
    return Named(name, Capacity(person.capacity), person.is_public)


def _first_arrival(entries: list[Entry], who: UUID) -> datetime | None:
    return next((entry.at for entry in entries if entry.who == who and entry.passage is Passage.ARRIVED), None)


def _quorum(meeting: Meeting, entries: list[Entry], members: frozenset[UUID], rules: Parameters) -> QuorumTest | None:
    """MEET-3. The best instant of the sitting: presence changes only at a line of the attendance."""
    share = quorum_of(Kind(meeting.kind), rules)
    if share is None:
        return None
    tests = [quorum_at(entries[: place + 1], members, share, entry.at) for place, entry in enumerate(entries)]
    most = max((test.present for test in tests), default=0)
    return QuorumTest(len(members), needed(len(members), share), most, any(test.stands for test in tests))


async def _said(db: AsyncSession, meeting: Meeting, named: Mapping[UUID, Named]) -> tuple[Said, ...]:
    """What was said since this sitting opened: what a sitting without quorum heard is not of this one."""
    wanted = select(Contribution).where(Contribution.meeting_id == meeting.id, Contribution.at >= meeting.opened_at)
    rows = (await db.execute(wanted.order_by(Contribution.position))).scalars()
    return tuple(
        Said(row.item, named.get(row.participant_id) if row.participant_id else None, Saying(row.saying), row.words)
        for row in rows
    )


async def _problems(db: AsyncSession, meeting_id: UUID) -> tuple[ProblemLine, ...]:
    rows = (
        await db.execute(select(Problem).where(Problem.meeting_id == meeting_id).order_by(Problem.position))
    ).scalars()
    return tuple(
        ProblemLine(place, row.words, NextStep(row.next_step) if row.next_step else None, row.reason)
        for place, row in enumerate(rows, start=1)
    )


async def _resolutions(db: AsyncSession, meeting: Meeting, named: Mapping[UUID, Named]) -> tuple[ResolutionLine, ...]:
    """MEET-5. Each that was voted on in this sitting, with how each member voted, and its tasks."""
    wanted = select(Resolution).where(
        Resolution.meeting_id == meeting.id,
        Resolution.sitting == meeting.sitting,
        Resolution.closed_at.is_not(None),
    )
    rows = (await db.execute(wanted.order_by(Resolution.closed_at))).scalars().all()
    ids = [row.id for row in rows]
    votes: dict[UUID, list[CastVote]] = {one: [] for one in ids}
    cast = select(Vote).where(Vote.resolution_id.in_(ids)).order_by(Vote.participant_id)
    for vote in (await db.execute(cast)).scalars():
        votes[vote.resolution_id].append(CastVote(named[vote.participant_id], Choice(vote.choice)))
    tasks: dict[UUID, list[TaskLine]] = {one: [] for one in ids}
    handed = select(Task).where(Task.source == Source.RESOLUTION, Task.source_id.in_(ids)).order_by(Task.id)
    for task in (await db.execute(handed)).scalars():
        tasks[task.source_id].append(TaskLine(task.words, task.owner, task.due_on))
    return tuple(_resolution(row, votes[row.id], tasks[row.id]) for row in rows)


def _resolution(row: Resolution, votes: list[CastVote], tasks: list[TaskLine]) -> ResolutionLine:
    zh, en = BINDS_NO_OWNER  # MEET-4
    return ResolutionLine(
        item=row.item,
        text=row.text,
        method=Method(row.method),
        electors=row.electors or 0,
        agree=row.agree or 0,
        oppose=row.oppose or 0,
        abstain=row.abstain or 0,
        outcome=ResolutionState(row.state),
        votes=tuple(votes),
        tasks=tuple(tasks),
        notice_zh=zh,
        notice_en=en,
    )
