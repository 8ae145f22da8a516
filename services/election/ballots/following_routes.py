"""The turnout as it moves, over HTTP: server-sent events, and the same as a long poll."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.election.ballots.following import Follower
from services.election.ballots.following_schemas import TurnoutEvents, turnout_events
from services.election.elections.shown import turnout
from services.election.errors import ElectionUnknown, answers
from services.election.house import AtTheStation
from shared.edge import EdgeRoute
from shared.identity import SignedIn

router = APIRouter(prefix="/v1/elections/{election_id}/turnout", tags=["election"], route_class=EdgeRoute)
STREAM_SECONDS = 50
"""A stream ends by itself, so that a house can end too; a client goes on from the last id it heard."""
After = Annotated[str | None, Query(max_length=64, description="`after` of the last reply; none: at once.")]
Wait = Annotated[int, Query(ge=0, le=25, description="Seconds to wait for news.")]
LastEvent = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]


async def _followed(station: AtTheStation, actor: SignedIn, election_id: UUID) -> Follower:
    """Refused before the stream begins, if at all. Errors: ElectionUnknown."""
    await station.follower.told(actor, election_id)
    return station.follower


Followed = Annotated[Follower, Depends(_followed)]


@router.get(
    "/stream",
    operation_id="stream_turnout",
    summary="The turnout as it moves",
    response_class=EventSourceResponse,
    responses=answers(ElectionUnknown),
)
async def stream_turnout(
    follower: Followed, actor: SignedIn, election_id: UUID, last: LastEvent = None
) -> AsyncIterator[ServerSentEvent]:
    """What `get_turnout` tells, each time that it changes, while voting runs. Ends after 50 seconds: come again."""
    async for told in follower.follow(actor, election_id, last, STREAM_SECONDS):
        yield ServerSentEvent(data=turnout(told.turnout).model_dump(mode="json"), event="turnout", id=told.id)


@router.get(
    "/events",
    operation_id="poll_turnout",
    summary="The turnout as it moves, asked for",
    responses=answers(ElectionUnknown),
)
async def poll_turnout(
    follower: Followed, actor: SignedIn, election_id: UUID, after: After = None, wait: Wait = 25
) -> TurnoutEvents:
    """The next turnout that is not the one after which is asked; none if nothing changed in time."""
    async for told in follower.follow(actor, election_id, after, wait):
        return turnout_events(told)
    return turnout_events(None, after)
