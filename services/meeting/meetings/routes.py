"""Meetings over HTTP: plan, announce, open, end; and who is in the room."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from services.meeting.errors import (
    CouncilUnknown,
    MeetingUnknown,
    NextMoveForbidden,
    NextMoveIncomplete,
    NextMoveRefused,
    ParticipantUnknown,
    PlaceUnknown,
    StepForbidden,
    StepRefused,
    answers,
)
from services.meeting.house import Means
from services.meeting.meetings import actions, attendance, queries, shown
from services.meeting.meetings.schemas import (
    ChangeMeeting,
    EnteredArrival,
    MoveMeeting,
    NewArrival,
    NewDeparture,
    NewMeeting,
    NewOfficers,
)
from services.meeting.meetings.shown import AttendanceSeen, CodeSeen, MeetingListed, MeetingSeen, PassageSeen
from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.wire import Desk, ReadNames, Region, StepSeen, Version
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing, house_of
from shared.exports import Export, Listing, listed, listing
from shared.identity import SignedIn
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, StaleVersion, VersionNeeded
from shared.versions import etag
from shared.wire import Instant

router = APIRouter(prefix="/v1/meetings", tags=["meeting"], route_class=EdgeRoute)

EXPORT = Export("meetings", MeetingListed)
Meetings = Annotated[Listing, Depends(listing(queries.MEETINGS))]
History = Annotated[Page, Depends(paged(queries.HISTORY))]


async def wanted(
    compound_id: UUID | None = None,
    region: Region | None = None,
    state: MeetingState | None = None,
    kind: Kind | None = None,
) -> queries.Wanted:
    """The filters of the list."""
    return queries.Wanted(compound_id, region, state, kind)


@router.post(
    "",
    operation_id="plan_meeting",
    summary="Plan a meeting",
    status_code=201,
    responses=answers(PlaceUnknown, CouncilUnknown, NeighbourDown),
)
async def plan_meeting(
    db: Writing, actor: Desk, means: Means, meeting: NewMeeting, response: Response, now: Now
) -> MeetingSeen:
    """A draft: topics are scheduled into it and officers named, then it is announced."""
    made = await actions.plan_meeting(db, actor, means, meeting.plan(), now)
    response.headers.update(etag(made.version))
    return await shown.meeting_seen(db, actor, means, made, now)


@router.get(
    "",
    operation_id="list_meetings",
    summary="Meetings of my compounds",
    response_model=Listed[MeetingListed],
    responses=EXPORT.responses(),
)
async def list_meetings(asked: Meetings, actor: SignedIn, filters: Annotated[queries.Wanted, Depends(wanted)]) -> Any:
    """Latest first."""
    statement = queries.visible(actor, filters)
    return await listed(asked, statement, EXPORT, lambda row: MeetingListed.model_validate(row[0]))


@router.get("/{meeting_id}", operation_id="get_meeting", summary="One meeting", responses=answers(MeetingUnknown))
async def get_meeting(
    db: Reading, actor: SignedIn, means: Means, meeting_id: UUID, response: Response, now: Now
) -> MeetingSeen:
    """With agenda, quorum at this instant, and what I may do."""
    found = await queries.meeting(db, actor, meeting_id)
    response.headers.update(etag(found.version))
    return await shown.meeting_seen(db, actor, means, found, now)


@router.put(
    "/{meeting_id}",
    operation_id="change_meeting",
    summary="Change a draft",
    responses=answers(MeetingUnknown, StepForbidden, StepRefused, StaleVersion, VersionNeeded),
)
async def change_meeting(
    db: Writing,
    actor: Desk,
    means: Means,
    meeting_id: UUID,
    change: ChangeMeeting,
    version: Version,
    response: Response,
    now: Now,
) -> MeetingSeen:
    """Title, place and time, until it is announced."""
    changed = await actions.change_meeting(db, actor, meeting_id, change.change(), version)
    response.headers.update(etag(changed.version))
    return await shown.meeting_seen(db, actor, means, changed, now)


@router.put(
    "/{meeting_id}/officers",
    operation_id="name_officers",
    summary="Name chair, recorder and witness",
    responses=answers(MeetingUnknown, StepForbidden, StepRefused, StaleVersion, VersionNeeded),
)
async def name_officers(
    db: Writing,
    actor: Desk,
    means: Means,
    meeting_id: UUID,
    officers: NewOfficers,
    version: Version,
    response: Response,
    now: Now,
) -> MeetingSeen:
    """Three persons with accounts, who will sign the minutes; until these are laid."""
    changed = await actions.name_officers(db, actor, means, meeting_id, officers.officers(), version)
    response.headers.update(etag(changed.version))
    return await shown.meeting_seen(db, actor, means, changed, now)


@router.post(
    "/{meeting_id}/moves",
    operation_id="move_meeting",
    summary="Announce, open, end, postpone or cancel",
    status_code=201,
    responses=answers(MeetingUnknown, NextMoveRefused, NextMoveForbidden, NextMoveIncomplete),
)
async def move_meeting(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, change: MoveMeeting, response: Response, now: Now
) -> MeetingSeen:
    """NOTICED checks the notice period and freezes agenda and roll. `allowed` says what may be."""
    moved = await actions.move_meeting(db, actor, means, meeting_id, change.wish(), now)
    await db.flush()
    response.headers.update(etag(moved.version))
    return await shown.meeting_seen(db, actor, means, moved, now)


@router.get(
    "/{meeting_id}/history",
    operation_id="list_meeting_history",
    summary="What happened to a meeting",
    responses=answers(MeetingUnknown),
)
async def list_meeting_history(db: Reading, actor: SignedIn, meeting_id: UUID, page: History) -> Listed[StepSeen]:
    """Every move, oldest first."""
    await queries.meeting(db, actor, meeting_id)
    return await page_of(db, queries.history_of(meeting_id), page, StepSeen.of)


@router.get(
    "/{meeting_id}/sign-in-code",
    operation_id="get_sign_in_code",
    summary="The code that the room's screen shows",
    responses=answers(MeetingUnknown, StepForbidden, StepRefused),
)
async def get_sign_in_code(
    request: Request, db: Reading, actor: SignedIn, means: Means, meeting_id: UUID, now: Now
) -> CodeSeen:
    """For those who run the meeting, while it is open. It changes every minute."""
    found = await attendance.sign_in_code(db, actor, means, meeting_id, now)
    address = house_of(request).settings.public_url
    return CodeSeen(code=found.code, qr_text=f"{address}/m/{meeting_id}#{found.code}", good_until=found.good_until)


@router.post(
    "/{meeting_id}/arrivals",
    operation_id="sign_in_to_meeting",
    summary="Sign in with the code in the room",
    status_code=201,
    responses=answers(MeetingUnknown, StepRefused),
)
async def sign_in_to_meeting(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, arrival: NewArrival, now: Now
) -> PassageSeen:
    """In one's own session. Who is in the room already stays there."""
    meeting, person = await attendance.sign_in(db, actor, means, meeting_id, arrival.sign_in(), now)
    return await shown.passage_seen(db, actor, means, meeting, person, now)


