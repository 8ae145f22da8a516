"""The log of an election over HTTP: what anybody may check, and what is one's own to check."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from services.election.elections.queries import election_of
from services.election.errors import (
    BallotUnknown,
    CheckpointMissing,
    ElectionUnknown,
    NotCounted,
    ProofUnknown,
    RecordForbidden,
    StatusUnsettled,
    answers,
)
from services.election.house import Means
from services.election.log import entitled, queries
from services.election.log.house import AtTheArchive
from services.election.log.recording import Packing, check_counted
from services.election.log.schemas import (
    CheckpointSeen,
    ConsistencySeen,
    LeafSeen,
    LogKeySeen,
    OpenRecord,
    ProvedReceiptSeen,
    StatusProofs,
    checkpoint_seen,
    consistency_seen,
    key_seen,
    leaf_seen,
    receipt_seen,
    status_seen,
)
from services.election.rules.record import Edition
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Reads, Writing
from shared.exports import Export, Form, Spooled, whole
from shared.identity import SignedIn
from shared.paging import Listed, Page, page_of, paged

router = APIRouter(prefix="/v1/elections/{election_id}", tags=["election"], route_class=EdgeRoute)

LEAVES = Export("leaves", LeafSeen)
Checkpoints = Annotated[Page, Depends(paged(queries.CHECKPOINTS))]
Index = Annotated[int, Path(ge=0, le=2**53, description="`log_index` of the receipt.")]
Size = Annotated[int, Query(ge=1, le=2**53, description="A checkpoint's size.")]
Start = Annotated[int, Query(ge=0, le=2**53, description="The first index.")]
ZIP = "application/zip"
PACKED: dict[int | str, dict[str, Any]] = {
    200: {"description": "A zip with one file, record.ndjson.", "content": {ZIP: {"schema": {"type": "string"}}}}
}
LINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {Form.NDJSON.value: LEAVES.responses()[200]["content"][Form.NDJSON.value]}}
}


@router.get(
    "/log/key",
    operation_id="get_log_key",
    summary="The notary's key",
    responses=answers(ElectionUnknown, CheckpointMissing),
)
async def get_log_key(db: Reading, actor: SignedIn, archive: AtTheArchive, election_id: UUID) -> LogKeySeen:
    """By which the checkpoints of this log are signed."""
    election = await election_of(db, actor, election_id)
    return key_seen(election.id, archive.notary)


@router.get(
    "/log/checkpoints",
    operation_id="list_checkpoints",
    summary="Signed checkpoints",
    response_model=Listed[CheckpointSeen],
    responses=answers(ElectionUnknown),
)
async def list_checkpoints(
    db: Reading, actor: SignedIn, election_id: UUID, page: Checkpoints, now: Now
) -> Listed[CheckpointSeen]:
    """The newest first; while voting runs those of full hours, at steps of ten lines."""
    election = await election_of(db, actor, election_id)
    wanted = await queries.checkpoints_of(db, election, now)
    return await page_of(db, wanted, page, lambda row: checkpoint_seen(row[0]))


@router.get(
    "/log/checkpoints/newest",
    operation_id="get_newest_checkpoint",
    summary="The newest checkpoint",
    responses=answers(ElectionUnknown, CheckpointMissing),
)
async def get_newest_checkpoint(db: Reading, actor: SignedIn, election_id: UUID, now: Now) -> CheckpointSeen:
    """With its short code and the text of its QR code, for posters and minutes."""
    election = await election_of(db, actor, election_id)
    return checkpoint_seen(await queries.newest_checkpoint(db, election, now))


@router.get(
    "/log/consistency",
    operation_id="get_consistency",
    summary="Proof that the log only grew",
    responses=answers(ElectionUnknown, ProofUnknown, CheckpointMissing),
)
async def get_consistency(
    db: Reading,
    actor: SignedIn,
    archive: AtTheArchive,
    election_id: UUID,
    now: Now,
    old: Size | None = None,
    new: Size | None = None,
) -> ConsistencySeen:
    """Between two checkpoints, by their sizes; left out: the first one, the newest one."""
    election = await election_of(db, actor, election_id)
    first, last = await queries.two_checkpoints(db, election, (old, new), now)
    return consistency_seen(first, last, await queries.consistency(db, archive.trees, election, first, last))


@router.get(
    "/log/leaves",
    operation_id="list_leaves",
    summary="The leaves themselves",
    response_class=Response,
    responses=answers(ElectionUnknown, CheckpointMissing) | LINES,
)
async def list_leaves(
    db: Reading, reads: Reads, actor: SignedIn, election_id: UUID, now: Now, start: Start = 0, end: Size | None = None
) -> Response:
    """One JSON object a line, from `start` to before `end`; no further than the newest checkpoint that may be told."""
    election = await election_of(db, actor, election_id)
    signed = (await queries.newest_checkpoint(db, election, now)).size
    wanted = queries.leaves_of(election.id, start, min(end or signed, signed))
    return whole(reads, wanted, Form.NDJSON, LEAVES, lambda row: leaf_seen(row[0]))


@router.get(
    "/receipts/{log_index}",
    operation_id="get_proved_receipt",
    summary="My receipt with its proof",
    responses=answers(ElectionUnknown, BallotUnknown, CheckpointMissing),
)
async def get_proved_receipt(
    db: Reading, actor: SignedIn, means: Means, archive: AtTheArchive, election_id: UUID, log_index: Index
) -> ProvedReceiptSeen:
    """For whoever cast it, and nobody else: what I cast, and that it is in the signed log."""
    election = await election_of(db, actor, election_id)
    found = await queries.proved_receipt(db, actor, means.keys, archive.trees, election, log_index)
    return receipt_seen(election.id, found, archive.notary)


@router.get(
    "/statuses",
    operation_id="list_my_statuses",
    summary="Which of my ballots counts, or that none does",
    responses=answers(ElectionUnknown, StatusUnsettled),
)
async def list_my_statuses(db: Reading, actor: SignedIn, election_id: UUID) -> StatusProofs:
    """Each of my entitlements with its proof, from the count on; also for who did not vote."""
    election = await election_of(db, actor, election_id)
    return StatusProofs(items=[status_seen(one) for one in await queries.my_statuses(db, actor, election)])


@router.get(
    "/record",
    operation_id="get_record",
    summary="The public record",
    response_class=Response,
    responses=answers(ElectionUnknown, NotCounted, StatusUnsettled, CheckpointMissing) | PACKED,
)
async def get_record(
    db: Reading, reads: Reads, actor: SignedIn, means: Means, archive: AtTheArchive, election_id: UUID
) -> Response:
    """Everything that anybody may check with `verify.py`, offline; once it is counted. It may be passed on."""
    check_counted(election := await election_of(db, actor, election_id))
    packing = Packing(election.id, Edition.PUBLIC, means.keys, archive.notary)
    return Spooled(packing.drain(reads), ZIP, f"record-{election.id}.zip")


@router.post(
    "/records",
    operation_id="open_record",
    summary="The complete record",
    response_class=Response,
    responses=answers(ElectionUnknown, NotCounted, StatusUnsettled, RecordForbidden, CheckpointMissing) | PACKED,
    openapi_extra=NEVER_REPLAYED,
)
async def open_record(
    db: Writing,
    reads: Reads,
    actor: SignedIn,
    means: Means,
    archive: AtTheArchive,
    election_id: UUID,
    asked: OpenRecord,
) -> Response:
    """With every ballot's home and the whole roll. Each access is audited with its purpose."""
    check_counted(election := await election_of(db, actor, election_id))
    await entitled.open_record(db, actor, election, asked.purpose)
    packing = Packing(election.id, Edition.COMPLETE, means.keys, archive.notary)
    return Spooled(packing.drain(reads), ZIP, f"record-{election.id}-complete.zip")
