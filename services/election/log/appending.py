"""Writes lines of the public log: under the head lock, dense, and nothing of a choice in clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rules.commitments import Said
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.tables import BallotBox, Leaf
from shared.days import day_of


@dataclass(frozen=True, slots=True)
class Line:
    """One leaf to be written: its type and what it says beside type and day."""

    type: LeafType
    said: Said


async def locked_box(db: AsyncSession, election_id: UUID) -> BallotBox:
    """The one lock of an election's log; held to the end of the transaction."""
    found = await db.execute(select(BallotBox).where(BallotBox.election_id == election_id).with_for_update())
    return found.scalar_one()


async def append(db: AsyncSession, box: BallotBox, lines: Sequence[Line], now: datetime) -> int:
    """Append lines to a locked box's log; answers the index of the first."""
    first = box.next_index
    day = day_of(now).isoformat()
    rows = []
    for place, line in enumerate(lines):
        body = leaf_body(line.type, day, line.said)
        row = {"election_id": box.election_id, "log_index": first + place, "type": line.type}
        rows.append(row | {"body": body, "hash": leaf_hash(body)})
    box.next_index = first + len(rows)
    await db.flush()
    await db.execute(insert(Leaf), rows)
    return first
