"""Put up a topic, second it, screen it, move it on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import PlaceUnknown, StepIncomplete, TopicUnknown, step_forbidden, step_refused
from services.meeting.history import Happened, tell, write_down
from services.meeting.house import MeansOf
from services.meeting.meetings.queries import locked_meeting
from services.meeting.neighbours import compound_of
from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.moves import Need
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import PROPOSER_ROLES, Part
from services.meeting.rules.screening import ASKED, Asked, Outcome, Questions, screen
from services.meeting.rules.tasks import Source
from services.meeting.rules.topics import MeetingFacts, TopicState, is_fit_lead
from services.meeting.sight import caller_on, who
from services.meeting.tables import AgendaItem, Meeting, Topic, TopicSecond
from services.meeting.tasks.making import NewTask, make_task
from services.meeting.topics import moving, queries
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody puts up. The same client id again is the same topic."""

    client_id: UUID | None
    compound_id: UUID
    title: str
    words: str


async def propose_topic(db: AsyncSession, actor: Actor, means: MeansOf, proposal: Proposal, now: datetime) -> Topic:
    """MEET-1. Errors: PlaceUnknown."""
    compound = await compound_of(means.registry, proposal.compound_id)
    if not actor.holds(PROPOSER_ROLES, compound.code):
        raise PlaceUnknown
    return await enter_topic(db, actor, compound.id, compound.code, proposal, now)


async def enter_topic(
    db: AsyncSession,
    actor: Actor,
    compound_id: UUID,
    compound_code: str,
    proposal: Proposal,
    now: datetime,
    problem_id: UUID | None = None,
) -> Topic:
    """A collected topic; of two with one client id the second waits for the first and finds it."""
    row_id = new_id()
    values = {
        "id": row_id,
        "client_id": proposal.client_id,
        "compound_id": compound_id,
        "compound_code": compound_code,
        "title": proposal.title,
        "words": proposal.words,
        "state": TopicState.COLLECTED,
        "proposer_id": actor.subject,
        "problem_id": problem_id,
        "seconds": 0,
        "joined": 0,
        "proposed_at": now,
        "version": 1,
    }
    row = insert(Topic).values(values).on_conflict_do_nothing(index_elements=["proposer_id", "client_id"])
    added = (await db.execute(row.returning(Topic.id))).first()
    same = (
        Topic.id == row_id
        if added
        else ((Topic.proposer_id == actor.subject) & (Topic.client_id == proposal.client_id))
    )
    topic = (await db.execute(select(Topic).where(same))).scalar_one()
    if added:
        await write_down(db, topic, Happened("TOPIC", None, who(actor), now))
    return topic


async def change_topic(db: AsyncSession, actor: Actor, topic_id: UUID, title: str, words: str, version: int) -> Topic:
    """Its proposer corrects it while nobody has seconded or screened it. Errors: TopicUnknown, Step…, StaleVersion."""
    topic = await queries.locked_topic(db, actor, topic_id)
    if topic.proposer_id != actor.subject:
        raise step_forbidden([Part.PROPOSER])
    check_version(version, topic.version)
    if topic.state != TopicState.COLLECTED or topic.seconds:
        raise step_refused(Why.NO_LONGER_COLLECTED)
    topic.title, topic.words = title, words
    topic.version += 1
    audit.note(db, "topic", topic.id, topic.compound_code)
    return topic


async def second_topic(db: AsyncSession, actor: Actor, topic_id: UUID, now: datetime) -> Topic:
    """MEET-1. Once a person; a second time changes nothing. Errors: TopicUnknown, StepForbidden, StepRefused."""
    topic = await queries.locked_topic(db, actor, topic_id)
    if not actor.holds(PROPOSER_ROLES, topic.compound_code):
        raise step_forbidden([Part.NEIGHBOUR])
    if topic.proposer_id == actor.subject:
        raise step_refused(Why.OWN_TOPIC)
    if topic.state != TopicState.COLLECTED:
        raise step_refused(Why.NO_LONGER_COLLECTED)
    row = insert(TopicSecond).values(topic_id=topic.id, person_id=actor.subject, at=now).on_conflict_do_nothing()
    added = (await db.execute(row.returning(TopicSecond.person_id))).first()
    topic.seconds += added is not None
    audit.note(db, "topic", topic.id, topic.compound_code)
    if added:
        await tell(db, "topic_seconded", topic.id, topic.compound_code, {"seconds": topic.seconds})
    return topic