@router.post(
    "/{meeting_id}/entered-arrivals",
    operation_id="enter_arrival",
    summary="Sign somebody in at the table",
    status_code=201,
    responses=answers(MeetingUnknown, ParticipantUnknown, StepForbidden, StepRefused),
)
async def enter_arrival(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, arrival: EnteredArrival, now: Now
) -> PassageSeen:
    """For who has no phone at hand, by those who run the meeting."""
    meeting, person = await attendance.enter_arrival(db, actor, means, meeting_id, arrival.entered(), now)
    return await shown.passage_seen(db, actor, means, meeting, person, now)


@router.post(
    "/{meeting_id}/departures",
    operation_id="leave_meeting",
    summary="Leave, or note that somebody left",
    status_code=201,
    responses=answers(MeetingUnknown, ParticipantUnknown, StepForbidden, StepRefused),
)
async def leave_meeting(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, departure: NewDeparture, now: Now
) -> PassageSeen:
    """Quorum counts who is in the room."""
    meeting, person = await attendance.leave(db, actor, meeting_id, departure.participant_id, now)
    return await shown.passage_seen(db, actor, means, meeting, person, now)


@router.get(
    "/{meeting_id}/attendance",
    operation_id="get_attendance",
    summary="Who was in the room at an instant",
    responses=answers(MeetingUnknown),
)
async def get_attendance(
    db: Reading,
    actor: SignedIn,
    means: Means,
    meeting_id: UUID,
    now: Now,
    at: Annotated[Instant | None, Query(description="Now, if left out.")] = None,
) -> AttendanceSeen:
    """MEET-3. Quorum at any instant of the present sitting; names are masked."""
    meeting = await queries.meeting(db, actor, meeting_id)
    return await shown.attendance_seen(db, means, meeting, at or actions.instant_in(meeting, now), in_full=False)


@router.post(
    "/{meeting_id}/attendance-readings",
    operation_id="read_attendance",
    openapi_extra=NEVER_REPLAYED,
    summary="Read the names of those who came",
    status_code=201,
    responses=answers(MeetingUnknown, StepForbidden),
)
async def read_attendance(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, reading: ReadNames, now: Now
) -> AttendanceSeen:
    """PRI-2. In clear, for the office and this meeting's officers. The purpose is kept in the audit."""
    meeting = await attendance.read_attendance(db, actor, meeting_id, reading.purpose)
    return await shown.attendance_seen(db, means, meeting, actions.instant_in(meeting, now), in_full=True)
