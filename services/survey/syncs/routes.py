"""The sync of a device over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.survey.errors import RoundUnknown, answers
from services.survey.house import Means
from services.survey.rules.roles import VISITORS
from services.survey.syncs import actions
from services.survey.syncs.schemas import NewSync, SyncedSeen, SyncSeen
from shared.edge import EdgeRoute, Now, Reads, Writing
from shared.identity import Actor, allow
from shared.problems import NeighbourDown

router = APIRouter(prefix="/v1/rounds", tags=["survey"], route_class=EdgeRoute)
Visitor = Annotated[Actor, Depends(allow(*VISITORS))]


@router.post(
    "/{round_id}/syncs",
    operation_id="sync_round",
    summary="Hand in what was gathered without network",
    status_code=201,
    responses=answers(RoundUnknown, NeighbourDown),
)
async def sync_round(
    db: Writing, reads: Reads, actor: Visitor, means: Means, round_id: UUID, gathered: NewSync, now: Now
) -> SyncSeen:
    """VIS-3. Visits and records together; each is taken or refused for itself. Sent again, nothing changes."""
    outcomes = await actions.sync_round(db, reads, actor, means, round_id, gathered.gathered(), now)
    return SyncSeen(items=[SyncedSeen.of(outcome, means.language) for outcome in outcomes])
