"""HTTP of roll imports."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.registry.compounds.queries import compound_in_reach
from services.registry.errors import CompoundUnknown, RollImportUnknown, answers
from services.registry.jobs import READ_ROLL
from services.registry.people.keys import HouseKeys
from services.registry.rolls import actions, queries
from services.registry.rolls.schemas import ImportState, RollFindingSeen, RollImportSeen
from services.registry.rules.areas import AreaSource
from services.registry.rules.roles import STAFF
from services.registry.rules.roll_findings import Severity
from shared.edge import Now, Reading, Reads, Writing, house_of
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import MediaUnsupported, NotAcceptable, TooLarge
from shared.texts import Language, asked_language
from shared.uploads import FileRefused, Uploaded, UploadRoute


class RollRoute(UploadRoute):
    senders = STAFF


router = APIRouter(prefix="/v1/compounds/{compound_id}/roll-imports", tags=["registry"], route_class=RollRoute)
EXPORT = Export("roll-findings", RollFindingSeen)
Clerk = Annotated[Actor, Depends(allow(*STAFF))]
Imports = Annotated[Page, Depends(paged(queries.IMPORTS))]
Findings = Annotated[Listing, Depends(listing(queries.FINDINGS))]
BEAT = 0.25
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
                            "description": "XLSX or CSV, 10 MiB at most.",
                        }
                    },
                },
                "example": {"file": "(晋阳小区住户登记表.xlsx)"},
            }
        },
    }
}


async def spoken(request: Request) -> Language:
    return asked_language(request.headers.get("accept-language", ""))


Spoken = Annotated[Language, Depends(spoken)]
Partial = Annotated[bool, Query(description="Take the rows that can be taken, and report the others.")]
Source = Annotated[AreaSource, Query(description="Where the areas of a plain 建筑面积 column come from (OWN-2).")]


@router.post(
    "",
    status_code=202,
    operation_id="import_roll",
    summary="Import a register of homes",
    openapi_extra=MULTIPART,
    responses=answers(CompoundUnknown, FileRefused, TooLarge, MediaUnsupported),
)
async def import_roll(
    db: Writing,
    keys: HouseKeys,
    actor: Clerk,
    compound_id: UUID,
    file: Uploaded,
    request: Request,
    response: Response,
    language: Spoken,
    now: Now,
    partial: Partial = False,
    area_source: Source = AreaSource.REGISTER,
) -> RollImportSeen:
    """Upload an XLSX or CSV as an office keeps it. It is read in the background: ask for the import with `wait`."""
    upload = actions.Upload(file.name, file.content, partial, area_source)
    row = await actions.receive_roll(db, keys, actor, compound_id, upload, now)
    if row.state == ImportState.QUEUED:
        await house_of(request).jobs.defer(db, READ_ROLL, import_id=str(row.id))
    response.headers["Location"] = f"/v1/compounds/{compound_id}/roll-imports/{row.id}"
    return RollImportSeen.of(row, keys, language)


@router.get(
    "",
    operation_id="list_roll_imports",
    summary="List imports",
    response_model=Listed[RollImportSeen],
    responses=answers(CompoundUnknown),
)
async def list_roll_imports(
    db: Reading, keys: HouseKeys, actor: Clerk, compound_id: UUID, page: Imports, language: Spoken
) -> Any:
    """The imports of a compound, newest first."""
    await compound_in_reach(db, actor, compound_id, STAFF)
    return await page_of(
        db, queries.imports_of(compound_id), page, lambda row: RollImportSeen.of(row[0], keys, language)
    )


@router.get(
    "/{import_id}",
    operation_id="read_roll_import",
    summary="Read an import, waiting for its end",
    responses=answers(CompoundUnknown, RollImportUnknown),
)
async def read_roll_import(
    reads: Reads,
    keys: HouseKeys,
    actor: Clerk,
    compound_id: UUID,
    import_id: UUID,
    language: Spoken,
    wait: Annotated[int, Query(ge=0, le=25, description="Seconds to wait at most while it is QUEUED.")] = 0,
) -> RollImportSeen:
    """One import. With `wait` the answer comes as soon as it is read, or when the time is over."""
    end = asyncio.get_running_loop().time() + wait
    while True:
        async with reads() as session:  # no connection is held while waiting
            row = await queries.import_in_reach(session, actor, compound_id, import_id)
        if row.state != ImportState.QUEUED or asyncio.get_running_loop().time() >= end:
            return RollImportSeen.of(row, keys, language)
        await asyncio.sleep(BEAT)


@router.get(
    "/{import_id}/findings",
    operation_id="list_roll_findings",
    summary="List what an import found wrong",
    response_model=Listed[RollFindingSeen],
    responses=answers(CompoundUnknown, RollImportUnknown, NotAcceptable) | EXPORT.responses(),
)
async def list_roll_findings(
    asked: Findings,
    actor: Clerk,
    compound_id: UUID,
    import_id: UUID,
    language: Spoken,
    severity: Annotated[Severity | None, Query()] = None,
) -> Any:
    """Every finding by sheet, row, column and reason, in the order of the file."""
    row = await queries.import_in_reach(asked.session, actor, compound_id, import_id)
    found = queries.findings_of(row, severity)
    return await listed(asked, found, EXPORT, lambda one: RollFindingSeen.of(one[0], language))
