"""Minutes over HTTP: draft, lay, sign, correct, post."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import (
    MeetingUnknown,
    MinutesUnknown,
    StepForbidden,
    StepIncomplete,
    StepRefused,
    answers,
)
from services.meeting.house import Means
from services.meeting.minutes import actions, queries
from services.meeting.minutes.drafting import Heading, drafted
from services.meeting.minutes.schemas import (
    DraftSeen,
    MinutesList,
    MinutesListed,
    MinutesSeen,
    NewMinutes,
    NewPosting,
    NewSignature,
    PostingSeen,
    SignatureSeen,
)
from services.meeting.rules.minutes import Signer, is_signed, on_the_open_web
from services.meeting.rules.roles import READER_ROLES
from services.meeting.tables import MinutesPosting, MinutesVersion
from services.meeting.wire import Desk, Version
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.files import ReferenceRefused
from shared.identity import Anyone, SignedIn
from shared.problems import StaleVersion, VersionNeeded
from shared.versions import etag

Number = Annotated[int, Path(ge=1, le=10_000, description="Which version.")]
router = APIRouter(prefix="/v1/meetings", tags=["meeting"], route_class=EdgeRoute)


async def _listed(db: AsyncSession, row: MinutesVersion) -> MinutesListed:
    signatures = (await queries.signatures_of(db, [row.id]))[row.id]
    return MinutesListed(
        version=row.version,
        digest=row.digest,
        algorithm=row.algorithm,
        correction=row.correction,
        laid_at=row.laid_at,
        signatures=[SignatureSeen.model_validate(one) for one in signatures],
        is_signed=is_signed(Signer(one.signer) for one in signatures),
        is_posted=await queries.posting_of(db, row.id) is not None,
    )


def _posted(posting: MinutesPosting, in_full: bool) -> PostingSeen:
    posted = actions.edition_of(posting)
    return PostingSeen(
        meeting_id=posting.meeting_id,
        edition=posted if in_full else on_the_open_web(posted),
        places=posting.places,
        posted_at=posting.posted_at,
    )


@router.get(
    "/{meeting_id}/minutes/draft",
    operation_id="get_minutes_draft",
    summary="The minutes as the records give them",
    responses=answers(MeetingUnknown, StepForbidden),
)
async def get_minutes_draft(
    db: Reading, actor: SignedIn, means: Means, meeting_id: UUID, response: Response
) -> DraftSeen:
    """MEET-5. Send its ETag back as If-Match to lay exactly this."""
    meeting = await queries.readable_meeting(db, actor, meeting_id)
    response.headers.update(etag(meeting.version))
    version = len(await queries.versions_of(db, meeting.id)) + 1
    return DraftSeen(minutes=await drafted(db, means, meeting, Heading(version, None, "")))


@router.get(
    "/{meeting_id}/minutes/posted",
    operation_id="get_posted_minutes",
    summary="The posted edition",
    responses=answers(MinutesUnknown),
)
async def get_posted_minutes(db: Reading, actor: Anyone, meeting_id: UUID) -> PostingSeen:
    """MEET-10. Open to everybody; who agreed to be named is named in full to the compound only (PUB-4)."""
    posting, code = await queries.newest_posting(db, meeting_id)
    belongs = actor is not None and actor.holds(READER_ROLES, code)
    return _posted(posting, in_full=belongs)


@router.get(
    "/{meeting_id}/minutes",
    operation_id="list_minutes",
    summary="Every version of the minutes",
    responses=answers(MeetingUnknown, StepForbidden),
)
async def list_minutes(db: Reading, actor: SignedIn, meeting_id: UUID) -> MinutesList:
    """A signed version never changes; a correction is a further one."""
    meeting = await queries.readable_meeting(db, actor, meeting_id)
    return MinutesList(items=[await _listed(db, row) for row in await queries.versions_of(db, meeting.id)])


@router.post(
    "/{meeting_id}/minutes",
    operation_id="lay_minutes",
    summary="Lay the minutes before their signers",
    status_code=201,
    responses=answers(MeetingUnknown, StepForbidden, StepRefused, ReferenceRefused, StaleVersion, VersionNeeded),
)
async def lay_minutes(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, minutes: NewMinutes, version: Version, now: Now
) -> MinutesListed:
    """MEET-5. Freezes the draft that was read. A second version needs a reason."""
    row = await actions.lay_minutes(db, actor, means, meeting_id, minutes.laying(), version, now)
    await db.flush()
    return await _listed(db, row)


@router.get(
    "/{meeting_id}/minutes/{number}",
    operation_id="get_minutes",
    summary="One version of the minutes",
    responses=answers(MeetingUnknown, MinutesUnknown, StepForbidden),
)
async def get_minutes(db: Reading, actor: SignedIn, means: Means, meeting_id: UUID, number: Number) -> MinutesSeen:
    """MEET-10. The original, for those who met and the office."""
    meeting = await queries.readable_meeting(db, actor, meeting_id)
    row = await queries.version(db, meeting.id, number)
    facts = (await _listed(db, row)).model_dump()
    return MinutesSeen(**facts, minutes=queries.opened(means.keys, row))


@router.post(
    "/{meeting_id}/minutes/{number}/signatures",
    operation_id="sign_minutes",
    summary="Sign the minutes",
    status_code=201,
    responses=answers(MeetingUnknown, MinutesUnknown, StepForbidden, StepRefused),
)
async def sign_minutes(
    db: Writing, actor: SignedIn, meeting_id: UUID, number: Number, signature: NewSignature, now: Now
) -> MinutesListed:
    """MEET-5. Chair, recorder and witness, each in his own session, under the text he read."""
    row, _ = await actions.sign_minutes(db, actor, meeting_id, number, signature.digest, now)
    return await _listed(db, row)


@router.post(
    "/{meeting_id}/minutes/{number}/postings",
    operation_id="post_minutes",
    summary="Post the minutes",
    status_code=201,
    responses=answers(MeetingUnknown, MinutesUnknown, StepForbidden, StepIncomplete, StepRefused),
)
async def post_minutes(
    db: Writing, actor: Desk, means: Means, meeting_id: UUID, number: Number, posting: NewPosting, now: Now
) -> PostingSeen:
    """MEET-10. The posted edition with the hash of the signed original; its topics are posted with it."""
    posted = await actions.post_minutes(db, actor, means, meeting_id, number, posting.places, now)
    return _posted(posted, in_full=True)
