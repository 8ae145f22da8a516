"""HTTP of regions."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.convertors import Convertor, register_url_convertor

from services.registry.errors import RegionRefused, RegionTaken, RegionUnknown, answers
from services.registry.regions import actions, queries
from services.registry.regions.schemas import NewRegion, RegionCode, RegionSeen, RegionsEntered
from services.registry.rules.regions import Level
from shared.days import day_of
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, Anyone, allow
from shared.paging import Listed
from shared.problems import MediaUnsupported, NotAcceptable, TooLarge
from shared.uploads import FileRefused, Uploaded, UploadRoute


class Digits(Convertor[str]):
    """A path segment of two to twelve digits: `/v1/regions/imports` is thereby no region."""

    regex = "[0-9]{2,12}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("digits", Digits())


class RegionsRoute(UploadRoute):
    senders = actions.ENTERING
    largest = 1024 * 1024


router = APIRouter(prefix="/v1/regions", tags=["registry"], route_class=EdgeRoute)
imports = APIRouter(prefix="/v1/regions", tags=["registry"], route_class=RegionsRoute)
EXPORT = Export("regions", RegionSeen)
Regions = Annotated[Listing, Depends(listing(queries.REGIONS))]
Enterer = Annotated[Actor, Depends(allow(*actions.ENTERING))]
MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "CSV: code,name",
                        }
                    },
                },
                "example": {"file": "code,name\n140109013001,晋阳社区\n"},
            }
        },
    }
}


@router.get(
    "",
    operation_id="list_regions",
    summary="List regions",
    response_model=Listed[RegionSeen],
    responses=answers(NotAcceptable) | EXPORT.responses(),
)
async def list_regions(
    asked: Regions,
    caller: Anyone,
    now: Now,
    parent: Annotated[RegionCode | None, Query(description="Only those right under this code.")] = None,
    level: Annotated[Level | None, Query()] = None,
) -> Any:
    """Regions that are valid today, by code. Anyone may look."""
    found = queries.regions(parent, level, day_of(now))
    return await listed(asked, found, EXPORT, lambda row: RegionSeen.of(row[0]))


@router.get("/{code:digits}", operation_id="read_region", summary="Read a region", responses=answers(RegionUnknown))
async def read_region(db: Reading, caller: Anyone, code: RegionCode) -> RegionSeen:
    """One region by its code."""
    return RegionSeen.of(await queries.region(db, code))


@router.post(
    "",
    status_code=201,
    operation_id="enter_region",
    summary="Enter a region",
    responses=answers(RegionUnknown, RegionRefused, RegionTaken),
)
async def enter_region(db: Writing, actor: Enterer, region: NewRegion) -> RegionSeen:
    """Enter a region under its parent, such as a community under its street."""
    new = actions.NewRegionRow(region.code, region.name, region.valid_from)
    return RegionSeen.of(await actions.enter_region(db, actor, new))


@imports.post(
    "/imports",
    status_code=201,
    operation_id="import_regions",
    summary="Import regions from a CSV",
    openapi_extra=MULTIPART,
    responses=answers(RegionRefused, RegionTaken, FileRefused, TooLarge, MediaUnsupported),
)
async def import_regions(db: Writing, actor: Enterer, file: Uploaded) -> RegionsEntered:
    """All rows or none; rows that stand already are left as they are."""
    return RegionsEntered.of(await actions.import_regions(db, actor, file.content))
