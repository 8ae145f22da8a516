"""Resolutions over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import (
    MeetingUnknown,
    NextMoveForbidden,
    NextMoveRefused,
    ParticipantUnknown,
    ResolutionUnknown,
    StepForbidden,
    StepRefused,
    answers,
)
from services.meeting.house import Means
from services.meeting.meetings.queries import meeting, people_of
from services.meeting.resolutions import actions, queries
from services.meeting.resolutions.schemas import (
    CloseVote,
    NewResolution,
    NewTaskOf,
    NewVote,
    ResolutionSeen,
    VotedSeen,
    resolution_seen,
)
from services.meeting.rules.roles import People, parts_of
from services.meeting.sight import caller_on
from services.meeting.tables import Resolution
from services.meeting.tasks.actions import parts_by_role
from services.meeting.tasks.schemas import TaskSeen, task_seen
from services.meeting.wire import Region
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn
from shared.paging import Listed

router = APIRouter(prefix="/v1/resolutions", tags=["meeting"], route_class=EdgeRoute)
of_meeting = APIRouter(prefix="/v1/meetings", tags=["meeting"], route_class=EdgeRoute)

EXPORT = Export("resolutions", ResolutionSeen)
Resolutions = Annotated[Listing, Depends(listing(queries.RESOLUTIONS))]
ERRORS = answers(ResolutionUnknown, MeetingUnknown, NextMoveRefused, NextMoveForbidden, StepForbidden, StepRefused)


async def _seen(db: AsyncSession, actor: Actor, row: Resolution) -> ResolutionSeen:
    held = await meeting(db, actor, row.meeting_id)
    return resolution_seen(row, parts_of(await people_of(db, held), caller_on(actor, row.compound_code)))


@of_meeting.post(
    "/{meeting_id}/resolutions",
    operation_id="put_resolution",
    summary="Put a resolution to the vote",
    status_code=201,
    responses=answers(MeetingUnknown, StepForbidden, StepRefused),
)
async def put_resolution(
    db: Writing, actor: SignedIn, meeting_id: UUID, resolution: NewResolution, now: Now
) -> ResolutionSeen:
    """On an item of the announced agenda, while the meeting is open."""
    return await _seen(db, actor, await actions.put_resolution(db, actor, meeting_id, resolution.motion(), now))


@router.get(
    "",
    operation_id="list_resolutions",
    summary="Resolutions of my compounds",
    response_model=Listed[ResolutionSeen],
    responses=EXPORT.responses(),
)
async def list_resolutions(
    asked: Resolutions,
    actor: SignedIn,
    compound_id: UUID | None = None,
    meeting_id: UUID | None = None,
    region: Region | None = None,
) -> Any:
    """Newest first."""

    def turn(row: Any) -> ResolutionSeen:
        return resolution_seen(row[0], parts_of(People(), caller_on(actor, row[0].compound_code)))

    return await listed(asked, queries.visible(actor, compound_id, meeting_id, region), EXPORT, turn)


@router.get(
    "/{resolution_id}",
    operation_id="get_resolution",
    summary="One resolution",
    responses=answers(ResolutionUnknown, MeetingUnknown),
)
async def get_resolution(db: Reading, actor: SignedIn, resolution_id: UUID) -> ResolutionSeen:
    """With its figures once it is closed, and the sentence that it binds no owner."""
    await meeting(db, actor, await queries.meeting_of(db, actor, resolution_id))
    row = await db.get_one(Resolution, resolution_id)
    return await _seen(db, actor, row)


@router.post(
    "/{resolution_id}/openings", operation_id="open_vote", summary="Open the vote", status_code=201, responses=ERRORS
)
async def open_vote(db: Writing, actor: SignedIn, means: Means, resolution_id: UUID, now: Now) -> ResolutionSeen:
    """MEET-3. With quorum only. The members in the room now are its electors."""
    return await _seen(db, actor, await actions.open_vote(db, actor, means, resolution_id, now))


@router.post(
    "/{resolution_id}/votes",
    operation_id="vote_on_resolution",
    summary="Vote",
    status_code=201,
    responses=answers(ResolutionUnknown, MeetingUnknown, ParticipantUnknown, StepForbidden, StepRefused),
)
async def vote_on_resolution(db: Writing, actor: SignedIn, resolution_id: UUID, vote: NewVote, now: Now) -> VotedSeen:
    """MEET-3. Once; the first stands."""
    await actions.cast_vote(db, actor, resolution_id, vote.cast(), now)
    return VotedSeen(resolution_id=resolution_id, participant_id=vote.participant_id, recorded=True)


@router.post(
    "/{resolution_id}/closings", operation_id="close_vote", summary="Close the vote", status_code=201, responses=ERRORS
)
async def close_vote(
    db: Writing, actor: SignedIn, means: Means, resolution_id: UUID, closing: CloseVote, now: Now
) -> ResolutionSeen:
    """MEET-3. Passed by more than half of those present at the opening; lapsed if quorum is gone."""
    return await _seen(db, actor, await actions.close_vote(db, actor, means, resolution_id, closing.count(), now))


@router.post(
    "/{resolution_id}/tasks",
    operation_id="hand_out_task",
    summary="Hand out a task",
    status_code=201,
    responses=answers(ResolutionUnknown, MeetingUnknown, StepForbidden, StepRefused),
)
async def hand_out_task(
    db: Writing, actor: SignedIn, means: Means, resolution_id: UUID, task: NewTaskOf, now: Now
) -> TaskSeen:
    """MEET-6. It becomes a ticket and reports back until it is evaluated."""
    made = await actions.hand_out_task(db, actor, means, resolution_id, task.task(), now)
    return task_seen(made, parts_by_role(actor, made))
