"""What the CLOSE line says: the proofs of delivery as they stood, so that none is added afterwards (BAL-2)."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.results.opened import delivered_to
from services.election.rules.commitments import Said, commitment, delivery_said, salt_of
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import root_of
from services.election.tables import Election, RollEntry


async def closing_said(db: AsyncSession, election: Election) -> Said:
    """How many deliveries are proven, and the root over one salted line an entitlement, in the order of the roll."""
    if election.log_version == 1:
        return {}
    proven = await delivered_to(db, election)
    rows = select(RollEntry.id, RollEntry.salt).where(RollEntry.election_id == election.id).order_by(RollEntry.place)
    lines = [
        commitment(salt_of(salt, "delivered"), delivery_said(str(election.id), str(entry), str(entry) in proven))
        for entry, salt in await db.execute(rows)
    ]
    return {"deliveries": len(proven), "delivered": root_of([leaf_hash(line) for line in lines]).hex()}
