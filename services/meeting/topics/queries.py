"""Which topics there are, which of them a caller may know of, and what each judgement needs of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import TopicUnknown
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.roles import READER_ROLES, People
from services.meeting.rules.screening import Outcome
from services.meeting.rules.tasks import TaskState
from services.meeting.rules.topics import TopicCase, TopicState
from services.meeting.rules.votes import ResolutionState
from services.meeting.sight import under, within
from services.meeting.tables import Resolution, Step, Task, Topic, TopicSecond
from shared.identity import Actor
from shared.paging import Orders, down, up

TOPICS = Orders(
    "topics",
    {
        "newest": (down(Topic.proposed_at), down(Topic.id)),
        "most_seconded": (down(Topic.seconds), down(Topic.id)),
    },
)
HISTORY = Orders("topic_history", {"oldest": (up(Step.position),)})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list; None is no filter."""

    compound_id: UUID | None = None
    region: str | None = None
    state: TopicState | None = None
    mine: bool = False


def visible(actor: Actor, wanted: Wanted) -> Select[Any]:
    """Rows of (Topic, unfinished tasks, whether the actor seconded it)."""
    conditions = [within(actor, Topic.compound_code)]
    if wanted.compound_id is not None:
        conditions.append(Topic.compound_id == wanted.compound_id)
    if wanted.region is not None:
        conditions.append(under(Topic.compound_code, wanted.region))
    if wanted.state is not None:
        conditions.append(Topic.state == wanted.state)
    if wanted.mine:
        conditions.append(Topic.proposer_id == actor.subject)
    return _shown(actor).where(and_(*conditions))


def _shown(actor: Actor) -> Select[Any]:
    mine = exists().where(TopicSecond.topic_id == Topic.id, TopicSecond.person_id == actor.subject)
    return select(Topic, _unfinished_of(Topic.id), mine)


def _unfinished_of(topic_id: Any) -> Any:
    found = select(func.count()).where(Task.topic_id == topic_id, Task.state != TaskState.EVALUATED)
    return found.scalar_subquery()


async def shown_topic(db: AsyncSession, actor: Actor, topic_id: UUID) -> tuple[Topic, int, bool]:
    """One topic with its unfinished tasks, and whether the actor seconded it. Errors: TopicUnknown."""
    found = (await db.execute(_shown(actor).where(Topic.id == topic_id, within(actor, Topic.compound_code)))).first()
    if found is None:
        raise TopicUnknown
    return found[0], found[1], found[2]


async def locked_topic(db: AsyncSession, actor: Actor, topic_id: UUID) -> Topic:
    """One topic, locked. Errors: TopicUnknown, also for what the actor may not know of."""
    statement = select(Topic).where(Topic.id == topic_id).with_for_update().execution_options(populate_existing=True)
    found = (await db.execute(statement)).scalar_one_or_none()
    if found is None or not actor.holds(READER_ROLES, found.compound_code):
        raise TopicUnknown
    return found


async def unfinished_tasks(db: AsyncSession, topic_id: UUID) -> int:
    """MEET-6. Tasks of the topic that nobody has evaluated."""
    found = await db.execute(select(_unfinished_of(topic_id)))
    return int(found.scalar_one())


async def is_voted_on(db: AsyncSession, topic_id: UUID) -> bool:
    """Whether a vote on it runs. The meeting is locked, so none opens or closes meanwhile."""
    running = select(Resolution.id).where(Resolution.topic_id == topic_id, Resolution.state == ResolutionState.OPEN)
    return (await db.execute(running.limit(1))).first() is not None


def case_of(topic: Topic, unfinished: int, rules: Parameters, now: datetime) -> TopicCase:
    """The topic as its guards see it."""
    outcome = Outcome(topic.outcome) if topic.outcome else None
    return TopicCase(outcome, topic.posted_at, unfinished, now, rules)


def people_of(topic: Topic) -> People:
    return People(proposer=topic.proposer_id)


def history_of(topic_id: UUID) -> Select[Any]:
    """Rows of Step."""
    return select(Step).where(Step.subject_id == topic_id, Step.subject_kind == "TOPIC")
