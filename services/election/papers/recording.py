"""BAL-7, BAL-10, BAL-12: takes in what is reported of papers, one by one or by the packet, each judged for itself."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import casts_of
from services.election.ballots.returning import Return, register_returns
from services.election.elections.queries import facts_of
from services.election.papers.codes import code_fits
from services.election.papers.queries import among, boxes_of, fact_of, facts_on, papers_on
from services.election.papers.sealed import open_help, seal_help
from services.election.rolls.effective import moved_homes
from services.election.rules.casting import CastWhy, standing
from services.election.rules.papers import Fact, FactKind, Help, Moment, PaperWhy, help_refusal, judged, two_present
from services.election.rules.states import State, takes_ballots
from services.election.tables import Ballot, BallotBox, Election, Paper, PaperFact
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Reported:
    """One fact as it was told: `id` is its teller's own. `device_id` and `sequence` come together or not at all."""

    id: UUID
    number: int
    code: str
    kind: FactKind
    captured_at: datetime
    people: tuple[UUID, ...]
    recorder: UUID
    box: int | None = None
    evidence: str | None = None
    words: str | None = None
    help: Help | None = None
    device_id: UUID | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a reported fact. `repeated`: it was known before, and this is what came of it then. `stub` is the
    code for the voter's stub, where a ballot was registered."""

    id: UUID
    why: PaperWhy | None
    repeated: bool = False
    registered_at: datetime | None = None
    stub: str | None = None


@dataclass(slots=True)
class Known:
    """Everything that the judging of some reported facts needs, loaded at once under the head lock."""

    election: Election
    papers: dict[int, Paper]
    entries: dict[int, UUID]
    """Paper -> the entitlement that its home is part of now (VOTE-7)."""
    by_id: dict[UUID, PaperFact]
    sequences: set[tuple[UUID | None, int | None]]
    facts: dict[int, list[Fact]]
    seals: dict[int, str]
    """Of the election's boxes, by number."""
    cast: set[UUID]
    """Entitlements of which a ballot stands."""
    stubs: dict[int, str]
    rows: list[PaperFact] = field(default_factory=list)
    """What is to be kept."""


async def record(
    db: AsyncSession, keys: Keys, election: Election, box: BallotBox, reported: Sequence[Reported], now: datetime
) -> list[Told]:
    """Judge and keep facts under the locked head row `box`, in the order given. What names no paper of this election
    or fails its check is answered and not kept."""
    known = await _known(db, election, reported)
    told = [_take(keys, known, box, one, now) for one in reported]
    registered = await _register(db, keys, known, now)
    db.add_all(known.rows)
    await db.flush()
    return [_with_ballot(one, registered) for one in told]


def _with_ballot(told: Told, registered: Mapping[UUID, Told]) -> Told:
    """What was told of a return, with what the ballot's registration made of it."""
    if told.why is not None or told.id not in registered:
        return told
    return replace(registered[told.id], repeated=told.repeated)


async def _register(db: AsyncSession, keys: Keys, known: Known, now: datetime) -> dict[UUID, Told]:
    """Make ballots of the returns that were judged good. The judge of ballots has the last word (BAL-12)."""
    returns = [row for row in known.rows if row.accepted and row.kind == FactKind.RETURNED]
    wanted = [_return(known, row) for row in returns]
    found: dict[UUID, Told] = {}
    answers = await register_returns(db, keys, known.election, wanted, now) if wanted else []
    for row, ballot in zip(returns, answers, strict=True):
        if isinstance(ballot, CastWhy):
            row.accepted, row.why = False, PaperWhy.HOME_HAS_CAST
            found[row.id] = Told(row.id, PaperWhy.HOME_HAS_CAST, registered_at=now)
        else:
            row.log_index = ballot.log_index
            found[row.id] = Told(row.id, None, registered_at=now, stub=ballot.code)
    return found


def _return(known: Known, row: PaperFact) -> Return:
    seal = known.seals[row.box or 0]
    return Return(known.entries[row.number], row.number, hashlib.sha256(seal.encode()).hexdigest())


