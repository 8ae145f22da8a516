"""Gathers what the record of an election says, once it is counted, and packs it as one file."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.naming import who_of
from services.election.ballots.objecting import objection_salt
from services.election.ballots.sealed import open_choice
from services.election.elections.announcing import announced_text
from services.election.elections.queries import parts_of
from services.election.errors import NotCounted, StatusUnsettled
from services.election.log import queries
from services.election.log.effective import Effective, effective_of
from services.election.log.status import StatusTree, tree_over
from services.election.proxies.actions import authority_salt, said_of
from services.election.results.opened import delivered_to
from services.election.results.queries import results_of
from services.election.rolls.effective import corrected_entries
from services.election.rolls.freezing import entry_said
from services.election.rules import record
from services.election.rules.commitments import objection_said
from services.election.rules.parameters import Kind, Preset
from services.election.rules.record import Corrected, Counted, Edition, Entry, Facts, Line, Opening, Vote
from services.election.rules.states import COUNTED
from services.election.tables import Ballot, BallotObjection, Checkpoint, Election, Proxy, RollEntry, Transcription
from shared.edge import ReadingFactory
from shared.exports import Drain
from shared.sealing import Keys

FILE_NAME = "record.ndjson"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The instant that every zip says: the same state gives the same bytes."""
BATCH = 5_000


def check_counted(election: Election) -> None:
    """Errors: NotCounted."""
    if election.state not in COUNTED:
        raise NotCounted(state=election.state)


async def gather(db: AsyncSession, keys: Keys, notary: str, election: Election, edition: Edition) -> Facts:
    """Everything but the leaves. In the public edition of an owners' vote no choice is even opened.

    Errors: StatusUnsettled where a ballot was voided or a row corrected since the count.
    """
    effective = await effective_of(db, election.id)
    entries = await queries.entries_in_place(db, election.id)
    rows = [(entry.id, entry.place, entry.salt) for entry in entries]
    tree = tree_over(rows, effective, str(election.id))
    leaf = await queries.status_leaf(db, election.id)
    corrections = await corrected_entries(db, election)
    if leaf is None or tree.root.hex().encode() not in leaf.body or any(c.index > leaf.log_index for c in corrections):
        raise StatusUnsettled(state=election.state)
    opened = edition is Edition.COMPLETE or election.kind == Kind.HOUSEHOLD
    wanted = select(Checkpoint.note).where(Checkpoint.election_id == election.id).order_by(Checkpoint.size)
    parts = await parts_of(db, keys, election)
    results = await results_of(db, election)
    items = [{"number": one.number, "matter": one.matter and str(one.matter)} for one in parts.items]
    return Facts(
        election=str(election.id),
        kind=Kind(election.kind),
        preset=Preset(election.preset),
        terms=_terms(election, items, [one.number for one in parts.names]),
        text=announced_text(election, parts),
        notary=notary,
        entries=_entries(entries, tree, await delivered_to(db, election)),
        corrections=[Corrected(one.index, one.salt, one.said, one.words) for one in corrections],
        votes=await _votes(db, keys if opened else None, election, effective),
        checkpoints=(await db.execute(wanted)).scalars().all(),
        results=[Counted(one.number, one.outcome, one.figures) for one in results],
        openings=await _openings(db, election, entries),
        log=election.log_version,
    )


async def _openings(db: AsyncSession, election: Election, entries: Sequence[RollEntry]) -> list[Opening]:
    """Of every AUTHORITY and OBJECTION line, in the log's order."""
    salts = {entry.id: entry.salt for entry in entries}
    logged = select(Proxy).where(Proxy.election_id == election.id, Proxy.log_index.is_not(None))
    found = [
        Opening(one.log_index or 0, authority_salt(salts[one.entry_id], one.id), said_of(one))
        for one in (await db.execute(logged)).scalars()
    ]
    objected = select(BallotObjection).where(
        BallotObjection.election_id == election.id, BallotObjection.log_index.is_not(None)
    )
    for one in (await db.execute(objected)).scalars():
        said = objection_said(str(election.id), str(one.entry_id), one.objector_id)
        found.append(Opening(one.log_index or 0, objection_salt(salts[one.entry_id], one.id), said))
    return sorted(found, key=lambda one: one.index)


