"""Which ballot of each entitlement is effective, as the one rule says it (rules/casting.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rules.casting import Capacity, Cast, standing
from services.election.tables import Ballot, BallotVoid


@dataclass(frozen=True, slots=True)
class Effective:
    """The ballot of an entitlement that counts: its revision and the index of its CAST or RETURNED leaf."""

    entry_id: UUID
    revision: int
    index: int


async def effective_of(db: AsyncSession, election_id: UUID) -> Mapping[UUID, Effective]:
    """Entry -> its effective ballot; entries without one are left out. Voided ones are out of it (BAL-12)."""
    voided = and_(
        BallotVoid.election_id == Ballot.election_id,
        BallotVoid.entry_id == Ballot.entry_id,
        BallotVoid.revision == Ballot.revision,
    )
    found = await db.execute(
        select(Ballot.entry_id, Ballot.revision, Ballot.caster_id, Ballot.capacity, Ballot.log_index)
        .outerjoin(BallotVoid, voided)
        .where(Ballot.election_id == election_id, BallotVoid.revision.is_(None))
        .order_by(Ballot.entry_id)
    )
    effective = {}
    for entry, rows in groupby(found, key=lambda row: row.entry_id):
        indices = {row.revision: row for row in rows}
        stands = standing([Cast(row.revision, row.caster_id, Capacity(row.capacity)) for row in indices.values()])
        assert stands is not None, "a group has a row"
        effective[entry] = Effective(entry, stands.revision, indices[stands.revision].log_index)
    return effective