async def _known(db: AsyncSession, election: Election, reported: Sequence[Reported]) -> Known:
    numbers = {one.number for one in reported}
    papers = await papers_on(db, election.id, numbers)
    rows = await facts_on(db, election.id, numbers)
    devices = {one.device_id for one in reported if one.device_id}
    used = select(PaperFact.device_id, PaperFact.sequence).where(PaperFact.device_id.in_(devices))
    ids = select(PaperFact).where(PaperFact.id.in_([one.id for one in reported]))
    moved = await moved_homes(db, election.id)
    entries = {number: moved.get(paper.home_id, paper.entry_id) for number, paper in papers.items()}
    casts = await casts_of(db, election.id, list(set(entries.values())))
    stubs = select(Ballot.paper_number, Ballot.code).where(
        Ballot.election_id == election.id, among(Ballot.paper_number, numbers)
    )
    return Known(
        election=election,
        papers=papers,
        entries=entries,
        by_id={row.id: row for row in (await db.execute(ids)).scalars()},
        sequences={(row[0], row[1]) for row in await db.execute(used)} if devices else set(),
        facts={number: [fact_of(row) for row in rows.get(number, [])] for number in numbers},
        seals={one.number: one.seal for one in await boxes_of(db, election.id)},
        cast={entry for entry, history in casts.items() if standing(history) is not None},
        stubs={row[0] or 0: row[1] for row in await db.execute(stubs)},
    )


def _take(keys: Keys, known: Known, box: BallotBox, one: Reported, now: datetime) -> Told:
    if (before := known.by_id.get(one.id)) is not None:
        return _again(keys, known, before, one)
    if (why := _unkept(keys, known, one)) is not None:
        return Told(one.id, why)
    fact = Fact(one.id, one.number, one.kind, one.captured_at, frozenset(one.people))
    why = judged(fact, known.facts[one.number], _moment(known, box, one, now))
    row = _row(keys, known.election, one, why, now)
    _learn(known, row)
    return Told(one.id, why, registered_at=now)


def _again(keys: Keys, known: Known, before: PaperFact, one: Reported) -> Told:
    """A packet that was sent twice is answered as it was the first time, if it is the same fact."""
    helped = open_help(keys, before.id, before.help_sealed) if before.help_sealed else None
    same = (before.election_id, before.number, before.kind, before.device_id, before.sequence, helped) == (
        known.election.id, one.number, one.kind, one.device_id, one.sequence, one.help,
    )  # fmt: skip
    if not same:
        return Told(one.id, PaperWhy.ID_USED)
    stub = known.stubs.get(one.number) if before.log_index is not None else None
    return Told(one.id, PaperWhy(before.why) if before.why else None, True, before.registered_at, stub)


def _unkept(keys: Keys, known: Known, one: Reported) -> PaperWhy | None:
    """Why a fact is none of this election's, or not what it says it is."""
    if one.number not in known.papers:
        return PaperWhy.UNKNOWN_PAPER
    if not code_fits(keys, known.election.id, one.number, one.code):
        return PaperWhy.WRONG_CODE
    if not two_present(one.people, one.recorder):
        return PaperWhy.NOT_TWO
    if (why := help_refusal(one.kind, one.help)) is not None:
        return why  # not kept: told anew with both names, the paper in the box is registered
    if one.box is not None and one.box not in known.seals:
        return PaperWhy.BOX_UNKNOWN
    used = one.device_id is not None and (one.device_id, one.sequence) in known.sequences
    return PaperWhy.SEQUENCE_USED if used else None


def _moment(known: Known, box: BallotBox, one: Reported, now: datetime) -> Moment:
    return Moment(
        state=State(known.election.state),
        closes_at=known.election.closes_at,
        taking=box.open and takes_ballots(facts_of(known.election), now),
        has_cast=known.entries[one.number] in known.cast,
        box_known=one.box in known.seals,
    )


def _row(keys: Keys, election: Election, one: Reported, why: PaperWhy | None, now: datetime) -> PaperFact:
    return PaperFact(
        id=one.id,
        election_id=election.id,
        number=one.number,
        kind=one.kind,
        captured_at=one.captured_at,
        registered_at=now,
        recorded_by=one.recorder,
        deliverers=sorted(one.people),
        device_id=one.device_id,
        sequence=one.sequence,
        box=one.box,
        evidence=one.evidence,
        words=one.words,
        accepted=why is None,
        why=why,
        log_index=None,
        late=election.state == State.CLOSED,
        help_sealed=seal_help(keys, one.id, one.help) if one.help else None,
    )


def _learn(known: Known, row: PaperFact) -> None:
    known.rows.append(row)
    known.by_id[row.id] = row
    known.sequences.add((row.device_id, row.sequence))
    known.facts[row.number].append(fact_of(row))
    if row.accepted and row.kind == FactKind.RETURNED:
        known.cast.add(known.entries[row.number])
