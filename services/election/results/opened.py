"""Opens what the count needs: the ballots that stand, with their choices. Nothing here runs before closing."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from typing import Any, NamedTuple, cast
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import JUDGED, cast_of, with_what_became
from services.election.ballots.sealed import Opener
from services.election.ballots.storing import driver_of
from services.election.rules.casting import Cast, standing
from services.election.rules.choices import Chosen
from services.election.tables import Ballot, BallotObjection, BallotVoid, Election, PaperFact, Transcription
from services.election.tables.papers import Paper
from shared.sealing import Keys

PIECE = 5_000
"""Lines of the log that are read and opened at a time: some ten milliseconds, between which others are served."""
READ_AS = and_(
    Transcription.election_id == Ballot.election_id,
    Transcription.entry_id == Ballot.entry_id,
    Transcription.revision == Ballot.revision,
)


class Opened(NamedTuple):
    """The effective ballot of one entitlement, `entry` its id as text. `objected`, `without_letter`: VOTE-1."""

    entry: str
    choice: Chosen
    objected: bool = False
    without_letter: bool = False

    @property
    def is_suspended(self) -> bool:
        return self.objected or self.without_letter


class PaperUnread(Exception):
    """A returned paper has no reading. It is asked before a count; here the count ends rather than be short of one."""


async def opened_ballots(db: AsyncSession, keys: Keys, election: Election) -> list[Opened]:
    """One an entitlement that cast, by the one rule of what stands, in no order that says anything.

    Most have cast once and nothing became of it: that ballot stands. The others are judged by their history. Read and
    opened piece by piece: others are served meanwhile, and what is not needed any more is let go. Errors: PaperUnread.
    """
    opener = Opener(keys, election.id)
    found, judged = await _judged(db, opener, election.id)
    papers: set[str] = set()
    async with aclosing(_pieces(db, "ballot", election.id)) as pieces:
        async for entries, sealed in pieces:
            if None in sealed:
                papers.update(entry for entry, one in zip(entries, sealed, strict=True) if one is None)
            found += _opened(opener, judged, entries, sealed)
    papers -= judged
    async with aclosing(_pieces(db, "transcription", election.id)) as pieces:
        async for entries, sealed in pieces:
            papers.difference_update(entries)
            found += _opened(opener, judged, entries, sealed)
    if papers:
        raise PaperUnread
    return found


def _opened(
    opener: Opener, judged: AbstractSet[str], entries: Sequence[str], sealed: Sequence[bytes | None]
) -> Iterable[Opened]:
    """Of entitlements that cast once."""
    if None in sealed or not judged.isdisjoint(entries):
        alone = [(entry, one) for entry, one in zip(entries, sealed, strict=True) if one and entry not in judged]
        entries, sealed = zip(*alone, strict=True) if alone else ((), ())
    known = cast("Sequence[bytes]", sealed)  # whoever has none was left out
    return map(Opened, entries, opener.choices(entries, 1, known))


ENDS = "SELECT min(log_index), max(log_index) FROM election.{} WHERE election_id = %b"
PIECES = """
SELECT array_agg(entry_id::text), array_agg(choice_sealed) FROM election.{}
WHERE election_id = %b AND log_index >= %b AND log_index < %b
"""
"""In the log's order, in which they lie on disk. Two arrays: a row is dearer than the opening of a ballot."""


async def _pieces(
    db: AsyncSession, table: str, election_id: UUID
) -> AsyncGenerator[tuple[Sequence[str], Sequence[bytes | None]]]:
    """Entries and what each has sealed, all of one table. The next piece is on its way while one is opened; close it,
    so that nothing is under way on the connection afterwards."""
    driver = await driver_of(db)
    ends = await driver.execute(ENDS.format(table), (election_id,))
    ((first, last),) = await ends.fetchall()
    if last is None:
        return
    coming = asyncio.ensure_future(_piece(driver, table, election_id, first))
    try:
        for begin in range(first, last + 1, PIECE):
            entries, sealed = await coming
            if begin + PIECE <= last:
                coming = asyncio.ensure_future(_piece(driver, table, election_id, begin + PIECE))
                await asyncio.sleep(0)  # so that it is asked for before this one is opened
            yield entries or (), sealed or ()
    finally:
        await asyncio.wait({coming})


async def _piece(
    driver: AsyncConnection[Any], table: str, election_id: UUID, begin: int
) -> tuple[Sequence[str] | None, Sequence[bytes | None] | None]:
    told = await driver.execute(PIECES.format(table), (election_id, begin, begin + PIECE), binary=True)
    ((entries, sealed),) = await told.fetchall()
    return entries, sealed


async def _judged(db: AsyncSession, opener: Opener, election_id: UUID) -> tuple[list[Opened], AbstractSet[str]]:
    """What stands of the entitlements that are judged by their history, and all of these: who cast more than once,
    and whose ballot is void, objected to, or cast under an authority."""
    asked = union(
        select(Ballot.entry_id).where(
            Ballot.election_id == election_id, or_(Ballot.revision > 1, Ballot.proxy_id.is_not(None))
        ),
        select(BallotVoid.entry_id).where(BallotVoid.election_id == election_id),
        select(BallotObjection.entry_id).where(BallotObjection.election_id == election_id),
    ).subquery()
    either = func.coalesce(Ballot.choice_sealed, Transcription.choice_sealed)
    wanted = select(Ballot.entry_id, either, *JUDGED).where(Ballot.election_id == election_id)
    wanted = with_what_became(wanted).outerjoin(Transcription, READ_AS).join(asked, asked.c.entry_id == Ballot.entry_id)
    histories: dict[str, list[tuple[Cast, bytes | None]]] = {}
    rows = await db.stream(wanted.execution_options(yield_per=PIECE))
    async for piece in rows.partitions():
        for row in piece:
            histories.setdefault(str(row[0]), []).append((cast_of(*row[2:]), row[1]))
    found = []
    for entry, history in histories.items():
        stands = standing([cast for cast, _ in history])
        if stands is None:  # all of them are void
            continue
        sealed = next(one for cast, one in history if cast is stands)
        if sealed is None:
            raise PaperUnread
        (choice,) = opener.choices([entry], stands.revision, [sealed])
        found.append(Opened(entry, choice, stands.objected, stands.without_letter))
    return found, histories.keys()


async def delivered_to(db: AsyncSession, election: Election) -> frozenset[str]:
    """BAL-2. Entitlements whose paper was issued with a signature or photo: the proof of delivery, ballot by ballot.

    Since the log's second version only what the house had by the closing, as its CLOSE line says.
    """
    wanted = (
        select(Paper.entry_id)
        .join(PaperFact, (PaperFact.election_id == Paper.election_id) & (PaperFact.number == Paper.number))
        .where(
            Paper.election_id == election.id,
            PaperFact.kind == "ISSUED",
            PaperFact.accepted,
            PaperFact.evidence.is_not(None),
        )
    )
    if election.log_version > 1:
        wanted = wanted.where(PaperFact.late.is_(False))
    return frozenset(str(entry) for entry in (await db.execute(wanted)).scalars())
