"""Rolls over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.election.elections import queries
from services.election.elections.seeing import seen
from services.election.elections.shown import ElectionSeen
from services.election.errors import ElectionUnknown, StepRefused, answers
from services.election.house import Means
from services.election.rolls import actions, shown
from services.election.rolls.shown import RollSeen
from services.election.rules.roles import DESK_ROLES
from shared.edge import EdgeRoute, Now, Reading, Reads, Writing
from shared.identity import Actor, SignedIn, allow
from shared.problems import NeighbourDown, RoleForbidden

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)

Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]


@router.post(
    "/{election_id}/rolls",
    operation_id="post_roll",
    summary="Post the roll",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, StepRefused, NeighbourDown),
)
async def post_roll(
    db: Writing, reads: Reads, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """One entry an entitlement of the scope, as the registry has it now; from here on nothing is asked of it."""
    found = await actions.post_roll(db, reads, actor, means, election_id, now)
    return await seen(db, means, actor, found, response, now)


@router.get("/{election_id}/roll", operation_id="get_roll", summary="The roll", responses=answers(ElectionUnknown))
async def get_roll(db: Reading, actor: SignedIn, election_id: UUID) -> RollSeen:
    """Totals by building, and my own homes on it."""
    found = await queries.election_of(db, actor, election_id)
    return shown.roll(found, await queries.roll_of(db, actor, found))
