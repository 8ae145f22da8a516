"""Elections over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.election.elections import actions, queries, shown
from services.election.elections.drafting import lock_ground
from services.election.elections.schemas import (
    AnnounceElection,
    CancelElection,
    ChangeElection,
    NewElection,
    RepeatElection,
)
from services.election.elections.seeing import seen
from services.election.elections.shown import (
    AnnouncementSeen,
    ElectionListed,
    ElectionSeen,
    StepSeen,
    TurnoutSeen,
    reaches,
)
from services.election.errors import (
    CompoundMissing,
    DraftOver,
    DraftRefused,
    ElectionUnknown,
    RuleSetUnknown,
    RulesRefused,
    StepRefused,
    answers,
)
from services.election.house import Means
from services.election.rules.roles import DESK_ROLES
from services.election.rules.states import State
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, RoleForbidden, StaleVersion, VersionNeeded
from shared.versions import check_version, wanted_version

router = APIRouter(prefix="/v1/elections", tags=["election"], route_class=EdgeRoute)

EXPORT = Export("elections", ElectionListed)
Elections = Annotated[Listing, Depends(listing(queries.ELECTIONS))]
History = Annotated[Page, Depends(paged(queries.HISTORY))]
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Version = Annotated[int, Depends(wanted_version)]
Region = Annotated[str, Query(pattern=r"^[0-9]{2,15}$", description="A code or the beginning of one.")]
STEP = answers(ElectionUnknown, RoleForbidden, StepRefused)


async def wanted(
    compound_id: UUID | None = None, region: Region | None = None, state: State | None = None
) -> queries.Wanted:
    """The filters of the list."""
    return queries.Wanted(compound_id, region, state)


@router.post(
    "",
    operation_id="create_election",
    summary="Draft an election",
    status_code=201,
    responses=answers(CompoundMissing, RuleSetUnknown, RulesRefused, DraftRefused, NeighbourDown)
    | reaches(State.DRAFT),
)
async def create_election(
    db: Writing, actor: Desk, means: Means, election: NewElection, response: Response, now: Now
) -> ElectionSeen:
    """From a preset or a rule set, with its items or nominees, and the window in which ballots are taken."""
    made = await actions.create_election(db, actor, means, election.wish(), now)
    return await seen(db, means, actor, made, response, now)


@router.get(
    "",
    operation_id="list_elections",
    summary="Elections I may see",
    response_model=Listed[ElectionListed],
    responses=EXPORT.responses(),
)
async def list_elections(
    asked: Elections, actor: SignedIn, filters: Annotated[queries.Wanted, Depends(wanted)], now: Now
) -> Any:
    """Those announced in my compounds; the desk's drafts too."""
    statement = queries.visible(actor, filters)
    return await listed(asked, statement, EXPORT, lambda row: shown.listed(row[0], actor, now))


