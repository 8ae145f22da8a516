"""Counting and results over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_of
from services.election.elections.seeing import seen
from services.election.elections.shown import ElectionSeen, reaches
from services.election.errors import (
    CountersRefused,
    ElectionUnknown,
    NotCounted,
    PapersOutstanding,
    StepRefused,
    answers,
)
from services.election.house import Means, MeansOf
from services.election.papers.queries import papers_helped
from services.election.printing.setting import Document
from services.election.results import actions, queries
from services.election.results.archive import ArchiveSeen, archive_of
from services.election.results.printed import minutes_of_counting, result_notice
from services.election.results.schemas import NewCount, NewRecount, ResultSeen, ResultsSeen
from services.election.results.shown import called, result_seen
from services.election.rules.roles import DESK_ROLES, DRAFT_ROLES
from services.election.rules.states import State
from services.election.tables import Election, Result
from shared.edge import EdgeRoute, Now, Reading, ReadingFactory, Reads, Writing
from shared.identity import Actor, SignedIn, allow
from shared.problems import RoleForbidden

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)

Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Number = Annotated[int | None, Query(ge=1, le=100, description="Which count; none: the newest.")]
Overseer = Annotated[Actor, Depends(allow(*DRAFT_ROLES))]
PDF: dict[int | str, Any] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}}}
}
STEP = answers(ElectionUnknown, RoleForbidden, StepRefused)
COUNT = answers(ElectionUnknown, RoleForbidden, StepRefused, CountersRefused, PapersOutstanding)


async def _shown(db: AsyncSession, means: MeansOf, election: Election, result: Result) -> ResultSeen:
    return result_seen(election, result, await called(db, means.keys, election))


@router.post(
    "/{election_id}/counts", operation_id="count_election", summary="Count it", status_code=201, responses=COUNT
)
async def count_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, now: Now, by: Annotated[NewCount | None, Body()] = None
) -> ResultSeen:
    """The provisional result, by the rules that were announced; a tie is drawn from the announced seed."""
    result = await actions.count_election(db, actor, means.keys, election_id, by.counters() if by else None, now)
    return await _shown(db, means, await election_of(db, actor, election_id), result)


@router.post(
    "/{election_id}/recounts", operation_id="recount_election", summary="Count it again", status_code=201,
    responses=COUNT,
)  # fmt: skip
async def recount_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, recount: NewRecount, now: Now
) -> ResultSeen:
    """Because an objection was upheld. The first count stays beside it; it is posted anew."""
    result = await actions.recount_election(db, actor, means.keys, election_id, recount.reason, recount.by(), now)
    return await _shown(db, means, await election_of(db, actor, election_id), result)


@router.post(
    "/{election_id}/result-postings", operation_id="post_result", summary="Post the result", status_code=201,
    responses=STEP | reaches(State.POSTED),
)  # fmt: skip
async def post_result(
    db: Writing, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """From now on its days for objections run."""
    return await seen(db, means, actor, await actions.post_result(db, actor, election_id, now), response, now)


@router.post(
    "/{election_id}/finals",
    operation_id="finalise_election",
    summary="Make it final",
    status_code=201,
    responses=STEP | reaches(State.FINAL),
)
async def finalise_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """Once the days for objections are over and each is settled."""
    return await seen(db, means, actor, await actions.finalise_election(db, actor, election_id, now), response, now)


@router.get(
    "/{election_id}/result", operation_id="get_result", summary="The result",
    responses=answers(ElectionUnknown, NotCounted),
)  # fmt: skip
async def get_result(db: Reading, actor: SignedIn, means: Means, election_id: UUID) -> ResultSeen:
    """The newest count: every figure, the inequality that decided, the ranking, and the lot where one was drawn."""
    election = await election_of(db, actor, election_id)
    return await _shown(db, means, election, await queries.newest_result(db, election))


@router.get(
    "/{election_id}/results", operation_id="list_results", summary="Every count", responses=answers(ElectionUnknown)
)
async def list_results(db: Reading, actor: SignedIn, means: Means, election_id: UUID) -> ResultsSeen:
    """The first one first; none before the count."""
    election = await election_of(db, actor, election_id)
    names = await called(db, means.keys, election)
    found = await queries.results_of(db, election)
    return ResultsSeen(items=[result_seen(election, one, names) for one in found])


async def _loaded(
    reads: ReadingFactory, actor: Actor, means: MeansOf, election_id: UUID, number: int | None
) -> tuple[Election, Result, ResultSeen, int]:
    """All that a document says, read before it is set: setting takes a second and needs no database."""
    async with reads() as db:
        election = await election_of(db, actor, election_id)
        result = await queries.result_of(db, election, number)
        return election, result, await _shown(db, means, election, result), await papers_helped(db, election.id)


def _pdf(name: str, document: Document) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(document.pdf, media_type="application/pdf", headers=headers)


@router.get(
    "/{election_id}/result-notice", operation_id="get_result_notice", summary="The notice of the result as PDF",
    response_class=Response, responses={**PDF, **answers(ElectionUnknown, NotCounted)},
)  # fmt: skip
async def get_result_notice(reads: Reads, actor: SignedIn, means: Means, election_id: UUID, now: Now) -> Response:
    """For boards and doors (PUB-3)."""
    election, _, shown, _ = await _loaded(reads, actor, means, election_id, None)
    return _pdf("result-notice", await result_notice(election, shown, now))


@router.get(
    "/{election_id}/counting-minutes", operation_id="get_counting_minutes", summary="The minutes of counting as PDF",
    response_class=Response, responses={**PDF, **answers(ElectionUnknown, NotCounted, RoleForbidden)},
)  # fmt: skip
async def get_counting_minutes(
    reads: Reads, actor: Overseer, means: Means, election_id: UUID, now: Now, number: Number = None
) -> Response:
    """Of the newest count, or of the one with this number; to be signed by hand (BAL-7)."""
    election, result, shown, helped = await _loaded(reads, actor, means, election_id, number)
    if not actor.holds(DRAFT_ROLES, election.compound_code):
        raise RoleForbidden(needed=sorted(DRAFT_ROLES))
    return _pdf("counting-minutes", await minutes_of_counting(election, shown, result, helped, now))


@router.get(
    "/{election_id}/archive", operation_id="get_archive", summary="What is kept, and until when",
    responses=answers(ElectionUnknown),
)  # fmt: skip
async def get_archive(db: Reading, actor: SignedIn, election_id: UUID) -> ArchiveSeen:
    """Digests to compare with in later years (BAL-8)."""
    return await archive_of(db, await election_of(db, actor, election_id))
