"""Rounds of visits over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.survey.errors import (
    FiguresHidden,
    HomeNotInRound,
    HomeTaken,
    PurposeUnknown,
    RecordNotThere,
    RoundRefused,
    RoundUnknown,
    ScopeEmpty,
    SurveyUnknown,
    VersionMissing,
    answers,
)
from services.survey.house import Means
from services.survey.rounds import actions, queries
from services.survey.rounds.schemas import (
    ChooseRecord,
    CoverageSeen,
    FiguresSeen,
    HomesSeen,
    HomesTaken,
    MoveRound,
    NewRound,
    OfferSeen,
    OffersSeen,
    ReadOffers,
    RoundHomeSeen,
    RoundSeen,
    SideBySide,
)
from services.survey.rules.roles import DESK, OFFICE, VISITORS
from services.survey.submissions.queries import records_of_home
from services.survey.submissions.schemas import SubmissionSeen
from services.survey.visits.queries import visits_of
from services.survey.visits.schemas import VisitSeen
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Reads, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, StaleVersion, VersionNeeded
from shared.versions import etag, wanted_version

router = APIRouter(prefix="/v1/rounds", tags=["survey"], route_class=EdgeRoute)
Desk = Annotated[Actor, Depends(allow(*DESK))]
Visitor = Annotated[Actor, Depends(allow(*VISITORS, *OFFICE))]
Version = Annotated[int, Depends(wanted_version)]
Rounds = Annotated[Page, Depends(paged(queries.ROUNDS))]
EXPORT = Export("round_homes", RoundHomeSeen)
Homes = Annotated[Listing, Depends(listing(queries.HOMES))]
Building = Annotated[str, Query(max_length=20)]


@router.post(
    "",
    operation_id="open_round",
    summary="Open a round of visits",
    status_code=201,
    responses=answers(SurveyUnknown, VersionMissing, ScopeEmpty, NeighbourDown),
)
async def open_round(
    db: Writing, reads: Reads, actor: Desk, means: Means, plan: NewRound, response: Response, now: Now
) -> RoundSeen:
    """Over every home of the scope as the register has it now (VIS-1)."""
    found = await actions.open_round(db, reads, actor, means, plan.plan(), now)
    response.headers.update(etag(found.version))
    return RoundSeen.of(found, actor)


@router.get("", operation_id="list_rounds", summary="Rounds of visits")
async def list_rounds(db: Reading, actor: SignedIn, page: Rounds, compound_id: UUID | None = None) -> Listed[RoundSeen]:
    """Of compounds where I hold a role, newest first."""
    return await page_of(db, queries.rounds_for(actor, compound_id), page, lambda row: RoundSeen.of(row[0], actor))


@router.get("/{round_id}", operation_id="get_round", summary="One round", responses=answers(RoundUnknown))
async def get_round(db: Reading, actor: SignedIn, round_id: UUID, response: Response) -> RoundSeen:
    """Its state and the moves that I may make."""
    found = await queries.round_in_reach(db, actor, round_id)
    response.headers.update(etag(found.version))
    return RoundSeen.of(found, actor)


@router.post(
    "/{round_id}/moves",
    operation_id="move_round",
    summary="Close, reopen or publish a round",
    status_code=201,
    responses=answers(RoundUnknown, RoundRefused),
)
async def move_round(
    db: Writing, actor: Desk, means: Means, round_id: UUID, change: MoveRound, response: Response, now: Now
) -> RoundSeen:
    """Figures are published from a closed round, once: two editions would give back what each hides (VIS-4)."""
    found = await actions.move_round(db, actor, means, round_id, change.move, now)
    response.headers.update(etag(found.version))
    return RoundSeen.of(found, actor)


@router.get(
    "/{round_id}/coverage", operation_id="get_coverage", summary="How far a round is", responses=answers(RoundUnknown)
)
async def get_coverage(db: Reading, actor: Visitor, round_id: UUID) -> CoverageSeen:
    """VIS-1. Homes with a final outcome over all homes."""
    found = await queries.round_in_reach(db, actor, round_id, VISITORS | OFFICE)
    return CoverageSeen.of(await queries.coverage(db, found))


@router.get(
    "/{round_id}/homes",
    operation_id="list_round_homes",
    summary="Homes of a round",
    response_model=Listed[RoundHomeSeen],
    responses=answers(RoundUnknown) | EXPORT.responses(),
)
async def list_round_homes(
    asked: Homes, actor: Visitor, round_id: UUID, building: Building | None = None, mine: bool = False
) -> Any:
    """In the register's order; `mine=true` are those that I took along."""
    found = await queries.round_in_reach(asked.session, actor, round_id, VISITORS | OFFICE)
    statement = queries.homes_of_round(found.id, actor, queries.WantedHomes(building, mine))

    def shown(row: Any) -> RoundHomeSeen:
        return RoundHomeSeen.of(row, found.tries)

    return await listed(asked, statement, EXPORT, shown)


