"""What is put before a meeting: gists and proposals, the problems of an open council, the speakers' queue."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import (
    ContributionUnknown,
    ProblemUnknown,
    SpeechUnknown,
    StepIncomplete,
    step_forbidden,
    step_refused,
)
from services.meeting.history import tell
from services.meeting.house import MeansOf
from services.meeting.meetings import queries
from services.meeting.meetings.actions import instant_in
from services.meeting.meetings.attendance import check_runs
from services.meeting.rules.kinds import KINDS, Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.minutes import Saying
from services.meeting.rules.problems import Given, NextStep, missing_of
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import DESK_ROLES, Part
from services.meeting.rules.speaking import Place, floor_is_barred
from services.meeting.rules.tasks import Source
from services.meeting.tables import AgendaItem, Contribution, Meeting, Problem, Speech
from services.meeting.tasks.making import NewTask, make_task
from services.meeting.topics.actions import Proposal, enter_topic
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class NewSaying:
    """What somebody said, as the recorder writes it down."""

    item: int | None
    participant_id: UUID | None
    saying: Saying
    words: str


async def record_contribution(
    db: AsyncSession, actor: Actor, meeting_id: UUID, said: NewSaying, now: datetime
) -> Contribution:
    """MEET-5. By those who run it, while it is open or afterwards for a correction. Errors: …Unknown, Step…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    if meeting.state not in (MeetingState.OPEN, MeetingState.HELD):
        raise step_refused(Why.NOT_OPEN)
    await _check_said(db, meeting, said)
    meeting.records += 1
    meeting.version += 1
    row = Contribution(
        id=new_id(),
        meeting_id=meeting.id,
        position=meeting.records,
        item=said.item,
        participant_id=said.participant_id,
        saying=said.saying,
        words=said.words,
        at=instant_in(meeting, now),
        version=1,
    )
    db.add(row)
    audit.note(db, "contribution", row.id, meeting.compound_code)
    return row


async def _check_said(db: AsyncSession, meeting: Meeting, said: NewSaying) -> None:
    if said.participant_id is not None:
        await queries.participant(db, meeting.id, said.participant_id)
    if said.item is not None:
        await _check_item(db, meeting, said.item)


async def _check_item(db: AsyncSession, meeting: Meeting, item: int) -> None:
    if await db.get(AgendaItem, (meeting.id, item)) is None:
        raise step_refused(Why.NO_SUCH_ITEM)


async def change_contribution(
    db: AsyncSession, actor: Actor, meeting_id: UUID, contribution_id: UUID, said: NewSaying, version: int
) -> Contribution:
    """MEET-5. Laid minutes keep what they say; the change shows in the next version. Errors: …, StaleVersion."""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    wanted = select(Contribution).where(Contribution.id == contribution_id, Contribution.meeting_id == meeting.id)
    row = (await db.execute(wanted)).scalar_one_or_none()
    if row is None:
        raise ContributionUnknown
    check_version(version, row.version)
    await _check_said(db, meeting, said)
    row.item, row.participant_id, row.saying, row.words = said.item, said.participant_id, said.saying, said.words
    row.version += 1
    meeting.version += 1
    audit.note(db, "contribution", row.id, meeting.compound_code)
    return row


@dataclass(frozen=True, slots=True)
class NewProblem:
    """A problem as raised."""

    words: str
    building: str | None
    entrance: str | None


async def raise_problem(
    db: AsyncSession, actor: Actor, meeting_id: UUID, problem: NewProblem, now: datetime
) -> Problem:
    """MEET-9. By anybody who is in the room, or by those who run it. Errors: MeetingUnknown, Step…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    if not KINDS[Kind(meeting.kind)].lists_problems:
        raise step_refused(Why.NO_PROBLEMS_HERE)
    if meeting.state != MeetingState.OPEN:
        raise step_refused(Why.NOT_OPEN)
    mine = await queries.participant_of(db, meeting.id, actor.subject)
    if mine is None or mine.id not in await queries.present_now(db, meeting, instant_in(meeting, now)):
        await check_runs(db, actor, meeting)
    meeting.records += 1
    meeting.version += 1
    row = Problem(
        id=new_id(),
        meeting_id=meeting.id,
        position=meeting.records,
        words=problem.words,
        building=problem.building,
        entrance=problem.entrance,
        raised_by=actor.subject,
        raised_at=now,
    )
    db.add(row)
    audit.note(db, "problem", row.id, meeting.compound_code)
    return row


@dataclass(frozen=True, slots=True)
class Answer:
    """MEET-9. The office's reasoned next step."""

    next_step: NextStep
    reason: str | None
    category: str | None
    visit_on: date | None
    owner: str | None
    due_on: date | None

    @property
    def given(self) -> frozenset[Given]:
        return frozenset(given for given in Given if getattr(self, given.value) is not None)


