"""Simulations over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from services.election.errors import ElectionUnknown, SimulationRefused, answers
from services.election.simulations import queries
from services.election.simulations.schemas import NewSimulation, SimulationSeen, simulation
from shared import audit
from shared.edge import EdgeRoute, Now, Writing
from shared.identity import SignedIn

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)


@router.post(
    "/{election_id}/simulations",
    operation_id="simulate_election",
    summary="What if",
    status_code=201,
    responses=answers(ElectionUnknown, SimulationRefused),
)
async def simulate_election(
    db: Writing, actor: SignedIn, election_id: UUID, assumed: NewSimulation, now: Now
) -> SimulationSeen:
    """Which tests would hold under my assumption, and what would be missing at least. Nothing is kept of it."""
    audit.note(db, "election", election_id)
    return simulation(await queries.simulated(db, actor, election_id, assumed.assumption(), now))
