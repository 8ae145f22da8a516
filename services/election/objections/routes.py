"""Objections over HTTP (PUB-6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.election.elections.queries import election_of
from services.election.errors import (
    EffectRefused,
    ElectionUnknown,
    HomeNotOnRoll,
    ObjectionDone,
    ObjectionNotNow,
    ObjectionUnknown,
    answers,
)
from services.election.house import Means
from services.election.objections import actions, queries
from services.election.objections.actions import DECIDER
from services.election.objections.schemas import DecideObjection, NewObjection, ObjectionSeen, objection_seen
from services.election.rules.roles import DRAFT_ROLES, VOTER_ROLES, Role
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import RoleForbidden
from shared.wire import answered

router = APIRouter(tags=["election"], route_class=EdgeRoute)

Objector = Annotated[Actor, Depends(allow(*VOTER_ROLES, *DRAFT_ROLES))]
Street = Annotated[Actor, Depends(allow(Role.STREET_OFFICER))]
Asked = Annotated[Page, Depends(paged(queries.OBJECTIONS))]


@router.post(
    "/v1/elections/{election_id}/objections",
    operation_id="object_to_election",
    summary="Object to roll, procedure or count",
    status_code=201,
    responses=answers(ElectionUnknown, ObjectionNotNow, HomeNotOnRoll),
)
async def object_to_election(
    db: Writing, actor: Objector, means: Means, election_id: UUID, objection: NewObjection, now: Now
) -> ObjectionSeen:
    """By a named person, in his own words; late ones are recorded and hold nothing up."""
    made = await actions.object_to(db, actor, means.keys, election_id, objection.grounds(), now)
    return objection_seen(means.keys, made, actor)


@router.get(
    "/v1/elections/{election_id}/objections",
    operation_id="list_objections",
    summary="Objections: mine, or all for the desk",
    responses=answers(ElectionUnknown),
)
async def list_objections(
    db: Reading, actor: SignedIn, means: Means, election_id: UUID, page: Asked
) -> Listed[ObjectionSeen]:
    """Who objected is told to nobody but the desk and the street office."""
    election = await election_of(db, actor, election_id)
    decides = actor.holds({DECIDER}, election.compound_code)
    wanted = queries.visible(actor, election)
    return await page_of(db, wanted, page, lambda row: objection_seen(means.keys, row[0], actor, decides))


@router.post(
    "/v1/objections/{objection_id}/withdrawals",
    operation_id="withdraw_objection",
    summary="Take my objection back",
    status_code=201,
    responses=answers(ObjectionUnknown, ObjectionDone)
    | answered(ObjectionSeen, withdrawn_at="2026-11-27T02:00:00Z", allowed=[]),
)
async def withdraw_objection(db: Writing, actor: Objector, means: Means, objection_id: UUID, now: Now) -> ObjectionSeen:
    """Before it is decided."""
    return objection_seen(means.keys, await actions.withdraw_objection(db, actor, objection_id, now), actor)


@router.post(
    "/v1/objections/{objection_id}/decisions",
    operation_id="decide_objection",
    summary="Decide an objection",
    status_code=201,
    responses=answers(ObjectionUnknown, ObjectionDone, EffectRefused, RoleForbidden)
    | answered(
        ObjectionSeen,
        effect="CORRECT",
        answer="经核对不动产登记,予以更正。",
        decided_at="2026-11-30T02:00:00Z",
        allowed=[],
    ),
)
async def decide_objection(
    db: Writing, actor: Street, means: Means, objection_id: UUID, decision: DecideObjection, now: Now
) -> ObjectionSeen:
    """By the street office, within five working days; the effect is stated and then carried out."""
    decided = await actions.decide_objection(db, actor, objection_id, decision.ruling(), now)
    return objection_seen(means.keys, decided, actor)