def _terms(election: Election, items: Sequence[Any], numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "seats": election.seats,
        "round": election.round,
        "seed": election.seed,
        "rules": election.rules,
        "items": items,
        "nominees": numbers,
        "opens_at": election.opens_at.isoformat(),
        "closes_at": (election.first_closes_at or election.closes_at).isoformat(),
        "silence_adopted": bool(election.silence_adopted),
        "founding_pmc": election.founding_pmc,
    }


def _entries(entries: Sequence[RollEntry], tree: StatusTree, delivered: frozenset[str]) -> list[Entry]:
    return [
        Entry(
            place=entry.place,
            commitment=entry.commitment or b"",
            status=line.commitment,
            salt=entry.salt,
            said=entry_said(entry),
            label=entry.label,
            delivered=str(entry.id) in delivered,
        )
        for entry, line in zip(entries, tree.lines, strict=True)
    ]


async def _votes(db: AsyncSession, keys: Keys | None, election: Election, effective: Any) -> list[Vote]:
    """Every ballot; without keys none is opened."""
    read = select(Transcription).where(Transcription.election_id == election.id)
    papers = {(row.entry_id, row.revision): row.choice_sealed for row in (await db.execute(read)).scalars()}
    ballots = await db.execute(select(Ballot).where(Ballot.election_id == election.id).order_by(Ballot.log_index))
    return [
        _vote(keys, election.log_version, ballot, papers.get((ballot.entry_id, ballot.revision)), effective)
        for ballot in ballots.scalars()
    ]


def _vote(keys: Keys | None, log: int, ballot: Ballot, read: bytes | None, effective: Any) -> Vote:
    stands: Effective | None = effective.get(ballot.entry_id)
    counts = stands is not None and stands.revision == ballot.revision
    sealed, salt, what = ballot.choice_sealed or read, None, None
    if keys is not None and sealed is not None:
        salt, what = open_choice(keys, ballot.election_id, ballot.entry_id, ballot.revision, sealed)
    return Vote(
        index=ballot.log_index,
        channel=ballot.channel,
        capacity=ballot.capacity,
        who_salt=ballot.who_salt,
        who=who_of(log, ballot),
        effective=counts,
        what_salt=salt,
        what=what,
        fault=stands.fault if stands and counts else None,
    )


@dataclass(frozen=True, slots=True)
class Packing:
    """A record that is to be written: of which election, which edition, with whose keys."""

    election_id: UUID
    edition: Edition
    keys: Keys
    notary: str

    def drain(self, sessions: ReadingFactory) -> Drain:
        async def write(file: IO[bytes]) -> None:
            async with sessions() as db:
                # One snapshot: what is counted or voided meanwhile is in the next record, whole.
                await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                await self._write(file, db)

        return write

    async def _write(self, file: IO[bytes], db: AsyncSession) -> None:
        election = (await db.execute(select(Election).where(Election.id == self.election_id))).scalar_one()
        facts = await gather(db, self.keys, self.notary, election, self.edition)
        info = zipfile.ZipInfo(FILE_NAME, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(file, "w") as archive, archive.open(info, "w", force_zip64=True) as out:
            lines = _Lines(out)
            await to_thread.run_sync(lines.write, record.before_leaves(facts, self.edition))
            size, read = 0, BATCH
            while read == BATCH:
                wanted = queries.leaves_of(self.election_id, size, size + BATCH)
                found = (await db.execute(wanted)).scalars().all()
                batch = [record.leaf_line(leaf.log_index, leaf.body) for leaf in found]
                await to_thread.run_sync(lines.write, batch)
                db.expunge_all()
                read, size = len(found), size + len(found)
            await to_thread.run_sync(lines.write, record.after_leaves(facts, self.edition))
            lines.write([record.end_line(lines.count)])


class _Lines:
    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.count = 0

    def write(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._out.write(record.written(line))
            self.count += 1
