"""The status tree: after closing one salted line an entitlement, so that each can prove which ballot of its own
counts, or that it has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.log.appending import Line, append
from services.election.log.effective import Effective, effective_of
from services.election.rules.commitments import Said, commitment, status_said, status_salt
from services.election.rules.leaves import LeafType, leaf_hash
from services.election.rules.merkle import Tree
from services.election.tables import BallotBox, Election, RollEntry


@dataclass(frozen=True, slots=True)
class Status:
    """One entitlement's line: what it says under which salt, and its commitment."""

    entry_id: UUID
    place: int
    index: int | None
    salt: bytes
    said: Said

    @property
    def commitment(self) -> bytes:
        return commitment(self.salt, self.said)


@dataclass(frozen=True, slots=True)
class StatusTree:
    """The lines in the order of the roll, and the tree over them (each commitment hashed as a leaf)."""

    lines: Sequence[Status]
    tree: Tree

    @property
    def root(self) -> bytes:
        return self.tree.root(len(self.lines))


async def write_status(db: AsyncSession, election: Election, box: BallotBox, now: datetime) -> int:
    """Append the STATUS leaf to a locked box's log; answers its index. Call it once what is effective is settled: after
    the closing and the transcriptions, and again before each recount. Needs no keys: a status hides under a salt
    derived from that of its roll entry."""
    built = await status_tree(db, election.id)
    line = Line(LeafType.STATUS, {"root": built.root.hex(), "entries": len(built.lines)})
    return await append(db, box, [line], now)


async def status_tree(db: AsyncSession, election_id: UUID) -> StatusTree:
    """As the ballots stand now."""
    return tree_over(await _entries(db, election_id), await effective_of(db, election_id), str(election_id))


async def _entries(db: AsyncSession, election_id: UUID) -> Sequence[tuple[UUID, int, bytes]]:
    found = await db.execute(
        select(RollEntry.id, RollEntry.place, RollEntry.salt)
        .where(RollEntry.election_id == election_id)
        .order_by(RollEntry.place)
    )
    return [(row.id, row.place, row.salt) for row in found]


def tree_over(
    entries: Sequence[tuple[UUID, int, bytes]], effective: Mapping[UUID, Effective], election: str
) -> StatusTree:
    """Entries as (id, place, salt of the roll), in the order of the roll."""
    lines = []
    for entry, place, salt in entries:
        index = effective[entry].index if entry in effective else None
        lines.append(Status(entry, place, index, status_salt(salt), status_said(election, str(entry), index)))
    return StatusTree(lines, Tree(leaf_hash(line.commitment) for line in lines))