@dataclass(frozen=True, slots=True)
class Screening:
    """What the office finds and what it makes of it. `place`: building and entrance of a ticket."""

    test: Questions
    outcome: Outcome
    reason: str | None
    where_to_go: str | None
    merge_into: UUID | None
    category: str | None
    place: tuple[str | None, str | None]

    @property
    def given(self) -> frozenset[Asked]:
        return frozenset(asked for asked in Asked if getattr(self, asked.value) is not None)


async def screen_topic(
    db: AsyncSession, actor: Actor, means: MeansOf, topic_id: UUID, screening: Screening, now: datetime
) -> Topic:
    """MEET-2. Judged under lock: of two screenings at once one is refused. Errors: TopicUnknown, NextMove…, Step…"""
    wanted = screening.merge_into if screening.outcome is Outcome.MERGE else None
    lead = await _locked_lead(db, actor, topic_id, wanted)
    topic = await queries.locked_topic(db, actor, topic_id)
    caller = caller_on(actor, topic.compound_code)
    given = frozenset({Need.OUTCOME})
    part = await moving.judge_move(db, topic, caller, TopicState.SCREENED, given, means.rules, now)
    if why := screen(screening.test, screening.outcome):
        raise step_refused(why)
    if missing := ASKED[screening.outcome] - screening.given:
        raise StepIncomplete(missing=sorted(missing))
    topic.outcome, topic.reason, topic.where_to_go = screening.outcome, screening.reason, screening.where_to_go
    topic.test = _written(screening.test)
    if screening.outcome is Outcome.MERGE:
        _merge(topic, lead)
    said = {"outcome": screening.outcome.value, "reason": screening.reason, "where_to_go": screening.where_to_go}
    await moving.put(db, topic, TopicState.SCREENED, who(actor), now, by=part, **said)
    if screening.outcome is Outcome.TO_TICKET and screening.category:
        what = f"{topic.title}:{topic.words}"
        words = NewTask(what, screening.category, *screening.place, "社区", day_of(now), screening.test.emergency)
        await make_task(db, means.jobs, topic, Source.TOPIC, topic.id, words, now, topic_id=topic.id)
    return topic


def _written(test: Questions) -> dict[str, bool]:
    return {name: getattr(test, name) for name in Questions.__slots__}


async def _locked_lead(db: AsyncSession, actor: Actor, topic_id: UUID, lead_id: UUID | None) -> Topic | None:
    """MEET-1. Both topics of a merge are locked in the order of their ids, so that two merges never wait in a ring."""
    if lead_id is None:
        return None
    wanted = select(Topic.id).where(Topic.id.in_([topic_id, lead_id])).order_by(Topic.id)
    await db.execute(wanted.with_for_update())
    return await queries.locked_topic(db, actor, lead_id)


def _merge(topic: Topic, lead: Topic | None) -> None:
    """MEET-1. The leading topic counts those that joined it; each keeps its proposer and its seconds."""
    if lead is None:
        raise TopicUnknown
    outcome = Outcome(lead.outcome) if lead.outcome else None
    same_compound = lead.compound_id == topic.compound_id
    if not is_fit_lead(TopicState(lead.state), outcome, lead.id == topic.id, same_compound):
        raise step_refused(Why.LEAD_UNFIT)
    topic.merged_into = lead.id
    lead.joined += 1
    lead.version += 1


@dataclass(frozen=True, slots=True)
class Wish:
    """A move as asked for."""

    to: TopicState
    reason: str | None = None
    meeting_id: UUID | None = None
    evaluation: str | None = None

    @property
    def given(self) -> frozenset[Need]:
        named = ((Need.REASON, self.reason), (Need.MEETING, self.meeting_id), (Need.EVALUATION, self.evaluation))
        return frozenset(need for need, value in named if value is not None)


