"""Which ballots a dwelling has, which of them stands, and what its people may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_of, homes_on, rules_of
from services.election.errors import BallotUnknown, HomeNotOnRoll
from services.election.rules.casting import Capacity, Cast, capacity_of
from services.election.rules.roles import Role
from services.election.tables import Ballot, Election, RollEntry, RollHome
from shared.identity import Actor


@dataclass(frozen=True, slots=True)
class OnRoll:
    """A home on the roll with the entitlement that it is part of."""

    home: RollHome
    entry: RollEntry


async def on_roll(db: AsyncSession, election_id: UUID, home_id: UUID) -> OnRoll:
    """Errors: HomeNotOnRoll."""
    wanted = (
        select(RollHome, RollEntry)
        .join(RollEntry, RollEntry.id == RollHome.entry_id)
        .where(RollHome.election_id == election_id, RollHome.home_id == home_id)
    )
    found = (await db.execute(wanted)).one_or_none()
    if found is None:
        raise HomeNotOnRoll
    return OnRoll(found[0], found[1])


def capacity_on(actor: Actor, election: Election, entry: RollEntry, homes: Sequence[UUID]) -> Capacity | None:
    """BAL-11. By the frozen roll, and by the caller's own token: no neighbour is asked."""
    bound = not set(actor.homes).isdisjoint(homes)
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
    """One entitlement of the caller: its first home, what he is to it, and its ballots so far."""

    home: RollHome
    capacity: Capacity | None
    casts: Sequence[Cast]


async def my_homes(db: AsyncSession, actor: Actor, election: Election) -> list[Mine]:
    entries = await entries_of(db, actor, election.id)
    ids = [entry.id for entry in entries]
    casts, homes = await casts_of(db, election.id, ids), await homes_on(db, election.id, ids)
    return [
        Mine(
            homes[entry.id][0],
            capacity_on(actor, election, entry, [home.home_id for home in homes[entry.id]]),
            casts.get(entry.id, []),
        )
        for entry in entries
    ]


async def receipt_of(db: AsyncSession, actor: Actor, election: Election, index: int) -> tuple[Ballot, RollHome]:
    """BAL-9. A ballot by its index, with its first home, for whoever cast it. Errors: BallotUnknown."""
    found = await db.execute(
        select(Ballot, RollHome)
        .join(RollHome, and_(RollHome.election_id == Ballot.election_id, RollHome.entry_id == Ballot.entry_id))
        .where(Ballot.election_id == election.id, Ballot.log_index == index, Ballot.caster_id == actor.subject)
        .order_by(RollHome.place)
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        raise BallotUnknown
    return row[0], row[1]
