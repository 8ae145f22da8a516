"""What happens to ballots beside their cast, over HTTP: objections, revocations, extensions, codes and notices."""

import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from services.election.ballots import codes, extending, objecting, queries, revoking
from services.election.ballots.care_schemas import (
    BallotObjectionSeen,
    CodeSeen,
    ExtendWindow,
    NewBallotObjection,
    NoticeSeen,
    ResolveBallotObjection,
    RevokeBallot,
    VoidSeen,
    WindowSeen,
    code_seen,
    notice_seen,
    objection_seen,
    void_seen,
    window_seen,
)
from services.election.ballots.house import AtThisMoment
from services.election.elections.queries import election_of
from services.election.errors import (
    BallotObjectionUnknown,
    DisputeRefused,
    ElectionUnknown,
    ExtensionRefused,
    HomeNotOnRoll,
    NotOpen,
    answers,
)
from services.election.house import AtTheStation, Means
from services.election.rules.roles import DESK_ROLES
from shared.edge import EdgeRoute, Now, Reading, Writing, house_of
from shared.files import ReferenceRefused
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import RoleForbidden, Unknown
from shared.wire import answered

router = APIRouter(prefix="/v1/elections/{election_id}", tags=["election"], route_class=EdgeRoute)
by_code = APIRouter(prefix="/v1/ballots/codes", tags=["election"], route_class=EdgeRoute)
routers = (router, by_code)
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Objections = Annotated[Page, Depends(paged(objecting.OBJECTIONS))]
Notices = Annotated[Page, Depends(paged(queries.NOTICES))]
Code = Annotated[str, Path(pattern=r"^[0-9A-Za-z]{10}$", description="Ten characters, as on the receipt, in any case.")]


@router.post(
    "/ballot-objections",
    operation_id="object_to_ballot",
    summary="Object to a co-owner's ballot",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, HomeNotOnRoll, DisputeRefused, ReferenceRefused),
)
async def object_to_ballot(
    db: Writing, actor: SignedIn, means: Means, election_id: UUID, objection: NewBallotObjection, moment: AtThisMoment
) -> BallotObjectionSeen:
    """In writing, before closing: the ballot is suspended, and INVALID if the co-owners come to no agreement."""
    asked = objection.objecting()
    return objection_seen(*await objecting.object_to_ballot(db, actor, means.keys, election_id, asked, moment))


@router.get(
    "/ballot-objections",
    operation_id="list_ballot_objections",
    summary="Objections to ballots",
    responses=answers(ElectionUnknown),
)
async def list_ballot_objections(
    db: Reading, actor: SignedIn, election_id: UUID, page: Objections
) -> Listed[BallotObjectionSeen]:
    """Those about my own entitlements; the desk sees all. No choice is in them."""
    election = await election_of(db, actor, election_id)
    statement = objecting.visible(actor, election)
    return await page_of(db, statement, page, lambda row: objection_seen(row.BallotObjection, row.RollEntry))


@router.post(
    "/ballot-objections/{objection_id}/resolutions",
    operation_id="resolve_ballot_objection",
    summary="Settle an objection to a ballot",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, BallotObjectionUnknown, DisputeRefused)
    | answered(
        BallotObjectionSeen, resolved_at="2026-12-04T03:12:00Z", resolution="共有人双方到场,确认以已投选票为准。"
    ),
)
async def resolve_ballot_objection(
    db: Writing, actor: SignedIn, election_id: UUID, objection_id: UUID, change: ResolveBallotObjection, now: Now
) -> BallotObjectionSeen:
    """Withdrawn by whoever made it, or settled by the desk with the co-owners' joint word."""
    return objection_seen(
        *await objecting.resolve_ballot_objection(db, actor, election_id, objection_id, change.words, now)
    )


@router.post(
    "/revocations",
    operation_id="revoke_ballot",
    summary="Revoke a ballot in person",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, RoleForbidden, HomeNotOnRoll, DisputeRefused),
)
async def revoke_ballot(
    request: Request, db: Writing, actor: Desk, election_id: UUID, change: RevokeBallot, now: Now
) -> VoidSeen:
    """The voter came to the desk: two officers void his online ballot, so that his paper may count."""
    verifier = house_of(request).verifier
    return void_seen(await revoking.revoke_ballot(db, actor, verifier, election_id, change.revoking(), now))


@router.post(
    "/extensions",
    operation_id="extend_window",
    summary="Extend the voting window",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, ExtensionRefused),
)
async def extend_window(db: Writing, actor: Desk, election_id: UUID, change: ExtendWindow, now: Now) -> WindowSeen:
    """Once, by at most the days of the rule set, before the announced end."""
    return window_seen(await extending.extend_window(db, actor, election_id, change.closes_at, change.reason, now))


@router.get(
    "/notices",
    operation_id="list_ballot_notices",
    summary="Notices of ballots of my homes",
    responses=answers(ElectionUnknown),
)
async def list_ballot_notices(db: Reading, actor: SignedIn, election_id: UUID, page: Notices) -> Listed[NoticeSeen]:
    """Every ballot registered for what I own, whoever cast it. No choice and no code."""
    election = await election_of(db, actor, election_id)
    statement = queries.notices_for(actor, election.id)
    return await page_of(db, statement, page, lambda row: notice_seen(row.BallotNotice, row.label))


@by_code.get(
    "/{code}", operation_id="read_ballot_code", summary="What a ballot's code tells", responses=answers(Unknown)
)
async def read_ballot_code(request: Request, db: Reading, station: AtTheStation, code: Code) -> CodeSeen:
    """Without sign-in: whether it is recorded, whether it is the one that counts, and of which day."""
    station.tries.check(request.client.host if request.client else "-", time.monotonic())
    return code_seen(await codes.told_of(db, codes.as_told(code)))