@router.get("/{election_id}", operation_id="get_election", summary="One election", responses=answers(ElectionUnknown))
async def get_election(
    db: Reading, actor: SignedIn, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """With its nominees, its rule set and what I may do with it now."""
    found = await queries.election_of(db, actor, election_id)
    return await seen(db, means, actor, found, response, now)


@router.put(
    "/{election_id}",
    operation_id="change_election",
    summary="Rewrite a draft",
    responses=answers(
        ElectionUnknown,
        RoleForbidden,
        DraftOver,
        RuleSetUnknown,
        RulesRefused,
        DraftRefused,
        StaleVersion,
        VersionNeeded,
    )
    | reaches(State.DRAFT, 200),
)
async def change_election(
    db: Writing,
    actor: Desk,
    means: Means,
    election_id: UUID,
    change: ChangeElection,
    version: Version,
    response: Response,
    now: Now,
) -> ElectionSeen:
    """The whole draft as it shall read, until its roll is frozen."""
    await lock_ground(db, election_id)
    found = await queries.election_to_run(db, actor, election_id)
    check_version(version, found.version)
    changed = await actions.change_election(db, actor, means, found, change.rule_set_version, change.draft(), now)
    return await seen(db, means, actor, changed, response, now)


@router.post(
    "/{election_id}/announcements",
    operation_id="announce_election",
    summary="Announce it",
    status_code=201,
    responses=STEP | reaches(State.ANNOUNCED),
)
async def announce_election(
    db: Writing,
    actor: Desk,
    means: Means,
    election_id: UUID,
    response: Response,
    now: Now,
    window: AnnounceElection | None = None,
) -> ElectionSeen:
    """Text and roll are frozen and hashed; the seed of the lot is shown from now on. The window may be set anew."""
    found = await actions.announce_election(db, actor, means, election_id, window.again() if window else None, now)
    return await seen(db, means, actor, found, response, now)


@router.post(
    "/{election_id}/openings",
    operation_id="open_election",
    summary="Open it",
    status_code=201,
    responses=STEP | reaches(State.OPEN),
)
async def open_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """Within the announced window; from now on ballots are taken."""
    found = await actions.open_election(db, actor, election_id, now)
    return await seen(db, means, actor, found, response, now)


@router.post(
    "/{election_id}/closings",
    operation_id="close_election",
    summary="Close it",
    status_code=201,
    responses=STEP | reaches(State.CLOSED),
)
async def close_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, response: Response, now: Now
) -> ElectionSeen:
    """Never before the announced end. No ballot is taken afterwards."""
    found = await actions.close_election(db, actor, election_id, now)
    return await seen(db, means, actor, found, response, now)


@router.post(
    "/{election_id}/cancellations", operation_id="cancel_election", summary="Call it off", status_code=201,
    responses=STEP | reaches(State.CANCELLED),
)  # fmt: skip
async def cancel_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, change: CancelElection, response: Response, now: Now
) -> ElectionSeen:
    """Before it opens, with a reason."""
    found = await actions.cancel_election(db, actor, election_id, change.reason, now)
    return await seen(db, means, actor, found, response, now)


@router.post(
    "/{election_id}/repeats",
    operation_id="repeat_election",
    summary="Vote once more",
    status_code=201,
    responses=STEP | reaches(State.DRAFT),
)
async def repeat_election(
    db: Writing, actor: Desk, means: Means, election_id: UUID, again: RepeatElection, response: Response, now: Now
) -> ElectionSeen:
    """Once, where too few took part: answers the new draft."""
    second = await actions.repeat_election(db, actor, means, election_id, again.again(), now)
    return await seen(db, means, actor, second, response, now)


@router.get(
    "/{election_id}/announcement",
    operation_id="get_announcement",
    summary="The announced text",
    responses=answers(ElectionUnknown),
)
async def get_announcement(db: Reading, actor: SignedIn, means: Means, election_id: UUID) -> AnnouncementSeen:
    """Word for word as it was hashed; before the announcement, as it would read."""
    found = await queries.election_of(db, actor, election_id)
    return shown.announcement(found, await queries.parts_of(db, means.keys, found))


@router.get(
    "/{election_id}/turnout", operation_id="get_turnout", summary="How many have voted",
    responses=answers(ElectionUnknown),
)  # fmt: skip
async def get_turnout(db: Reading, actor: SignedIn, election_id: UUID, now: Now) -> TurnoutSeen:
    """By the hour and in steps for everybody; exact and by building for those who go from door to door."""
    found = await queries.election_of(db, actor, election_id)
    return shown.turnout(await queries.turnout_of(db, actor, found, now))


@router.get(
    "/{election_id}/history", operation_id="list_election_history", summary="The path so far",
    responses=answers(ElectionUnknown),
)  # fmt: skip
async def list_election_history(db: Reading, actor: SignedIn, election_id: UUID, page: History) -> Listed[StepSeen]:
    """Every step, oldest first."""
    await queries.election_of(db, actor, election_id)
    return await page_of(db, queries.history_of(election_id), page, lambda row: shown.step_seen(row[0]))
