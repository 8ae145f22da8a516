"""Print ballots, register boxes and devices, and take in what happened to papers, at the desk and by the packet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_to_run
from services.election.errors import DeviceUnknown, FactRefused, PapersRefused, PaperUnknown
from services.election.history import who
from services.election.log.appending import locked_box
from services.election.papers.queries import election_to_deliver, entries_in, live_papers, papers_on
from services.election.papers.recording import Reported, Told, record
from services.election.rules.commitments import Said, canonical
from services.election.rules.paper_wording import PAPER_WORDS
from services.election.rules.papers import VOID, DeskWhy, PaperWhy, gaps
from services.election.rules.states import State
from services.election.tables import BallotBox, Device, Election, Paper, PaperBox, PaperFact, PrintRun
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.sealing import Keys

MOST_PAPERS = 6_000
PRINTS_IN = frozenset({State.ANNOUNCED, State.OPEN})
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def refused(why: DeskWhy) -> PapersRefused:
    zh, en = PAPER_WORDS[why]
    return PapersRefused(why=why, why_zh=zh, why_en=en)


async def locked(db: AsyncSession, election: Election) -> BallotBox:
    """The head row of an announced election, and the election as it stands behind that lock. Errors: PapersRefused."""
    if election.announced_at is None:
        raise refused(DeskWhy.NOT_NOW)
    box = await locked_box(db, election.id)
    await db.refresh(election)
    return box


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be printed: single homes, an entrance, a building, or with nothing named the whole roll."""

    building: str | None
    entrance: str | None
    homes: tuple[UUID, ...]

    @property
    def what(self) -> str:
        if self.homes:
            return f"{len(self.homes)} homes"
        return "-".join(part for part in (self.building, self.entrance) if part) or "all"


async def create_print_run(db: AsyncSession, actor: Actor, election_id: UUID, scope: Scope, now: datetime) -> PrintRun:
    """BAL-7. Number one paper for every entitlement of the scope that has none, or whose newest is void (which the new
    number then replaces). Errors: ElectionUnknown, RoleForbidden, PapersRefused."""
    election = await election_to_run(db, actor, election_id, lock=False)
    await locked(db, election)
    if election.state not in PRINTS_IN:
        raise refused(DeskWhy.NOT_NOW)
    wanted = await entries_in(db, election.id, scope.building, scope.entrance, scope.homes)
    had = await live_papers(db, election.id, [entry.id for entry, _ in wanted])
    wanted = [(entry, home) for entry, home in wanted if entry.id not in had or had[entry.id][1] in VOID]
    if not wanted or len(wanted) > MOST_PAPERS:
        raise refused(DeskWhy.TOO_MANY if wanted else DeskWhy.NOTHING_TO_PRINT)
    last = select(func.coalesce(func.max(Paper.number), 0)).where(Paper.election_id == election.id)
    first = (await db.execute(last)).scalar_one() + 1
    run = PrintRun(
        id=new_id(),
        election_id=election.id,
        number=await _next_run(db, election.id),
        what=scope.what,
        first_paper=first,
        papers=len(wanted),
        made_by=who(actor),
        made_at=now,
    )
    db.add(run)
    await db.flush()
    replaced = {entry: paper.number for entry, (paper, _) in had.items()}
    common = {"election_id": election.id, "run_id": run.id}
    rows: list[dict[str, Any]] = [
        common | {"number": number, "entry_id": entry.id, "home_id": home.home_id, "replaces": replaced.get(entry.id)}
        for number, (entry, home) in enumerate(wanted, first)
    ]
    await db.execute(insert(Paper), rows)
    audit.note(db, "election", election.id, election.compound_code, print_run=run.number, papers=run.papers)
    return run


async def _next_run(db: AsyncSession, election_id: UUID) -> int:
    last = select(func.coalesce(func.max(PrintRun.number), 0)).where(PrintRun.election_id == election_id)
    return int((await db.execute(last)).scalar_one()) + 1


async def register_box(db: AsyncSession, actor: Actor, election_id: UUID, number: int, seal: str) -> PaperBox:
    """BAL-7. A numbered box with the number of its seal, before it goes from door to door. Errors: PapersRefused."""
    election = await election_to_run(db, actor, election_id, lock=False)
    await locked(db, election)
    if election.state not in PRINTS_IN:
        raise refused(DeskWhy.NOT_NOW)
    if await db.get(PaperBox, (election.id, number)) is not None:
        raise refused(DeskWhy.BOX_TAKEN)
    box = PaperBox(election_id=election.id, number=number, seal=seal, witnesses=[])
    db.add(box)
    audit.note(db, "election", election.id, election.compound_code, box=number)
    return box


