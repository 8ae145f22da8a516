"""Which ballots a dwelling has, which of them stands, and what its people may do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_of, rules_of
from services.election.errors import BallotUnknown, HomeNotOnRoll
from services.election.rules.casting import Capacity, Cast, capacity_of, standing
from services.election.rules.roles import Role
from services.election.tables import Ballot, Election, RollEntry
from shared.identity import Actor


async def entry_of(db: AsyncSession, election_id: UUID, home_id: UUID) -> RollEntry:
    """Errors: HomeNotOnRoll."""
    wanted = select(RollEntry).where(RollEntry.election_id == election_id, RollEntry.home_id == home_id)
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise HomeNotOnRoll
    return found


def capacity_on(actor: Actor, election: Election, entry: RollEntry) -> Capacity | None:
    """BAL-11. By the frozen roll, and by the caller's own token: no neighbour is asked."""
    bound = entry.home_id in actor.homes
    owns_all = len(actor.homes) == 1 and actor.holds({Role.OWNER}, election.compound_code)
    return capacity_of(actor.subject, frozenset(entry.owner_ids), owns_all, bound, rules_of(election).voters)


async def casts_of(db: AsyncSession, election_id: UUID, entry_ids: Sequence[UUID]) -> Mapping[UUID, list[Cast]]:
    """The ballots of these entries without their choices."""
    found = await db.execute(
        select(Ballot.entry_id, Ballot.revision, Ballot.caster_id, Ballot.capacity).where(
            Ballot.election_id == election_id, Ballot.entry_id.in_(entry_ids)
        )
    )
    casts: dict[UUID, list[Cast]] = {}
    for entry, revision, caster, capacity in found:
        casts.setdefault(entry, []).append(Cast(revision, caster, Capacity(capacity)))
    return casts


@dataclass(frozen=True, slots=True)
class Mine:
    """One home of the caller: what he is to it, and its ballots so far."""

    entry: RollEntry
    capacity: Capacity | None
    casts: Sequence[Cast]


async def my_homes(db: AsyncSession, actor: Actor, election: Election) -> list[Mine]:
    entries = await entries_of(db, actor, election.id)
    casts = await casts_of(db, election.id, [entry.id for entry in entries])
    return [Mine(entry, capacity_on(actor, election, entry), casts.get(entry.id, [])) for entry in entries]


async def receipt_of(db: AsyncSession, actor: Actor, election: Election, index: int) -> tuple[Ballot, RollEntry]:
    """BAL-9. A ballot by its index, for whoever cast it. Errors: BallotUnknown."""
    found = await db.execute(
        select(Ballot, RollEntry)
        .join(RollEntry, RollEntry.id == Ballot.entry_id)
        .where(Ballot.election_id == election.id, Ballot.log_index == index, Ballot.caster_id == actor.subject)
    )
    row = found.one_or_none()
    if row is None:
        raise BallotUnknown
    return row[0], row[1]


async def effective_marks(db: AsyncSession, election_id: UUID) -> list[list[int]]:
    """The choices of the ballots that stand, one a dwelling. Only the count reads choices, after closing."""
    found = await db.execute(
        select(Ballot.entry_id, Ballot.revision, Ballot.caster_id, Ballot.capacity, Ballot.marks)
        .where(Ballot.election_id == election_id)
        .order_by(Ballot.entry_id)
    )
    return [_standing_marks(rows) for _, rows in groupby(found, key=lambda row: row.entry_id)]


def _standing_marks(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[int]:
    ballots = {row.revision: row for row in rows}
    casts = [Cast(row.revision, row.caster_id, Capacity(row.capacity)) for row in ballots.values()]
    stands = standing(casts)
    assert stands is not None, "a group has a row"
    return list(ballots[stands.revision].marks)
