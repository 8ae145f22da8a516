"""Which ballot of each entitlement is effective, as the one rule says it (rules/casting.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import casts_of
from services.election.rules.casting import standing
from services.election.rules.record import Fault
from services.election.tables import Ballot


@dataclass(frozen=True, slots=True)
class Effective:
    """The ballot of an entitlement that counts: its revision, the index of its CAST or RETURNED leaf, and why it is
    INVALID, if it is (VOTE-1)."""

    entry_id: UUID
    revision: int
    index: int
    fault: Fault | None = None


async def effective_of(db: AsyncSession, election_id: UUID) -> Mapping[UUID, Effective]:
    """Entry -> its effective ballot; entries without one are left out."""
    found = await db.execute(
        select(Ballot.entry_id, Ballot.revision, Ballot.log_index).where(Ballot.election_id == election_id)
    )
    indices = {(entry, revision): index for entry, revision, index in found}
    effective = {}
    for entry, casts in (await casts_of(db, election_id)).items():
        stands = standing(casts)
        if stands is not None:
            fault = Fault.OBJECTED if stands.objected else Fault.NO_LETTER if stands.without_letter else None
            effective[entry] = Effective(entry, stands.revision, indices[entry, stands.revision], fault)
    return effective
