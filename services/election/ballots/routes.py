"""Ballots over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute

from services.election.ballots import actions, queries
from services.election.ballots.frozen import Entry
from services.election.ballots.house import asked_by
from services.election.ballots.schemas import MyBallots, NewBallot, ReceiptSeen, home_ballot, receipt
from services.election.ballots.storing import Stored
from services.election.ballots.taking import Taken
from services.election.elections.queries import election_of
from services.election.errors import (
    BallotRefused,
    BallotUnknown,
    ChoicesRefused,
    ElectionUnknown,
    HomeNotOnRoll,
    MarksRefused,
    NotOpen,
    answers,
)
from services.election.house import Means, station_of
from shared.edge import EdgeRoute, Reading
from shared.idempotency import REPLAYED
from shared.identity import SignedIn

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)
casting = APIRouter(prefix="/v1/elections", tags=["election"], route_class=APIRoute)
"""Not through the edge: the writer is the edge of ballots, many of them a transaction (ADR 50)."""
routers = (casting, router)
FIRST = {"x-priority": "first"}
"""Ballots and own receipts are served first when not all can be."""

Index = Annotated[int, Path(ge=0, le=2**53, description="`log_index` of the receipt.")]


@casting.post(
    "/{election_id}/ballots",
    operation_id="cast_ballot",
    summary="Cast my ballot",
    openapi_extra=FIRST,
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, HomeNotOnRoll, MarksRefused, ChoicesRefused, BallotRefused),
)
async def cast_ballot(
    request: Request, actor: SignedIn, election_id: UUID, ballot: NewBallot, response: Response
) -> ReceiptSeen:
    """One an entitlement; in a household ballot the owner's prevails. My own I may replace until closing, where the
    rule set lets me. An owners' vote asks for a token with a second factor not older than five minutes."""
    station, asked = station_of(request), await asked_by(request, actor)
    taken = await actions.cast_ballot(station, actor, election_id, ballot.marked(), asked)
    if taken.replayed:
        response.headers[REPLAYED] = "true"
    return receipt(station.keys, taken)


@router.get(
    "/{election_id}/ballots",
    operation_id="list_my_ballots",
    summary="My homes and their ballots",
    responses=answers(ElectionUnknown),
)
async def list_my_ballots(db: Reading, actor: SignedIn, election_id: UUID) -> MyBallots:
    """Which of my homes have a ballot here, whether it is cast, and what a new one would replace. No choice."""
    election = await election_of(db, actor, election_id)
    mine = await queries.my_homes(db, actor, election)
    return MyBallots(items=[home_ballot(one, actor.subject) for one in mine])


@router.get(
    "/{election_id}/ballots/{log_index}",
    operation_id="get_receipt",
    summary="My receipt again",
    openapi_extra=FIRST,
    responses=answers(ElectionUnknown, BallotUnknown),
)
async def get_receipt(db: Reading, actor: SignedIn, means: Means, election_id: UUID, log_index: Index) -> ReceiptSeen:
    """For whoever cast it, and nobody else."""
    election = await election_of(db, actor, election_id)
    ballot, home_id, label = await queries.receipt_of(db, actor, election, log_index)
    entry = Entry(ballot.entry_id, frozenset(), (), home_id, label)
    return receipt(means.keys, Taken(ballot.election_id, Stored.of(ballot), entry))
