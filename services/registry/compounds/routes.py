"""HTTP of compounds: opening and changing them, their buildings, their register."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.registry.compounds import actions, queries
from services.registry.compounds.schemas import (
    BuildingSeen,
    BuildingsSeen,
    ChangeCompound,
    CompoundSeen,
    DeveloperSeen,
    NewCompound,
    NewDeveloper,
    RegisterScope,
    RegisterSeen,
    Version,
)
from services.registry.errors import CompoundRefused, CompoundUnknown, RegionUnknown, answers
from services.registry.regions.schemas import RegionCode
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed
from shared.problems import NotAcceptable, StaleVersion, VersionNeeded
from shared.versions import etag

router = APIRouter(prefix="/v1/compounds", tags=["registry"], route_class=EdgeRoute)
EXPORT = Export("compounds", CompoundSeen)
Compounds = Annotated[Listing, Depends(listing(queries.COMPOUNDS))]
Opener = Annotated[Actor, Depends(allow(*actions.OPENING))]


@router.get(
    "",
    operation_id="list_compounds",
    summary="List compounds",
    response_model=Listed[CompoundSeen],
    responses=answers(NotAcceptable) | EXPORT.responses(),
)
async def list_compounds(
    asked: Compounds, actor: SignedIn, region: Annotated[RegionCode | None, Query()] = None
) -> Any:
    """The compounds that the caller has anything to do with, by code."""
    return await listed(asked, queries.compounds_of(actor, region), EXPORT, lambda row: CompoundSeen.of(row[0]))


@router.post(
    "",
    status_code=201,
    operation_id="open_compound",
    summary="Open a compound",
    responses=answers(RegionUnknown, CompoundRefused),
)
async def open_compound(
    db: Writing, actor: Opener, compound: NewCompound, now: Now, response: Response
) -> CompoundSeen:
    """Open a compound in a community; it gets the community's next number."""
    said = actions.CompoundSaid(compound.name, compound.address)
    row = await actions.open_compound(db, actor, compound.community_code, said, now)
    response.headers.update(etag(row.version) | {"Location": f"/v1/compounds/{row.id}"})
    return CompoundSeen.of(row)


@router.get(
    "/{compound_id}", operation_id="read_compound", summary="Read a compound", responses=answers(CompoundUnknown)
)
async def read_compound(db: Reading, actor: SignedIn, compound_id: UUID, response: Response) -> CompoundSeen:
    """One compound; its ETag is what a change needs."""
    row = await queries.compound_in_reach(db, actor, compound_id)
    response.headers.update(etag(row.version))
    return CompoundSeen.of(row)


@router.put(
    "/{compound_id}",
    operation_id="change_compound",
    summary="Change a compound",
    responses=answers(CompoundUnknown, CompoundRefused, StaleVersion, VersionNeeded),
)
async def change_compound(
    db: Writing, actor: Opener, compound_id: UUID, change: ChangeCompound, version: Version, response: Response
) -> CompoundSeen:
    """Change name or address; the code stays."""
    row = await actions.change_compound(db, actor, compound_id, change.said(), version)
    response.headers.update(etag(row.version))
    return CompoundSeen.of(row)


@router.put(
    "/{compound_id}/developer",
    operation_id="name_developer",
    summary="Name a compound's developer",
    responses=answers(CompoundUnknown, CompoundRefused, StaleVersion, VersionNeeded),
)
async def name_developer(
    db: Writing,
    actor: Opener,
    compound_id: UUID,
    developer: NewDeveloper,
    version: Version,
    now: Now,
    response: Response,
) -> DeveloperSeen:
    """Unsold and undelivered homes count under the developer's one head; If-Match takes the compound's ETag."""
    row, body = await actions.name_developer(db, actor, compound_id, developer.said(), version, now)
    response.headers.update(etag(row.version))
    return DeveloperSeen.of(body)


@router.get(
    "/{compound_id}/buildings",
    operation_id="list_buildings",
    summary="List buildings and entrances",
    responses=answers(CompoundUnknown),
)
async def list_buildings(db: Reading, actor: SignedIn, compound_id: UUID) -> BuildingsSeen:
    """Every building, entrance by entrance, with its number of homes."""
    row = await queries.compound_in_reach(db, actor, compound_id)
    return BuildingsSeen(items=[BuildingSeen.of(found) for found in await queries.buildings(db, row.id)])


@router.get(
    "/{compound_id}/register",
    operation_id="read_register",
    summary="Heads and area of a scope",
    responses=answers(CompoundUnknown),
)
async def read_register(
    db: Reading, actor: SignedIn, compound_id: UUID, asked: Annotated[RegisterScope, Query()]
) -> RegisterSeen:
    """How many homes and heads there are, how much area is known, and what is unknown, in the whole or a part."""
    row = await queries.compound_in_reach(db, actor, compound_id)
    figures = await queries.register(db, queries.Scope(row.id, asked.building, asked.entrance))
    return RegisterSeen.of(figures, asked.building, asked.entrance)
