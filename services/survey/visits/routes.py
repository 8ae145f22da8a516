"""Visits over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.survey.errors import (
    HomeNotInRound,
    IdTaken,
    NoticeUnknown,
    RoundRefused,
    RoundUnknown,
    VisitInvalid,
    VisitorUnknown,
    VisitUnknown,
    answers,
)
from services.survey.house import Means
from services.survey.rounds.queries import round_in_reach
from services.survey.rules.roles import VISITORS
from services.survey.visits import actions, queries
from services.survey.visits.schemas import ChangeVisit, NewVisit, VisitSeen
from shared.edge import EdgeRoute, Now, Reading, Reads, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed
from shared.problems import NeighbourDown, StaleVersion, VersionNeeded
from shared.versions import etag, wanted_version

router = APIRouter(prefix="/v1/visits", tags=["survey"], route_class=EdgeRoute)
Visitor = Annotated[Actor, Depends(allow(*VISITORS))]
Version = Annotated[int, Depends(wanted_version)]
EXPORT = Export("visits", VisitSeen)
Visits = Annotated[Listing, Depends(listing(queries.VISITS))]


@router.post(
    "",
    operation_id="record_visit",
    summary="Record a visit",
    status_code=201,
    responses=answers(
        RoundUnknown, HomeNotInRound, RoundRefused, VisitInvalid, VisitorUnknown, NoticeUnknown, IdTaken, NeighbourDown
    ),
)
async def record_visit(
    db: Writing, reads: Reads, actor: Visitor, means: Means, visit: NewVisit, response: Response, now: Now
) -> VisitSeen:
    """Two visitors, outcome, who answered, which notice they saw. Two visits of one home stand side by side."""
    made, people = visit.made(), {visit.second_visitor}
    companions = await actions.companions_of(reads, means.registry, actor, visit.round_id, people)
    row = await actions.record_visit(db, actor, companions, made, now)
    response.headers.update(etag(row.version))
    return VisitSeen.model_validate(row)


@router.get(
    "",
    operation_id="list_visits",
    summary="Visits of a round",
    response_model=Listed[VisitSeen],
    responses=answers(RoundUnknown) | EXPORT.responses(),
)
async def list_visits(
    asked: Visits, actor: SignedIn, round_id: Annotated[UUID, Query()], home_id: UUID | None = None
) -> Any:
    """All for the office, for visitors their own; newest first."""
    found = await round_in_reach(asked.session, actor, round_id)
    statement = queries.visits_of(actor, found, home_id)
    return await listed(asked, statement, EXPORT, lambda row: VisitSeen.model_validate(row[0]))


@router.get("/{visit_id}", operation_id="get_visit", summary="One visit", responses=answers(VisitUnknown))
async def get_visit(db: Reading, actor: SignedIn, visit_id: UUID, response: Response) -> VisitSeen:
    """For its visitors and the office."""
    row = await queries.visit_in_reach(db, actor, visit_id)
    response.headers.update(etag(row.version))
    return VisitSeen.model_validate(row)


@router.put(
    "/{visit_id}",
    operation_id="correct_visit",
    summary="Correct a visit",
    responses=answers(
        *(VisitUnknown, RoundRefused, VisitInvalid, VisitorUnknown, NoticeUnknown),
        *(StaleVersion, VersionNeeded, NeighbourDown),
    ),
)
async def correct_visit(
    db: Writing,
    reads: Reads,
    actor: Visitor,
    means: Means,
    visit_id: UUID,
    change: ChangeVisit,
    version: Version,
    response: Response,
    now: Now,
) -> VisitSeen:
    """While the round is open, by its visitors or the office; every wording stays on record."""
    facts = change.facts()
    companions = await actions.new_companion(reads, means.registry, actor, visit_id, facts)
    row = await actions.correct_visit(db, actor, companions, visit_id, facts, version, now)
    response.headers.update(etag(row.version))
    return VisitSeen.model_validate(row)
