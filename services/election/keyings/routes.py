"""Opening, scanning and keying returned papers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from services.election.elections.schemas import HOME_ID
from services.election.errors import BoxUnknown, ElectionUnknown, PapersRefused, PaperUnknown, answers
from services.election.house import Means
from services.election.keyings import actions, queries
from services.election.keyings.schemas import (
    KeyingQueue,
    NewReadings,
    NewScan,
    OpenBox,
    ReadingsTold,
    ScanSeen,
    scan_seen,
    told,
)
from services.election.papers.schemas import PERSON_ID, BoxSeen, box_seen
from services.election.rules.roles import DESK_ROLES
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.files import ReferenceRefused
from shared.identity import Actor, allow
from shared.problems import RoleForbidden
from shared.wire import answered

router = APIRouter(prefix="/v1/elections", tags=["election papers"], route_class=EdgeRoute)

Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Keyer = Annotated[Actor, Depends(allow(*queries.KEYER_ROLES))]
PaperNumber = Annotated[int, Path(ge=1, le=1_000_000, description="As printed on the ballot.")]
BoxNumber = Annotated[int, Path(ge=1, le=999, description="Number of the box.")]
Most = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
STEP = answers(ElectionUnknown, RoleForbidden, PapersRefused)


@router.post(
    "/{election_id}/boxes/{box}/openings",
    operation_id="open_box",
    summary="Open a ballot box",
    status_code=201,
    responses=STEP
    | answers(ElectionUnknown, BoxUnknown)
    | answered(
        BoxSeen,
        opened_at="2026-12-08T11:00:00Z",
        seal_found="A 004711",
        seal_intact=True,
        witnesses=[PERSON_ID, HOME_ID],
        counted=20,
    ),
)
async def open_box(db: Writing, actor: Desk, election_id: UUID, box: BoxNumber, opening: OpenBox, now: Now) -> BoxSeen:
    """After closing, before two witnesses at least; the seal as it was found beside the seal as it was given."""
    return box_seen(await actions.open_box(db, actor, election_id, box, opening.opened(), now))


@router.post(
    "/{election_id}/papers/{number}/scans",
    operation_id="scan_paper",
    summary="Lay down a paper's scan",
    status_code=201,
    responses=STEP | answers(ElectionUnknown, PaperUnknown, ReferenceRefused),
)
async def scan_paper(
    db: Writing, actor: Desk, means: Means, election_id: UUID, number: PaperNumber, scan: NewScan, now: Now
) -> ScanSeen:
    """Of a returned paper out of an opened box; again, until somebody has keyed it."""
    found = await actions.scan_paper(db, actor, means.references, election_id, number, scan.file, now)
    return scan_seen(found, means.references.link(found.file_id, now))


@router.get(
    "/{election_id}/keying-queue",
    operation_id="get_keying_queue",
    summary="Papers that I may key",
    responses=answers(ElectionUnknown, RoleForbidden),
)
async def get_keying_queue(
    db: Reading, actor: Keyer, means: Means, election_id: UUID, now: Now, limit: Most = 50
) -> KeyingQueue:
    """Number and picture, nothing else: no home, no other reading, none that I carried or keyed."""
    election = await queries.election_to_key(db, actor, election_id)
    waiting = await queries.queue_of(db, actor, election, limit)
    return KeyingQueue(items=[scan_seen(scan, means.references.link(scan.file_id, now)) for scan in waiting])


@router.post(
    "/{election_id}/keyings",
    operation_id="key_papers",
    summary="Key papers from their scans",
    status_code=201,
    responses=STEP,
)
async def key_papers(
    db: Writing, actor: Keyer, means: Means, election_id: UUID, readings: NewReadings, now: Now
) -> ReadingsTold:
    """Two persons key each paper; where they differ a third settles. Each reading is answered for itself."""
    read = await actions.key_papers(db, actor, means.keys, election_id, readings.keyed(), now)
    return ReadingsTold(items=[told(one) for one in read])
