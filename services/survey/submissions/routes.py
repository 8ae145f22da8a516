"""Records of answers over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import (
    ConsentMissing,
    EditionStale,
    HomeNotInRound,
    IdTaken,
    NoticeUnknown,
    RoundRefused,
    RoundUnknown,
    SubmissionUnknown,
    Withdrawn,
    answers,
)
from services.survey.house import Means, MeansOf
from services.survey.rounds.queries import round_in_reach
from services.survey.rules.roles import OFFICE
from services.survey.rules.visits import RecordState
from services.survey.submissions import actions, queries
from services.survey.submissions.schemas import (
    EditSubmission,
    NewSubmission,
    NewWithdrawal,
    ReadAnswers,
    SubmissionListed,
    SubmissionSeen,
)
from services.survey.tables import Submission
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed
from shared.problems import RoleForbidden, StaleVersion, VersionNeeded
from shared.versions import etag, wanted_version

router = APIRouter(prefix="/v1/submissions", tags=["survey"], route_class=EdgeRoute)
Office = Annotated[Actor, Depends(allow(*OFFICE))]
Version = Annotated[int, Depends(wanted_version)]
EXPORT = Export("submissions", SubmissionListed)
Submissions = Annotated[Listing, Depends(listing(queries.SUBMISSIONS))]


async def _seen(db: AsyncSession, actor: Actor, means: MeansOf, row: Submission, response: Response) -> SubmissionSeen:
    response.headers.update(etag(row.version))
    return SubmissionSeen.of(await queries.record_of(db, means.keys, row), actor, means.language)


@router.post(
    "",
    operation_id="submit_answers",
    openapi_extra=NEVER_REPLAYED,
    summary="Hand in answers",
    status_code=201,
    responses=answers(
        RoundUnknown, RoleForbidden, HomeNotInRound, RoundRefused, IdTaken, ConsentMissing, NoticeUnknown
    ),
)
async def submit_answers(
    db: Writing, actor: SignedIn, means: Means, submission: NewSubmission, response: Response, now: Now
) -> SubmissionSeen:
    """By a visitor for any home of the round, or by a resident for his own. Re-checked by the form's own rules:
    what fails is kept, flagged and never counted. The same sent again changes nothing."""
    edition = submission.edition(submission.id)
    row = await actions.submit_answers(db, actor, means.keys, submission.round_id, submission.home_id, edition, now)
    return await _seen(db, actor, means, row, response)


@router.get(
    "",
    operation_id="list_submissions",
    summary="Records of a round",
    response_model=Listed[SubmissionListed],
    responses=answers(RoundUnknown) | EXPORT.responses(),
)
async def list_submissions(
    asked: Submissions,
    actor: SignedIn,
    means: Means,
    round_id: Annotated[UUID, Query()],
    state: RecordState | None = None,
) -> Any:
    """All for the office, with `state=FLAGGED` those to look at; for others those they took down or of their home."""
    found = await round_in_reach(asked.session, actor, round_id)
    statement = queries.submissions_of(actor, found, state)

    def shown(row: Any) -> SubmissionListed:
        return SubmissionListed.listed(row[0], row.faults, means.language)

    return await listed(asked, statement, EXPORT, shown)


@router.get(
    "/{submission_id}",
    operation_id="get_submission",
    summary="One record of answers",
    responses=answers(SubmissionUnknown),
)
async def get_submission(
    db: Reading, actor: SignedIn, means: Means, submission_id: UUID, response: Response
) -> SubmissionSeen:
    """With the answers of its current edition and what the re-check found. From the office those under a consent of
    their own are withheld: it reads them for a purpose."""
    row = await queries.submission_in_reach(db, actor, submission_id)
    return await _seen(db, actor, means, row, response)


@router.post(
    "/{submission_id}/readings",
    operation_id="read_answers",
    openapi_extra=NEVER_REPLAYED,
    summary="Read sensitive answers",
    status_code=201,
    responses=answers(SubmissionUnknown),
)
async def read_answers(
    db: Writing, actor: Office, means: Means, submission_id: UUID, reading: ReadAnswers, response: Response
) -> SubmissionSeen:
    """PRI-2. All answers, those under a consent of their own too, for the office; the purpose is kept in the audit."""
    row = await actions.read_answers(db, actor, submission_id, reading.purpose)
    response.headers.update(etag(row.version))
    record = await queries.record_of(db, means.keys, row)
    return SubmissionSeen.of(record, actor, means.language, in_full=True)


@router.put(
    "/{submission_id}",
    operation_id="edit_submission",
    openapi_extra=NEVER_REPLAYED,
    summary="Correct answers",
    responses=answers(
        SubmissionUnknown,
        RoundRefused,
        Withdrawn,
        EditionStale,
        IdTaken,
        ConsentMissing,
        NoticeUnknown,
        StaleVersion,
        VersionNeeded,
    ),
)
async def edit_submission(
    db: Writing,
    actor: SignedIn,
    means: Means,
    submission_id: UUID,
    change: EditSubmission,
    version: Version,
    response: Response,
    now: Now,
) -> SubmissionSeen:
    """By who took them down, or the desk. Each edition is kept under the same root id; the last one counts."""
    edition = change.edition(change.instance_id, change.reason)
    row = await actions.edit_submission(db, actor, means.keys, submission_id, edition, version, now)
    return await _seen(db, actor, means, row, response)


@router.post(
    "/{submission_id}/withdrawals",
    operation_id="withdraw_consent",
    openapi_extra=NEVER_REPLAYED,
    summary="Take consent back",
    status_code=201,
    responses=answers(SubmissionUnknown),
)
async def withdraw_consent(
    db: Writing,
    actor: SignedIn,
    means: Means,
    submission_id: UUID,
    withdrawal: NewWithdrawal,
    response: Response,
    now: Now,
) -> SubmissionSeen:
    """VIS-2. For all answers, or for single purposes; what was answered is gone for good, a mark stays."""
    row = await actions.withdraw(db, actor, means.keys, submission_id, withdrawal.purposes, now)
    return await _seen(db, actor, means, row, response)
