"""Topics over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import (
    MeetingUnknown,
    NextMoveForbidden,
    NextMoveIncomplete,
    NextMoveRefused,
    PlaceUnknown,
    StepForbidden,
    StepIncomplete,
    StepRefused,
    TopicUnknown,
    YearUnpublished,
    answers,
)
from services.meeting.house import Means, MeansOf
from services.meeting.rules.topics import TopicState
from services.meeting.topics import actions, queries
from services.meeting.topics.schemas import ChangeTopic, MoveTopic, NewScreening, NewTopic, TopicSeen, topic_seen
from services.meeting.wire import Desk, Region, StepSeen, Version
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, StaleVersion, VersionNeeded
from shared.versions import etag

router = APIRouter(prefix="/v1/topics", tags=["meeting"], route_class=EdgeRoute)

EXPORT = Export("topics", TopicSeen)
Topics = Annotated[Listing, Depends(listing(queries.TOPICS))]
History = Annotated[Page, Depends(paged(queries.HISTORY))]


async def wanted(
    compound_id: UUID | None = None,
    region: Region | None = None,
    state: TopicState | None = None,
    mine: bool = False,
) -> queries.Wanted:
    """The filters of the list."""
    return queries.Wanted(compound_id, region, state, mine)


async def _seen(
    db: AsyncSession, actor: Actor, means: MeansOf, topic_id: UUID, response: Response, now: Now
) -> TopicSeen:
    await db.flush()
    topic, unfinished, seconded = await queries.shown_topic(db, actor, topic_id)
    response.headers.update(etag(topic.version))
    return topic_seen(topic, unfinished, seconded, actor, means.rules, now)


@router.post(
    "",
    operation_id="propose_topic",
    summary="Put up a topic",
    status_code=201,
    responses=answers(PlaceUnknown, NeighbourDown),
)
async def propose_topic(
    db: Writing, actor: SignedIn, means: Means, topic: NewTopic, response: Response, now: Now
) -> TopicSeen:
    """Anybody who belongs to the compound may. Neighbours second it, the office screens it."""
    made = await actions.propose_topic(db, actor, means, topic.proposal(), now)
    return await _seen(db, actor, means, made.id, response, now)


@router.get(
    "",
    operation_id="list_topics",
    summary="Topics of my compounds",
    response_model=Listed[TopicSeen],
    responses=EXPORT.responses(),
)
async def list_topics(
    asked: Topics, actor: SignedIn, means: Means, filters: Annotated[queries.Wanted, Depends(wanted)], now: Now
) -> Any:
    """Newest or most seconded first."""
    statement = queries.visible(actor, filters)

    def turn(row: Any) -> TopicSeen:
        return topic_seen(row[0], row[1], row[2], actor, means.rules, now)

    return await listed(asked, statement, EXPORT, turn)


@router.get("/{topic_id}", operation_id="get_topic", summary="One topic", responses=answers(TopicUnknown))
async def get_topic(
    db: Reading, actor: SignedIn, means: Means, topic_id: UUID, response: Response, now: Now
) -> TopicSeen:
    """With what screening found, and what I may do with it now."""
    return await _seen(db, actor, means, topic_id, response, now)


@router.put(
    "/{topic_id}",
    operation_id="change_topic",
    summary="Correct my topic",
    responses=answers(TopicUnknown, StepForbidden, StepRefused, StaleVersion, VersionNeeded),
)
async def change_topic(
    db: Writing,
    actor: SignedIn,
    means: Means,
    topic_id: UUID,
    change: ChangeTopic,
    version: Version,
    response: Response,
    now: Now,
) -> TopicSeen:
    """While nobody has seconded or screened it."""
    await actions.change_topic(db, actor, topic_id, change.title, change.words, version)
    return await _seen(db, actor, means, topic_id, response, now)


@router.post(
    "/{topic_id}/seconds",
    operation_id="second_topic",
    summary="Second a topic",
    status_code=201,
    responses=answers(TopicUnknown, StepForbidden, StepRefused),
)
async def second_topic(
    db: Writing, actor: SignedIn, means: Means, topic_id: UUID, response: Response, now: Now
) -> TopicSeen:
    """Once a person, never one's own. A second time changes nothing."""
    await actions.second_topic(db, actor, topic_id, now)
    return await _seen(db, actor, means, topic_id, response, now)


@router.post(
    "/{topic_id}/screenings",
    operation_id="screen_topic",
    summary="Screen a topic",
    status_code=201,
    responses=answers(TopicUnknown, NextMoveRefused, NextMoveForbidden, StepRefused, StepIncomplete, YearUnpublished),
)
async def screen_topic(
    db: Writing, actor: Desk, means: Means, topic_id: UUID, screening: NewScreening, response: Response, now: Now
) -> TopicSeen:
    """Five questions, and the outcome they leave open. TO_TICKET files a ticket and follows it."""
    await actions.screen_topic(db, actor, means, topic_id, screening.screening(), now)
    return await _seen(db, actor, means, topic_id, response, now)


@router.post(
    "/{topic_id}/moves",
    operation_id="move_topic",
    summary="Move a topic on",
    status_code=201,
    responses=answers(
        TopicUnknown,
        MeetingUnknown,
        NextMoveRefused,
        NextMoveForbidden,
        NextMoveIncomplete,
        StepRefused,
        YearUnpublished,
    ),
)
async def move_topic(
    db: Writing, actor: SignedIn, means: Means, topic_id: UUID, change: MoveTopic, response: Response, now: Now
) -> TopicSeen:
    """Onto an agenda, off it, into execution, to its evaluation. `allowed` says what may be.

    COLLECTED takes a wrong screening back: the desk, with a reason, until the topic stands on an agenda. A topic that
    became a ticket is taken back once that ticket has ended and its task is evaluated. The history keeps both.
    """
    await actions.move_topic(db, actor, means, topic_id, change.wish(), now)
    return await _seen(db, actor, means, topic_id, response, now)


@router.get(
    "/{topic_id}/history",
    operation_id="list_topic_history",
    summary="What happened to a topic",
    responses=answers(TopicUnknown),
)
async def list_topic_history(db: Reading, actor: SignedIn, topic_id: UUID, page: History) -> Listed[StepSeen]:
    """Every move, oldest first."""
    await queries.shown_topic(db, actor, topic_id)
    return await page_of(db, queries.history_of(topic_id), page, StepSeen.of)
