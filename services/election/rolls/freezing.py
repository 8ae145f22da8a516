"""Freezes a posted roll: a commitment per entry, the root over them, and the first lines of the election's log."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.log.appending import Line, append
from services.election.rules.commitments import Said, commitment
from services.election.rules.leaves import LOG, LeafType, leaf_hash
from services.election.rules.merkle import root_of
from services.election.tables import BallotBox, Election, RollEntry


def entry_said(entry: RollEntry) -> Said:
    """What an entry's commitment says. Area in hundredths of a m², known areas only."""
    return {
        "election": str(entry.election_id),
        "entry": str(entry.id),
        "place": entry.place,
        "heads": entry.heads,
        "area": entry.area_hundredths,
        "area_unknown": entry.area_unknown,
        "head_key": entry.head_key.hex(),
        "basis": entry.basis,
    }


async def close_ranks(db: AsyncSession, election: Election) -> None:
    """Places from 0 without a gap, in their order, whatever corrections took out: two passes, as each is unique."""
    ranked = (
        select(RollEntry.id, (func.row_number().over(order_by=RollEntry.place) - 1).label("rank"))
        .where(RollEntry.election_id == election.id)
        .subquery()
    )
    mine = RollEntry.election_id == election.id
    apart = update(RollEntry).where(mine, RollEntry.id == ranked.c.id).values(place=-1 - ranked.c.rank)
    back = update(RollEntry).where(mine).values(place=-1 - RollEntry.place)
    for statement in (apart, back):
        await db.execute(statement, execution_options={"synchronize_session": False})


async def freeze(db: AsyncSession, election: Election, now: datetime) -> None:
    """Commit to every entry of a locked election's roll and begin its log with ANNOUNCED and ROLL."""
    wanted = select(RollEntry).where(RollEntry.election_id == election.id).order_by(RollEntry.place)
    await close_ranks(db, election)
    entries = (await db.execute(wanted, execution_options={"populate_existing": True})).scalars().all()
    for entry in entries:
        entry.commitment = commitment(entry.salt, entry_said(entry))
    # The leaves of the roll's own tree are the commitments, each hashed as a leaf.
    root = root_of([leaf_hash(entry.commitment or b"") for entry in entries])
    election.roll_root = root
    box = BallotBox(election_id=election.id, next_index=0, open=False)
    db.add(box)
    await db.flush()
    roll: Said = {
        "root": root.hex(),
        "entries": election.entries,
        "heads": election.heads,
        "area": election.area_hundredths,
        "area_unknown": election.area_unknown,
        "owner_unknown": election.owner_unknown,
    }
    election.log_version = LOG
    announced: Said = {"text": (election.text_digest or b"").hex(), "log": LOG}
    await append(db, box, [Line(LeafType.ANNOUNCED, announced), Line(LeafType.ROLL, roll)], now)
