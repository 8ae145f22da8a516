"""Ballots over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.election.ballots import actions, queries
from services.election.ballots.schemas import MyBallots, NewBallot, ReceiptSeen, home_ballot, receipt
from services.election.elections.queries import election_of
from services.election.errors import (
    BallotRefused,
    BallotUnknown,
    ElectionUnknown,
    HomeNotOnRoll,
    MarksRefused,
    NotOpen,
    answers,
)
from services.election.house import Means
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.identity import SignedIn

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)

Index = Annotated[int, Path(ge=0, le=2**53, description="`log_index` of the receipt.")]


@router.post(
    "/{election_id}/ballots",
    operation_id="cast_ballot",
    summary="Cast my home's ballot",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, HomeNotOnRoll, MarksRefused, BallotRefused),
)
async def cast_ballot(
    db: Writing, actor: SignedIn, means: Means, election_id: UUID, ballot: NewBallot, now: Now
) -> ReceiptSeen:
    """One a dwelling; the owner's prevails; my own I may replace until closing, where the rule set lets me."""
    return receipt(means.keys, *await actions.cast_ballot(db, actor, means.keys, election_id, ballot.marked(), now))


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
    responses=answers(ElectionUnknown, BallotUnknown),
)
async def get_receipt(db: Reading, actor: SignedIn, means: Means, election_id: UUID, log_index: Index) -> ReceiptSeen:
    """For whoever cast it, and nobody else."""
    election = await election_of(db, actor, election_id)
    return receipt(means.keys, *await queries.receipt_of(db, actor, election, log_index))
