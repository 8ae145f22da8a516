"""Councils over HTTP: a constituted council is the body that meets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.councils import actions, queries
from services.meeting.councils.schemas import (
    CouncilListed,
    CouncilSeen,
    EndOfSeat,
    LateSeat,
    MemberSeen,
    NewCouncil,
    council_seen,
    member_seen,
)
from services.meeting.errors import (
    CouncilUnknown,
    MemberSeated,
    MemberUnknown,
    PlaceUnknown,
    StepForbidden,
    answers,
)
from services.meeting.house import Means, MeansOf
from services.meeting.names import open_names
from services.meeting.tables import Council
from services.meeting.wire import Office, ReadNames, Region
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.identity import SignedIn
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown
from shared.versions import etag

router = APIRouter(prefix="/v1/meetings/councils", tags=["meeting"], route_class=EdgeRoute)
Councils = Annotated[Page, Depends(paged(queries.COUNCILS))]


async def _seen(
    db: AsyncSession, means: MeansOf, council: Council, response: Response, in_full: bool = False
) -> CouncilSeen:
    members = await queries.members_of(db, council.id)
    names = await open_names(db, means.keys, [member.name_id for member in members])
    response.headers.update(etag(council.version))
    return council_seen(council, members, names, in_full)


@router.post(
    "",
    operation_id="constitute_council",
    summary="Constitute a council",
    status_code=201,
    responses=answers(PlaceUnknown, MemberSeated, NeighbourDown),
)
async def constitute_council(
    db: Writing, actor: Office, means: Means, council: NewCouncil, response: Response, now: Now
) -> CouncilSeen:
    """Named members with a term; its meetings have a quorum and may resolve."""
    made = await actions.constitute_council(db, actor, means, council.body(), now)
    return await _seen(db, means, made, response)


@router.get("", operation_id="list_councils", summary="Councils of my compounds")
async def list_councils(
    db: Reading, actor: SignedIn, page: Councils, compound_id: UUID | None = None, region: Region | None = None
) -> Listed[CouncilListed]:
    """Newest first."""
    statement = queries.visible(actor, compound_id, region)
    return await page_of(db, statement, page, lambda row: CouncilListed.model_validate(row[0]))


@router.get("/{council_id}", operation_id="get_council", summary="One council", responses=answers(CouncilUnknown))
async def get_council(db: Reading, actor: SignedIn, means: Means, council_id: UUID, response: Response) -> CouncilSeen:
    """With its members, their names masked."""
    return await _seen(db, means, await queries.council(db, actor, council_id), response)


@router.post(
    "/{council_id}/member-readings",
    operation_id="read_members",
    openapi_extra=NEVER_REPLAYED,
    summary="Read the names of the members",
    status_code=201,
    responses=answers(CouncilUnknown, StepForbidden),
)
async def read_members(
    db: Writing, actor: Office, means: Means, council_id: UUID, reading: ReadNames, response: Response
) -> CouncilSeen:
    """PRI-2. In clear, for the office. The purpose is kept in the audit."""
    council = await actions.read_members(db, actor, council_id, reading.purpose)
    return await _seen(db, means, council, response, in_full=True)


@router.post(
    "/{council_id}/members",
    operation_id="seat_member",
    summary="Seat a member",
    status_code=201,
    responses=answers(CouncilUnknown, StepForbidden, MemberSeated),
)
async def seat_member(db: Writing, actor: Office, means: Means, council_id: UUID, member: LateSeat) -> MemberSeen:
    """Meetings that are already announced keep the roll of their notice."""
    made = await actions.seat_member(db, actor, means, council_id, member.seat(), member.since)
    return member_seen(made, await open_names(db, means.keys, [made.name_id]), in_full=False)


@router.post(
    "/{council_id}/members/{member_id}/ends",
    operation_id="end_seat",
    summary="End a member's seat",
    status_code=201,
    responses=answers(CouncilUnknown, MemberUnknown, StepForbidden),
)
async def end_seat(
    db: Writing, actor: Office, means: Means, council_id: UUID, member_id: UUID, end: EndOfSeat
) -> MemberSeen:
    """The last day in office. A second end changes nothing."""
    ended = await actions.end_seat(db, actor, council_id, member_id, end.until)
    return member_seen(ended, await open_names(db, means.keys, [ended.name_id]), in_full=False)