async def move_topic(
    db: AsyncSession, actor: Actor, means: MeansOf, topic_id: UUID, wish: Wish, now: datetime
) -> Topic:
    """MEET-1. Judged under lock, the meeting's row before the topic's. Errors: …Unknown, NextMove…"""
    meeting = await _locked_meeting(db, actor, topic_id, wish)
    lead = await _lead_left(db, actor, topic_id) if wish.to is TopicState.COLLECTED else None
    topic = await queries.locked_topic(db, actor, topic_id)
    facts = _facts(meeting, topic) if wish.to is TopicState.SCHEDULED else None
    caller = caller_on(actor, topic.compound_code)
    part = await moving.judge_move(db, topic, caller, wish.to, wish.given, means.rules, now, facts)
    if wish.to is TopicState.SCHEDULED and meeting is not None:
        topic.meeting_id, topic.result, topic.posted_at = meeting.id, None, None
        await _onto_agenda(db, meeting, topic)
    if wish.to is TopicState.DEFERRED and meeting is not None and meeting.id == topic.meeting_id:
        await _off_agenda(db, meeting, topic)
    topic.reason = wish.reason or topic.reason
    topic.evaluation = wish.evaluation or topic.evaluation
    if wish.to is TopicState.COLLECTED:
        _take_back(topic, lead)
    await moving.put(db, topic, wish.to, who(actor), now, by=part, reason=wish.reason)
    return topic


async def _lead_left(db: AsyncSession, actor: Actor, topic_id: UUID) -> Topic | None:
    """The topic that this one was merged into, both locked as a merge locks them."""
    merged = await db.execute(select(Topic.merged_into).where(Topic.id == topic_id))
    return await _locked_lead(db, actor, topic_id, merged.scalar_one_or_none())


def _take_back(topic: Topic, lead: Topic | None) -> None:
    """MEET-2. Nothing was found of it; what was found and why that was wrong stands in its history."""
    if topic.merged_into != (lead.id if lead else None):
        raise step_refused(Why.SCREENED_ANEW)  # between our look and our lock
    if lead is not None:
        lead.joined -= 1
        lead.version += 1
    topic.outcome = topic.test = topic.reason = topic.where_to_go = topic.merged_into = None


async def _locked_meeting(db: AsyncSession, actor: Actor, topic_id: UUID, wish: Wish) -> Meeting | None:
    if wish.to is TopicState.SCHEDULED and wish.meeting_id is not None:
        return await locked_meeting(db, actor, wish.meeting_id)
    if wish.to is TopicState.DEFERRED:
        found = await db.execute(select(Topic.meeting_id).where(Topic.id == topic_id))
        meeting_id = found.scalar_one_or_none()
        return await locked_meeting(db, actor, meeting_id) if meeting_id else None
    return None


def _facts(meeting: Meeting | None, topic: Topic) -> MeetingFacts | None:
    if meeting is None:
        return None
    return MeetingFacts(MeetingState(meeting.state), Kind(meeting.kind), meeting.compound_id == topic.compound_id)


async def _onto_agenda(db: AsyncSession, meeting: Meeting, topic: Topic) -> None:
    last = await db.execute(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id))
    position = (last.scalar_one() or 0) + 1
    db.add(AgendaItem(meeting_id=meeting.id, position=position, title=topic.title, topic_id=topic.id))
    meeting.version += 1


async def _off_agenda(db: AsyncSession, meeting: Meeting, topic: Topic) -> None:
    """An agenda that was announced stays as it was announced; its vote is simply not opened (VOTE-9)."""
    if meeting.state != MeetingState.DRAFT:
        return
    item = await db.execute(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, AgendaItem.topic_id == topic.id)
    )
    if (row := item.scalar_one_or_none()) is not None:
        await db.delete(row)
        meeting.version += 1
