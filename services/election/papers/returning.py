"""BAL-7, BAL-12: the registered return of a sealed paper becomes the ballot of its home, and its line in the log."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import casts_of
from services.election.ballots.sealed import new_code
from services.election.log.appending import Line, append
from services.election.rules.casting import Capacity, Channel, standing
from services.election.rules.commitments import SALT_BYTES, commitment, who_said
from services.election.rules.leaves import LeafType
from services.election.tables import Ballot, BallotBox


async def register_return(
    db: AsyncSession, box: BallotBox, entry_id: UUID, paper_number: int, batch: str, now: datetime
) -> Ballot | None:
    """The ballot of a returned paper, under the locked head row of an open election; None where one stands already
    (BAL-12: the first does). `batch` is the number of the box it lies in."""
    history = (await casts_of(db, box.election_id, [entry_id])).get(entry_id, [])
    if standing(history) is not None:
        return None
    revision, salt, election = len(history) + 1, secrets.token_bytes(SALT_BYTES), str(box.election_id)
    who = commitment(salt, who_said(election, str(entry_id), revision))
    index = await append(db, box, [Line(LeafType.RETURNED, {"who": who.hex(), "batch": batch})], now)
    ballot = Ballot(
        election_id=box.election_id,
        entry_id=entry_id,
        revision=revision,
        log_index=index,
        channel=Channel.PAPER,
        caster_id=None,
        capacity=Capacity.PAPER,
        paper_number=paper_number,
        cast_at=now,
        choice_sealed=None,
        who_salt=salt,
        who=who,
        what=None,
        code=new_code(),
    )
    db.add(ballot)
    await db.flush()
    return ballot