async def answer_problem(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, problem_id: UUID, answer: Answer, now: datetime
) -> Problem:
    """MEET-9. Once: of two answers at once one is refused. TICKET makes a task, TOPIC a topic. Errors: …, Step…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    if not actor.holds(DESK_ROLES, meeting.compound_code):
        raise step_forbidden([Part.DESK])
    wanted = select(Problem).where(Problem.id == problem_id, Problem.meeting_id == meeting.id)
    problem = (await db.execute(wanted)).scalar_one_or_none()
    if problem is None:
        raise ProblemUnknown
    if problem.next_step is not None:
        raise step_refused(Why.ANSWERED_ALREADY)
    if missing := missing_of(answer.next_step, answer.given):
        raise StepIncomplete(missing=sorted(missing))
    problem.next_step, problem.reason, problem.visit_on = answer.next_step, answer.reason, answer.visit_on
    problem.answered_by, problem.answered_at = actor.subject, now
    meeting.version += 1
    await _carry_out(db, actor, means, meeting, problem, answer, now)
    audit.note(db, "problem", problem.id, meeting.compound_code, next_step=answer.next_step)
    data: dict[str, str | int | bool | None] = {"next_step": answer.next_step}
    await tell(db, "problem_answered", problem.id, meeting.compound_code, data)
    return problem


async def _carry_out(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting: Meeting, problem: Problem, answer: Answer, now: datetime
) -> None:
    if answer.next_step is NextStep.TICKET and answer.category:
        owner, due_on = answer.owner or "社区", answer.due_on or day_of(now)
        task = NewTask(problem.words, answer.category, problem.building, problem.entrance, owner, due_on)
        await make_task(db, means.jobs, meeting, Source.PROBLEM, problem.id, task, now, meeting_id=meeting.id)
    if answer.next_step is NextStep.TOPIC:
        proposal = Proposal(problem.id, meeting.compound_id, problem.words[:80], problem.words)
        compound = (meeting.compound_id, meeting.compound_code)
        problem.topic_id = (await enter_topic(db, actor, *compound, proposal, now, problem_id=problem.id)).id


async def unanswered(db: AsyncSession, meeting_id: UUID) -> int:
    """MEET-9. How many problems wait for their answer."""
    wanted = select(func.count()).where(Problem.meeting_id == meeting_id, Problem.next_step.is_(None))
    return int((await db.execute(wanted)).scalar_one())


async def ask_to_speak(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, item: int, now: datetime
) -> Speech:
    """MEET-8. Who is in the room joins the queue of one item, once at a time. Errors: MeetingUnknown, StepRefused."""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    if meeting.state != MeetingState.OPEN:
        raise step_refused(Why.NOT_OPEN)
    mine = await queries.participant_of(db, meeting.id, actor.subject)
    if mine is None or mine.id not in await queries.present_now(db, meeting, instant_in(meeting, now)):
        raise step_refused(Why.NOT_PRESENT)
    await _check_item(db, meeting, item)
    waiting = select(Speech.id).where(Speech.item == item, Speech.participant_id == mine.id, Speech.ended_at.is_(None))
    if (await db.execute(waiting.where(*_in_sitting(meeting, meeting.sitting)))).first():
        raise step_refused(Why.QUEUE_FULL)
    row = Speech(
        id=new_id(),
        meeting_id=meeting.id,
        sitting=meeting.sitting,
        item=item,
        participant_id=mine.id,
        asked_at=now,
        seconds=means.rules.speaker_seconds,
    )
    db.add(row)
    audit.note(db, "speech", row.id, meeting.compound_code)
    return row


async def turn_speech(
    db: AsyncSession, actor: Actor, meeting_id: UUID, speech_id: UUID, starts: bool, now: datetime
) -> Speech:
    """MEET-8. Those who run it give the floor and take it back; one speaks at a time. Errors: …Unknown, Step…"""
    meeting = await queries.locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    queue = (await db.execute(select(Speech).where(Speech.meeting_id == meeting.id))).scalars().all()
    row = next((speech for speech in queue if speech.id == speech_id), None)
    if row is None:
        raise SpeechUnknown
    if starts and meeting.state != MeetingState.OPEN:
        raise step_refused(Why.NOT_OPEN)
    if starts and (why := floor_is_barred(_place(row), map(_place, queue), meeting.sitting)):
        raise step_refused(why)
    if starts:
        row.started_at = row.started_at or now
    elif row.started_at is not None:
        row.ended_at = row.ended_at or now
    audit.note(db, "speech", row.id, meeting.compound_code)
    return row


def _place(speech: Speech) -> Place:
    return Place(speech.id, speech.sitting, speech.started_at is not None and speech.ended_at is None)


def _in_sitting(meeting: Meeting, sitting: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Speech.meeting_id == meeting.id, Speech.sitting == sitting


async def speeches_of(db: AsyncSession, meeting: Meeting, sitting: int | None) -> list[Speech]:
    """MEET-8. The queue of a sitting (None: of the present one) and who spoke, in the order of asking."""
    wanted = select(Speech).where(*_in_sitting(meeting, meeting.sitting if sitting is None else sitting))
    return list((await db.execute(wanted.order_by(Speech.asked_at, Speech.id))).scalars())