@router.post(
    "/{round_id}/batches",
    operation_id="take_homes",
    summary="Take homes along",
    status_code=201,
    responses=answers(RoundUnknown, RoundRefused, HomeNotInRound, HomeTaken),
)
async def take_homes(db: Writing, actor: Visitor, round_id: UUID, batch: HomesTaken) -> HomesSeen:
    """All or none; a home that somebody else took is refused by name."""
    homes = await actions.take_homes(db, actor, round_id, tuple(batch.home_ids), give_back=False)
    return HomesSeen(home_ids=[home.home_id for home in homes])


@router.post(
    "/{round_id}/returns",
    operation_id="give_homes_back",
    summary="Give homes back",
    status_code=201,
    responses=answers(RoundUnknown, RoundRefused, HomeNotInRound, HomeTaken),
)
async def give_homes_back(db: Writing, actor: Visitor, round_id: UUID, batch: HomesTaken) -> HomesSeen:
    """One's own; the desk gives back for anybody."""
    homes = await actions.take_homes(db, actor, round_id, tuple(batch.home_ids), give_back=True)
    return HomesSeen(home_ids=[home.home_id for home in homes])


@router.get(
    "/{round_id}/homes/{home_id}",
    operation_id="get_round_home",
    summary="All that is recorded of a home",
    responses=answers(RoundUnknown, HomeNotInRound),
)
async def get_round_home(
    db: Reading, actor: SignedIn, means: Means, round_id: UUID, home_id: UUID, response: Response
) -> SideBySide:
    """VIS-3. Visits and records side by side: all for the office, else those I made or of my own home."""
    found = await queries.round_in_reach(db, actor, round_id)
    home = await queries.home_of_round(db, round_id, home_id)
    response.headers.update(etag(home.version))
    visits = (await db.execute(visits_of(actor, found, home_id))).scalars().all()
    records = await records_of_home(db, means.keys, actor, round_id, home_id)
    return SideBySide(
        home_id=home.home_id,
        label=home.label,
        chosen_id=home.chosen_id,
        version=home.version,
        visits=[VisitSeen.model_validate(visit) for visit in visits],
        records=[SubmissionSeen.of(record, actor, means.language) for record in records],
    )


@router.post(
    "/{round_id}/homes/{home_id}/choices",
    operation_id="choose_record",
    summary="Choose between two records",
    status_code=201,
    responses=answers(RoundUnknown, RoundRefused, HomeNotInRound, RecordNotThere, StaleVersion, VersionNeeded),
)
async def choose_record(
    db: Writing,
    actor: Desk,
    round_id: UUID,
    home_id: UUID,
    choice: ChooseRecord,
    version: Version,
    response: Response,
) -> HomesSeen:
    """VIS-3. Nothing is merged or removed: figures use the chosen record, the others stay beside it."""
    home = await actions.choose_record(db, actor, round_id, home_id, choice.submission_id, version)
    response.headers.update(etag(home.version))
    return HomesSeen(home_ids=[home.home_id])


@router.post(
    "/{round_id}/offer-readings",
    operation_id="read_offers",
    openapi_extra=NEVER_REPLAYED,
    summary="Who is willing",
    status_code=201,
    responses=answers(RoundUnknown, PurposeUnknown),
)
async def read_offers(db: Writing, actor: Desk, means: Means, round_id: UUID, reading: ReadOffers) -> OffersSeen:
    """VIS-6. Only homes that consented to this use, with what the consent covers; each reading is audited."""
    found = await actions.read_offers(db, actor, means, round_id, reading.consent, reading.purpose)
    items = [
        OfferSeen(
            home_id=one.home.home_id,
            building=one.home.building,
            entrance=one.home.entrance,
            label=one.home.label,
            said=dict(one.said),
        )
        for one in found
    ]
    return OffersSeen(consent=reading.consent, items=items)


@router.get(
    "/{round_id}/figures",
    operation_id="get_figures",
    summary="Figures of a round",
    responses=answers(RoundUnknown, FiguresHidden),
)
async def get_figures(db: Reading, actor: SignedIn, means: Means, round_id: UUID) -> FiguresSeen:
    """Published ones for everybody of the compound; before that the office sees what would be shown (VIS-4)."""
    found = await queries.round_in_reach(db, actor, round_id)
    if found.figures is None and not actor.holds(OFFICE, found.compound_code):
        raise FiguresHidden
    shown = found.figures or actions.figures_json(await queries.figures(db, means.keys, found))
    return FiguresSeen.model_validate(
        {"round_id": found.id, "published": found.figures is not None, "threshold": found.threshold, **shown}
    )