async def register_device(
    db: AsyncSession, actor: Actor, election_id: UUID, holder_id: UUID, public_key: bytes, now: datetime
) -> Device:
    """BAL-10. A worker's device key, for this election. Errors: ElectionUnknown, RoleForbidden, PapersRefused."""
    election = await election_to_run(db, actor, election_id)
    same = select(Device.id).where(Device.election_id == election.id, Device.public_key == public_key)
    if (await db.execute(same)).first() is not None:
        raise refused(DeskWhy.DEVICE_KNOWN)
    device = Device(
        id=new_id(),
        election_id=election.id,
        holder_id=holder_id,
        public_key=public_key,
        made_at=now,
        made_by=who(actor),
    )
    db.add(device)
    audit.note(db, "election", election.id, election.compound_code, device=str(device.id))
    return device


async def revoke_device(db: AsyncSession, actor: Actor, election_id: UUID, device_id: UUID, now: datetime) -> Device:
    """BAL-10. From now on nothing it signed is taken. Errors: ElectionUnknown, RoleForbidden, DeviceUnknown."""
    election = await election_to_run(db, actor, election_id)
    device = await _device(db, election, device_id)
    device.revoked_at = device.revoked_at or now
    audit.note(db, "election", election.id, election.compound_code, device=str(device.id))
    return device


async def _device(db: AsyncSession, election: Election, device_id: UUID) -> Device:
    wanted = select(Device).where(Device.election_id == election.id, Device.id == device_id)
    found = (await db.execute(wanted.with_for_update())).scalar_one_or_none()
    if found is None:
        raise DeviceUnknown
    return found


async def record_fact(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, reported: Reported, now: datetime
) -> Told:
    """BAL-7. One fact, at the desk or by a tablet with a signal. What has no effect is refused, and kept where it
    names a paper truly. Errors: ElectionUnknown, RoleForbidden, PapersRefused, PaperUnknown, FactRefused."""
    election = await election_to_deliver(db, actor, election_id)
    box = await locked(db, election)
    if not await papers_on(db, election.id, [reported.number]):
        raise PaperUnknown
    told = (await record(db, keys, election, box, [reported], now))[0]
    audit.note(
        db, "election", election.id, election.compound_code, paper=reported.number, kind=reported.kind, why=told.why
    )
    if told.why is not None:
        zh, en = PAPER_WORDS[told.why]
        raise FactRefused(why=told.why, why_zh=zh, why_en=en)
    return told


@dataclass(frozen=True, slots=True)
class Signed:
    """A fact of an offline packet with the device's Ed25519 signature over `said_of` it."""

    fact: Reported
    signature: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a packet: each fact for itself, and the device's numbers that never arrived."""

    told: Sequence[Told]
    gaps: Sequence[tuple[int, int]]


def said_of(election_id: UUID, fact: Reported) -> bytes:
    """The bytes that a device signs: canonical JSON; `captured_at` in milliseconds since 1970, absent texts empty,
    an absent box 0, the two persons sorted; `help` only where there is some."""
    helped: Said = {"help": asdict(fact.help)} if fact.help else {}
    return canonical(
        {
            **helped,
            "box": fact.box or 0,
            "captured_at": (fact.captured_at - EPOCH) // MILLISECOND,
            "code": fact.code,
            "device": str(fact.device_id),
            "election": str(election_id),
            "evidence": fact.evidence or "",
            "id": str(fact.id),
            "kind": str(fact.kind),
            "number": fact.number,
            "people": ",".join(sorted(str(one) for one in fact.people)),
            "sequence": fact.sequence or 0,
            "words": fact.words or "",
        }
    )


async def take_packet(
    db: AsyncSession,
    actor: Actor,
    keys: Keys,
    election_id: UUID,
    device_id: UUID,
    packet: Sequence[Signed],
    now: datetime,
) -> Taken:
    """BAL-10. An offline packet, in whatever order and however often it comes; each fact is answered for itself.
    Errors: ElectionUnknown, RoleForbidden, DeviceUnknown, PapersRefused."""
    election = await election_to_deliver(db, actor, election_id)
    box = await locked(db, election)
    device = await _device(db, election, device_id)
    refusals = {place: why for place, one in enumerate(packet) if (why := _unsigned(device, election.id, one))}
    sound = [replace(one.fact, recorder=device.holder_id) for place, one in enumerate(packet) if place not in refusals]
    taken = iter(await record(db, keys, election, box, sound, now))
    told = [
        Told(one.fact.id, refusals[place]) if place in refusals else next(taken) for place, one in enumerate(packet)
    ]
    arrived = await db.execute(select(PaperFact.sequence).where(PaperFact.device_id == device.id))
    missing = gaps(number for number in arrived.scalars() if number is not None)
    audit.note(db, "election", election.id, election.compound_code, device=str(device.id), facts=len(packet))
    return Taken(told, missing)


def _unsigned(device: Device, election_id: UUID, one: Signed) -> PaperWhy | None:
    """BAL-10. Nothing of a device that is revoked, and nothing that it did not sign."""
    if device.revoked_at is not None:
        return PaperWhy.DEVICE_REVOKED
    try:
        Ed25519PublicKey.from_public_bytes(device.public_key).verify(one.signature, said_of(election_id, one.fact))
    except InvalidSignature:
        return PaperWhy.BAD_SIGNATURE
    return None
