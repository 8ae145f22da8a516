"""Printed ballots over HTTP: runs and their PDFs, facts at the desk and by the packet, work lists, sums."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from services.election.elections.queries import election_to_run
from services.election.errors import (
    DeviceUnknown,
    ElectionUnknown,
    FactRefused,
    NotPrinted,
    PapersRefused,
    PaperUnknown,
    PrintRunUnknown,
    answers,
)
from services.election.house import Means
from services.election.papers import actions, documents, queries, shown
from services.election.papers.reading import PaperRead, ReadPaper, paper_read
from services.election.papers.reading import read_paper as reading_paper
from services.election.papers.schemas import (
    BoxSeen,
    Devices,
    DeviceSeen,
    FactTold,
    Gap,
    NewBox,
    NewDevice,
    NewPacket,
    NewPaperFact,
    NewPrintRun,
    PacketTold,
    PrintRuns,
    PrintRunSeen,
    RunPapers,
    box_seen,
    device_seen,
    fact_told,
    run_papers,
    run_seen,
)
from services.election.papers.shown import BalanceSeen, WorkListSeen
from services.election.printing.setting import Document
from services.election.rules.roles import DELIVERER_ROLES, DESK_ROLES
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Reads, Writing
from shared.files import ReferenceRefused
from shared.identity import Actor, allow
from shared.problems import RoleForbidden

router = APIRouter(prefix="/v1/elections", tags=["election papers"], route_class=EdgeRoute)

MOST_GAPS = 100
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Deliverer = Annotated[Actor, Depends(allow(*DELIVERER_ROLES))]
PaperNumber = Annotated[int, Path(ge=1, le=1_000_000, description="As printed on the ballot.")]
RunNumber = Annotated[int, Path(ge=1, le=1_000_000, description="`number` of the print run.")]
Place = Annotated[str, Query(min_length=1, max_length=10, pattern=r"^[^\x00-\x1f\x7f]+$")]
PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The PDF. `Linli-Unprintable` names characters that the font lacks, set as 〔U+…〕.",
        "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
    }
}
STEP = answers(ElectionUnknown, RoleForbidden, PapersRefused)


def _pdf(document: Document, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if document.missing:
        headers["Linli-Unprintable"] = " ".join(f"U+{ord(sign):04X}" for sign in document.missing[:50])
    return Response(document.pdf, headers=headers, media_type="application/pdf")


@router.post(
    "/{election_id}/print-runs",
    operation_id="create_print_run",
    summary="Number ballots for printing",
    status_code=201,
    responses=STEP,
)
async def create_print_run(db: Writing, actor: Desk, election_id: UUID, wanted: NewPrintRun, now: Now) -> PrintRunSeen:
    """One paper for each entitlement of the scope that has none, or whose last one is spoiled or lost."""
    return run_seen(await actions.create_print_run(db, actor, election_id, wanted.scope(), now))


@router.get(
    "/{election_id}/print-runs",
    operation_id="list_print_runs",
    summary="Print runs so far",
    responses=answers(ElectionUnknown, RoleForbidden),
)
async def list_print_runs(db: Reading, actor: Desk, election_id: UUID) -> PrintRuns:
    """In the order they were made."""
    election = await election_to_run(db, actor, election_id, lock=False)
    return PrintRuns(items=[run_seen(run) for run in await queries.runs_of(db, election.id)])


@router.get(
    "/{election_id}/print-runs/{run}/papers",
    operation_id="list_run_papers",
    summary="The papers of a run",
    responses=answers(ElectionUnknown, RoleForbidden, PrintRunUnknown),
)
async def list_run_papers(db: Reading, actor: Desk, means: Means, election_id: UUID, run: RunNumber) -> RunPapers:
    """Numbers, codes and QR texts, for an office that prints by itself."""
    election = await election_to_run(db, actor, election_id, lock=False)
    sheets = await queries.sheets_of(db, await queries.run_of(db, election.id, run))
    return run_papers(means.keys, election.id, sheets)


@router.get(
    "/{election_id}/print-runs/{run}/ballots",
    operation_id="print_ballots",
    summary="The ballots of a run as PDF",
    response_class=Response,
    responses=PDF | answers(ElectionUnknown, RoleForbidden, PrintRunUnknown, NotPrinted),
)
async def print_ballots(reads: Reads, actor: Desk, means: Means, election_id: UUID, run: RunNumber) -> Response:
    """A sheet each: the slip with the home, to be signed and torn off; the ballot with number and QR; the stub."""
    found = await documents.printable(reads, actor, means.keys, election_id, run)
    return _pdf(await documents.ballots_of(means.keys, found), documents.file_name(election_id, "ballots", run))


@router.get(
    "/{election_id}/print-runs/{run}/issue-list",
    operation_id="print_issue_list",
    summary="The issue list of a run as PDF",
    response_class=Response,
    responses=PDF | answers(ElectionUnknown, RoleForbidden, PrintRunUnknown, NotPrinted),
)
async def print_issue_list(reads: Reads, actor: Desk, means: Means, election_id: UUID, run: RunNumber) -> Response:
    """By entrance: home, number, signature, two deliverers, time."""
    found = await documents.printable(reads, actor, means.keys, election_id, run)
    return _pdf(await documents.issue_list_of(found), documents.file_name(election_id, "issue-list", run))


@router.post(
    "/{election_id}/boxes",
    operation_id="register_box",
    summary="Register a sealed ballot box",
    status_code=201,
    responses=STEP,
)
async def register_box(db: Writing, actor: Desk, election_id: UUID, box: NewBox) -> BoxSeen:
    """Before it goes from door to door, with the number of its seal."""
    return box_seen(await actions.register_box(db, actor, election_id, box.number, box.seal))


@router.post(
    "/{election_id}/devices",
    operation_id="register_device",
    summary="Register a worker's device",
    status_code=201,
    responses=STEP,
)
async def register_device(db: Writing, actor: Desk, election_id: UUID, device: NewDevice, now: Now) -> DeviceSeen:
    """Its key signs what it records offline, in this election only."""
    key = bytes.fromhex(device.public_key)
    return device_seen(await actions.register_device(db, actor, election_id, device.holder_id, key, now))


@router.get(
    "/{election_id}/devices",
    operation_id="list_devices",
    summary="Devices of the election",
    responses=answers(ElectionUnknown, RoleForbidden),
)
async def list_devices(db: Reading, actor: Desk, election_id: UUID) -> Devices:
    """Revoked ones too."""
    election = await election_to_run(db, actor, election_id, lock=False)
    return Devices(items=[device_seen(device) for device in await queries.devices_of(db, election.id)])


@router.post(
    "/{election_id}/devices/{device_id}/revocations",
    operation_id="revoke_device",
    summary="Revoke a device",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, DeviceUnknown),
)
async def revoke_device(db: Writing, actor: Desk, election_id: UUID, device_id: UUID, now: Now) -> DeviceSeen:
    """Nothing that it signed is taken any more; what was taken stays."""
    return device_seen(await actions.revoke_device(db, actor, election_id, device_id, now))


@router.post(
    "/{election_id}/papers/{number}/facts",
    operation_id="record_paper_fact",
    summary="Issue, return, spoil or lose a paper",
    status_code=201,
    responses=STEP | answers(PaperUnknown, FactRefused, PapersRefused, ReferenceRefused),
)
async def record_paper_fact(
    db: Writing, actor: Deliverer, means: Means, election_id: UUID, number: PaperNumber, fact: NewPaperFact, now: Now
) -> FactTold:
    """By one of the two who were there. A return blocks the home online, and answers the code for the voter's stub."""
    reported = fact.reported(actor, number, means.references, now)
    return fact_told(await actions.record_fact(db, actor, means.keys, election_id, reported, now))


