"""What the CLOSE line says: which ballots are invalid and whose deliveries are proven, so that neither is made up
afterwards (VOTE-1, BAL-2)."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.log.effective import effective_of
from services.election.results.opened import delivered_to
from services.election.rules.commitments import Said, commitment, delivery_said, salt_of
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import root_of
from services.election.rules.record import Fault
from services.election.tables import Election, RollEntry


async def closing_said(db: AsyncSession, election: Election) -> Said:
    """By each fault the lines of the ballots that stand and have it; how many deliveries are proven, and the root over
    one salted line an entitlement, in the order of the roll."""
    if election.log_version == 1:
        return {}
    proven = await delivered_to(db, election)
    rows = select(RollEntry.id, RollEntry.salt).where(RollEntry.election_id == election.id).order_by(RollEntry.place)
    lines = [
        commitment(salt_of(salt, "delivered"), delivery_said(str(election.id), str(entry), str(entry) in proven))
        for entry, salt in await db.execute(rows)
    ]
    stand = sorted((await effective_of(db, election.id)).values(), key=lambda one: one.index)
    faults = {str(fault): [one.index for one in stand if one.fault is fault] for fault in Fault}
    return {
        "faults": faults,
        "deliveries": len(proven),
        "delivered": root_of([leaf_hash(line) for line in lines]).hex(),
    }
