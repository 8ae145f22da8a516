"""VOTE-7: the electorate as it stands now: the frozen rows with what was corrected since."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_by_place
from services.election.rules.weights import Roll, Weights
from services.election.tables import Election, RollEntry


@dataclass(frozen=True, slots=True)
class Effective:
    """`roll` is keyed by the entry's id as text; `entries` are the rows behind it, in order of place."""

    roll: Roll
    entries: Mapping[UUID, RollEntry]


async def effective_roll(db: AsyncSession, election: Election) -> Effective:
    """What every count and proof weighs with. Area in hundredths of a m²."""
    entries = {entry.id: entry for entry in await entries_by_place(db, election.id)}
    roll = Roll({str(key): Weights(entry.heads, entry.area_hundredths) for key, entry in entries.items()})
    return Effective(roll, entries)