@router.post(
    "/{election_id}/papers/{number}/readings",
    operation_id="read_paper",
    openapi_extra=NEVER_REPLAYED,
    summary="Read the history of a paper",
    status_code=201,
    responses=answers(ElectionUnknown, RoleForbidden, PaperUnknown),
)
async def read_paper(
    db: Writing, actor: Desk, means: Means, election_id: UUID, number: PaperNumber, reading: ReadPaper
) -> PaperRead:
    """Who carried it, and who helped to mark it, in clear. The purpose is kept in the audit."""
    return paper_read(means.keys, await reading_paper(db, actor, election_id, number, reading.purpose))


@router.post(
    "/{election_id}/packets",
    operation_id="take_packet",
    summary="Take an offline packet",
    status_code=201,
    responses=STEP | answers(DeviceUnknown),
)
async def take_packet(
    db: Writing, actor: Deliverer, means: Means, election_id: UUID, packet: NewPacket, now: Now
) -> PacketTold:
    """Shuffled, doubled or late: each fact is answered for itself, and none counts twice."""
    signed = packet.signed()
    taken = await actions.take_packet(db, actor, means.keys, election_id, packet.device_id, signed, now)
    missing = [Gap(first=first, last=last) for first, last in taken.gaps[:MOST_GAPS]]
    return PacketTold(facts=[fact_told(one) for one in taken.told], gaps=missing)


@router.get(
    "/{election_id}/worklist",
    operation_id="get_work_list",
    summary="What is to do from door to door",
    responses=answers(ElectionUnknown, RoleForbidden),
)
async def get_work_list(
    db: Reading,
    actor: Deliverer,
    means: Means,
    election_id: UUID,
    building: Place | None = None,
    entrance: Place | None = None,
) -> WorkListSeen:
    """Of a building, an entrance or all homes, to take along: who still needs a paper, who has one to collect."""
    election = await queries.election_to_deliver(db, actor, election_id)
    boxes = [box.number for box in await queries.boxes_of(db, election.id)]
    return shown.work_list(means.keys, election, boxes, await queries.doors_of(db, election, building, entrance))


@router.get(
    "/{election_id}/paper-balance",
    operation_id="get_paper_balance",
    summary="How the papers balance",
    responses=answers(ElectionUnknown, RoleForbidden),
)
async def get_paper_balance(db: Reading, actor: Desk, election_id: UUID) -> BalanceSeen:
    """Issued = returned + spoiled + missing, per pair of deliverers and print run; boxes, spoil list, notices."""
    election = await election_to_run(db, actor, election_id, lock=False)
    return shown.balance(await queries.sums_of(db, election))
