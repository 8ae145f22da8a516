"""Counts an election: opens the ballots that stand, once it is closed, and hands them to the pure rules."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.sealed import open_choice
from services.election.elections.queries import election_to_run, terms_of
from services.election.elections.stepping import check, stepped
from services.election.history import who
from services.election.log.appending import Line, append, locked_box
from services.election.rules.casting import Capacity, Cast, standing
from services.election.rules.commitments import canonical
from services.election.rules.household import count_household
from services.election.rules.leaves import LeafType
from services.election.rules.states import Step
from services.election.tables import Ballot, Election, Nominee, Result
from shared.identity import Actor
from shared.sealing import Keys


async def count_election(db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, now: datetime) -> Result:
    """Count what stands, rank, and draw the announced lot where the border asks for it. Errors: as every step."""
    election = await election_to_run(db, actor, election_id)
    check(election, Step.COUNT, now)
    counted = await _household(db, keys, election)
    outcome = str(counted.pop("outcome"))
    digest = hashlib.sha256(canonical(counted)).digest()
    box = await locked_box(db, election.id)
    index = await append(db, box, [Line(LeafType.COUNTED, {"number": 1, "figures": digest.hex()})], now)
    result = Result(
        election_id=election.id,
        number=1,
        outcome=outcome,
        figures=counted,
        digest=digest,
        log_index=index,
        counted_at=now,
        counted_by=who(actor),
    )
    db.add(result)
    election.outcome, election.counted_at = outcome, now
    await stepped(db, actor, election, Step.COUNT, now)
    return result


async def _household(db: AsyncSession, keys: Keys, election: Election) -> dict[str, Any]:
    """The figures of a household ballot."""
    found = await db.execute(select(Nominee.number).where(Nominee.election_id == election.id))
    terms = terms_of(election, frozenset(found.scalars()))
    counted = count_household(terms, election.entries, await effective_marks(db, keys, election.id))
    return {
        "households": counted.households,
        "returned": counted.cast,
        "valid": counted.valid,
        "invalid": counted.invalid,
        "outcome": counted.outcome,
        "ranking": [asdict(one) for one in counted.ranking],
    }


async def effective_marks(db: AsyncSession, keys: Keys, election_id: UUID) -> list[list[int]]:
    """The choices of the ballots that stand, one a dwelling. Only the count reads choices, after closing."""
    found = await db.execute(
        select(Ballot.entry_id, Ballot.revision, Ballot.caster_id, Ballot.capacity, Ballot.choice_sealed)
        .where(Ballot.election_id == election_id)
        .order_by(Ballot.entry_id)
    )
    return [_standing_marks(keys, election_id, rows) for _, rows in groupby(found, key=lambda row: row.entry_id)]


def _standing_marks(keys: Keys, election_id: UUID, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[int]:
    ballots = {row.revision: row for row in rows}
    casts = [Cast(row.revision, row.caster_id, Capacity(row.capacity)) for row in ballots.values()]
    stands = standing(casts)
    assert stands is not None, "a group has a row"
    row = ballots[stands.revision]
    _, choice = open_choice(keys, election_id, row.entry_id, row.revision, row.choice_sealed)
    return [int(mark) for mark in choice["marks"]]  # type: ignore[union-attr]
