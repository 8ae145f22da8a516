"""Rolls over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.election.elections.queries import election_of
from services.election.elections.seeing import seen
from services.election.elections.shown import ElectionSeen, reaches
from services.election.errors import (
    CorrectionRefused,
    CorrectionUnknown,
    ElectionUnknown,
    HomeNotOnRoll,
    NoteStale,
    ObjectionUnknown,
    RollNotFrozen,
    StepRefused,
    answers,
)
from services.election.house import Means
from services.election.rolls import actions, queries, shown
from services.election.rolls.drift import checked_roll
from services.election.rolls.schemas import NewCorrection, NewRollNote
from services.election.rolls.shown import CorrectionSeen, RollChecked, RollLine, RollSeen
from services.election.rules.roles import DESK_ROLES, DRAFT_ROLES
from services.election.rules.states import State
from shared.edge import EdgeRoute, Now, Reading, Reads, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, RoleForbidden

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)

EXPORT = Export("roll", RollLine)
Homes = Annotated[Listing, Depends(listing(queries.HOMES))]
Corrections = Annotated[Page, Depends(paged(queries.CORRECTIONS))]
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Checker = Annotated[Actor, Depends(allow(*DRAFT_ROLES))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Of the proposal.")]


@router.post(
    "/{election_id}/rolls",
    operation_id="post_roll",
    summary="Post the roll",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, StepRefused, NeighbourDown) | reaches(State.ROLL_POSTED),
)
async def post_roll(
    db: Writing, reads: Reads, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """One entry an entitlement of the scope, as the registry has it now; from here on everybody may object."""
    found = await actions.post_roll(db, reads, actor, means, election_id, now)
    return await seen(db, means, actor, found, response, now)


@router.get("/{election_id}/roll", operation_id="get_roll", summary="The roll", responses=answers(ElectionUnknown))
async def get_roll(db: Reading, actor: SignedIn, election_id: UUID) -> RollSeen:
    """Totals by building, my own homes in full, and what the unknowns could make of the denominators."""
    found = await election_of(db, actor, election_id)
    return shown.roll(found, await queries.roll_read(db, actor, found))


@router.get(
    "/{election_id}/roll/homes",
    operation_id="list_roll",
    summary="The roll for the board",
    response_model=Listed[RollLine],
    responses=EXPORT.responses() | answers(ElectionUnknown),
)
async def list_roll(db: Reading, asked: Homes, actor: SignedIn, election_id: UUID) -> Any:
    """Every home by building and entrance; its room only for those who go from door to door. No name, no area."""
    found = await election_of(db, actor, election_id)
    rows = queries.homes_on_roll(found.id)
    return await listed(asked, rows, EXPORT, lambda row: shown.line(actor, found, row[0], row.place))


@router.post(
    "/{election_id}/roll/corrections",
    operation_id="correct_roll",
    summary="Correct the roll",
    status_code=201,
    responses=answers(
        ElectionUnknown, RoleForbidden, HomeNotOnRoll, CorrectionRefused, ObjectionUnknown, NeighbourDown
    ),
)
async def correct_roll(
    db: Writing, reads: Reads, actor: Desk, means: Means, election_id: UUID, change: NewCorrection, now: Now
) -> CorrectionSeen:
    """At once while it is posted; on a frozen roll a proposal, which a second officer confirms."""
    row = await actions.correct_roll(db, reads, actor, means, election_id, change.wish(), now)
    return shown.correction(actor, await election_of(db, actor, election_id), row)


@router.post(
    "/{election_id}/roll/corrections/{number}/confirmations",
    operation_id="confirm_correction",
    summary="Confirm a correction of the frozen roll",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, CorrectionUnknown, CorrectionRefused, ObjectionUnknown),
)
async def confirm_correction(db: Writing, actor: Desk, election_id: UUID, number: Number, now: Now) -> CorrectionSeen:
    """By another officer than who proposed it: a line of the log, with the totals before and after."""
    row = await actions.confirm_correction(db, actor, election_id, number, now)
    return shown.correction(actor, await election_of(db, actor, election_id), row)


@router.get(
    "/{election_id}/roll/corrections",
    operation_id="list_corrections",
    summary="Corrections of the roll",
    responses=answers(ElectionUnknown),
)
async def list_corrections(
    db: Reading, actor: SignedIn, election_id: UUID, page: Corrections
) -> Listed[CorrectionSeen]:
    """Oldest first, each with its reason and the totals before and after."""
    found = await election_of(db, actor, election_id)
    rows = queries.corrections_of(found.id)
    return await page_of(db, rows, page, lambda row: shown.correction(actor, found, row[0]))


@router.post(
    "/{election_id}/roll/notes",
    operation_id="sign_roll_note",
    summary="Sign for what is unknown in the roll",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, CorrectionRefused, NoteStale),
)
async def sign_roll_note(
    db: Writing, actor: Desk, means: Means, election_id: UUID, note: NewRollNote, response: Response, now: Now
) -> ElectionSeen:
    """Needed before a roll with unknowns is frozen; a later correction asks for it anew."""
    found = await actions.sign_roll_note(db, actor, election_id, note.note(), now)
    return await seen(db, means, actor, found, response, now)


@router.get(
    "/{election_id}/roll/check",
    operation_id="check_roll",
    summary="Is the frozen roll still what it was",
    responses=answers(ElectionUnknown, RoleForbidden, RollNotFrozen),
)
async def check_roll(db: Reading, actor: Checker, election_id: UUID, now: Now) -> RollChecked:
    """For the desk and the auditor: names each row that was changed behind its commitment."""
    found = await queries.frozen_election(db, actor, election_id)
    return shown.checked(await checked_roll(db, found), now)
