"""HTTP of homes: the list of a compound, one home, its owners, its door codes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.registry.compounds.queries import compound_in_reach
from services.registry.compounds.schemas import Building, Entrance, Version
from services.registry.errors import CompoundUnknown, HomeRefused, HomeTaken, HomeUnknown, answers
from services.registry.homes import actions, queries
from services.registry.homes.schemas import (
    ChangeHome,
    ChangeOwners,
    DoorCodeSeen,
    HomeInFull,
    HomeSeen,
    NewDoorCode,
    NewHome,
    OwnerSeen,
    OwnersSeen,
)
from services.registry.people.keys import HouseKeys
from services.registry.rules.addresses import HomeKind
from services.registry.rules.owners import Delivery
from services.registry.rules.roles import BOUND, ON_FOOT, STAFF
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, allow
from shared.paging import Listed
from shared.problems import NotAcceptable, StaleVersion, VersionNeeded
from shared.versions import etag

compound_homes = APIRouter(prefix="/v1/compounds/{compound_id}/homes", tags=["registry"], route_class=EdgeRoute)
router = APIRouter(prefix="/v1/homes", tags=["registry"], route_class=EdgeRoute)
EXPORT = Export("homes", HomeSeen)
Homes = Annotated[Listing, Depends(listing(queries.HOMES))]
Clerk = Annotated[Actor, Depends(allow(*STAFF))]
Seer = Annotated[Actor, Depends(allow(*queries.SEEING))]
SeerOrBound = Annotated[Actor, Depends(allow(*queries.SEEING, *BOUND))]
AtTheDoor = Annotated[Actor, Depends(allow(*ON_FOOT, *STAFF))]


async def home_filter(
    building: Building | None = None,
    entrance: Entrance | None = None,
    kind: Annotated[HomeKind | None, Query()] = None,
    delivery: Annotated[Delivery | None, Query()] = None,
    area_known: Annotated[bool | None, Query(description="false: only homes whose area is unknown.")] = None,
    owner_known: Annotated[bool | None, Query(description="false: only homes whose owner is unknown.")] = None,
) -> queries.HomeFilter:
    return queries.HomeFilter(building, entrance, kind, delivery, area_known, owner_known)


Filter = Annotated[queries.HomeFilter, Depends(home_filter)]


@compound_homes.get(
    "",
    operation_id="list_homes",
    summary="List the homes of a compound",
    response_model=Listed[HomeSeen],
    responses=answers(CompoundUnknown, NotAcceptable) | EXPORT.responses(),
)
async def list_homes(asked: Homes, actor: Seer, compound_id: UUID, narrowed: Filter) -> Any:
    """Homes in the order of buildings, entrances and rooms; also as NDJSON, CSV or XLSX."""
    row = await compound_in_reach(asked.session, actor, compound_id, queries.SEEING)
    return await listed(asked, queries.homes_of(row.id, narrowed), EXPORT, lambda found: HomeSeen.of(found[0]))


@compound_homes.post(
    "",
    status_code=201,
    operation_id="enter_home",
    summary="Enter one home by hand",
    responses=answers(CompoundUnknown, HomeRefused, HomeTaken),
)
async def enter_home(
    db: Writing, keys: HouseKeys, actor: Clerk, compound_id: UUID, home: NewHome, now: Now, response: Response
) -> HomeInFull:
    """Enter a home that the register lacks, with as much as is known of it."""
    found = await actions.enter_home(db, keys, actor, compound_id, home.said(), now)
    response.headers.update(etag(found.home.version) | {"Location": f"/v1/homes/{found.home.id}"})
    return HomeInFull.full(found, await queries.areas_of(db, found.home.id))


@router.get("/{home_id}", operation_id="read_home", summary="Read a home", responses=answers(HomeUnknown))
async def read_home(db: Reading, actor: SeerOrBound, home_id: UUID, response: Response) -> HomeInFull:
    """One home with every area ever stated; residents see their own."""
    found = await queries.home_seen(db, actor, home_id)
    response.headers.update(etag(found.home.version))
    return HomeInFull.full(found, await queries.areas_of(db, home_id))


@router.put(
    "/{home_id}",
    operation_id="change_home",
    summary="Change a home",
    responses=answers(HomeUnknown, HomeRefused, StaleVersion, VersionNeeded),
)
async def change_home(
    db: Writing, actor: Clerk, home_id: UUID, change: ChangeHome, version: Version, now: Now, response: Response
) -> HomeInFull:
    """State an area with its source, or whether the home is sold, delivered, let. The better source counts; with
    `rented` false the ties of tenants end."""
    found = await actions.change_home(db, actor, home_id, change.said(), version, now)
    await db.flush()
    response.headers.update(etag(found.home.version))
    return HomeInFull.full(found, await queries.areas_of(db, home_id))


@router.get(
    "/{home_id}/owners",
    operation_id="list_owners",
    summary="List a home's owners, masked",
    responses=answers(HomeUnknown),
)
async def list_owners(db: Reading, keys: HouseKeys, actor: Seer, home_id: UUID) -> OwnersSeen:
    """Who owns the home now; persons are masked, see `disclosures` for a name in clear."""
    found = await queries.home_in_reach(db, actor, home_id)
    owners = await queries.owners_of_home(db, found.home.id)
    return OwnersSeen(items=[OwnerSeen.of(row, keys) for row in owners])


@router.put(
    "/{home_id}/owners",
    operation_id="change_owners",
    summary="Change a home's owners",
    responses=answers(HomeUnknown, HomeRefused, StaleVersion, VersionNeeded),
)
async def change_owners(
    db: Writing,
    keys: HouseKeys,
    actor: Clerk,
    home_id: UUID,
    change: ChangeOwners,
    version: Version,
    now: Now,
    response: Response,
) -> OwnersSeen:
    """Say who owns the home from now on; If-Match takes the home's ETag. Bindings of former owners end."""
    found = await actions.change_owners(db, keys, actor, home_id, change.said(), version, now)
    await db.flush()
    response.headers.update(etag(found.home.version))
    owners = await queries.owners_of_home(db, found.home.id)
    return OwnersSeen(items=[OwnerSeen.of(row, keys) for row in owners])


@router.post(
    "/{home_id}/door-codes",
    status_code=201,
    operation_id="hand_over_code",
    openapi_extra=NEVER_REPLAYED,
    summary="Make a door code",
    responses=answers(HomeUnknown),
)
async def hand_over_code(db: Writing, actor: AtTheDoor, home_id: UUID, asked: NewDoorCode, now: Now) -> DoorCodeSeen:
    """A code to hand over at the door; whoever enters it in the mini-program is bound to the home (PRI-4). A tenant's
    marks the home as let."""
    return DoorCodeSeen.of(await actions.hand_over_code(db, actor, home_id, asked.relation, now))
