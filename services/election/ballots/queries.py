"""Which ballots an entitlement has, which of them stands, and what its people may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVarTuple, cast
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_of, homes_on, own_home, rules_of
from services.election.errors import BallotUnknown, HomeNotOnRoll
from services.election.rolls.effective import corrections_since_freeze, effective_places, places_with
from services.election.rules.casting import Capacity, Cast, CastWhy, Claim, Warrant, claimed
from services.election.rules.parameters import Kind
from services.election.rules.proxies import BARRED
from services.election.rules.roles import Role
from services.election.tables import (
    Ballot,
    BallotNotice,
    BallotObjection,
    BallotVoid,
    Election,
    Proxy,
    RollEntry,
    RollHome,
)
from shared.identity import Actor
from shared.paging import Orders, down

Columns = TypeVarTuple("Columns")
NOTICES = Orders("ballot_notices", {"newest": (down(BallotNotice.log_index),)})


@dataclass(frozen=True, slots=True)
class OnRoll:
    """The entitlement that a home is part of, with the owners and homes that it has by the corrections since."""

    entry: RollEntry
    owners: frozenset[UUID]
    homes: tuple[UUID, ...]


async def on_roll(db: AsyncSession, election_id: UUID, home_id: UUID) -> OnRoll:
    """VOTE-7. As a cast of this home is judged. Errors: HomeNotOnRoll."""
    corrected = await corrections_since_freeze(db, election_id)
    places = await (effective_places(db, election_id) if corrected else places_with(db, election_id, home_id))
    place = places.get(str(home_id))
    if place is None:
        raise HomeNotOnRoll
    entry = await db.get_one(RollEntry, UUID(place.entry))
    together = {home: one for home, one in places.items() if one.entry == place.entry}
    owners = {UUID(owner) for one in together.values() for owner in one.owners}
    return OnRoll(entry, frozenset(owners), tuple(map(UUID, together)))


def claim_of(actor: Actor, code: str, owners: frozenset[UUID], homes: Sequence[UUID]) -> Claim:
    """BAL-11. What a caller is to an entitlement: by the frozen roll and by his own token, no neighbour is asked."""
    return Claim(
        caster=actor.subject,
        owners=owners,
        owns_all=len(actor.homes) == 1 and actor.holds({Role.OWNER}, code),
        bound=not set(actor.homes).isdisjoint(homes),
        barred=actor.holds(BARRED, code),
    )


OF_BALLOT = and_(
    BallotVoid.election_id == Ballot.election_id,
    BallotVoid.entry_id == Ballot.entry_id,
    BallotVoid.revision == Ballot.revision,
)


_OBJECTED = exists().where(
    BallotObjection.election_id == Ballot.election_id,
    BallotObjection.entry_id == Ballot.entry_id,
    BallotObjection.resolved_at.is_(None),
    BallotObjection.objector_id.is_distinct_from(Ballot.caster_id),
)
_LETTERLESS = and_(Proxy.warrant == Warrant.AGENT, Proxy.paper_file.is_(None))
JUDGED = (
    Ballot.revision,
    Ballot.caster_id,
    Ballot.capacity,
    BallotVoid.revision.is_not(None),
    _OBJECTED,
    func.coalesce(_LETTERLESS, false()),
)
"""What `cast_of` takes, of a selection that is `with_what_became`."""


def with_what_became(ballots: Select[*Columns]) -> Select[*Columns]:
    """Ballots with their voids and authorities, entitlement by entitlement, the oldest first."""
    joined = ballots.outerjoin(BallotVoid, OF_BALLOT).outerjoin(Proxy, Proxy.id == Ballot.proxy_id)
    return joined.order_by(Ballot.entry_id, Ballot.revision)


def cast_of(revision: int, caster: UUID | None, capacity: str, voided: bool, objected: bool, letterless: bool) -> Cast:
    return Cast(revision, caster, Capacity[capacity], voided, objected, letterless)


async def casts_of(
    db: AsyncSession, election_id: UUID, entry_ids: Sequence[UUID] | None = None
) -> Mapping[UUID, list[Cast]]:
    """The ballots of these entries (None: of all) without their choices, with what has become of them: what
    `rules/casting.py:standing` judges by, for every reader."""
    found = select(Ballot.entry_id, *JUDGED).where(Ballot.election_id == election_id)
    if entry_ids is not None:
        found = found.where(Ballot.entry_id.in_(entry_ids))
    casts: dict[UUID, list[Cast]] = {}
    for row in await db.execute(with_what_became(found)):
        casts.setdefault(row[0], []).append(cast_of(*row[1:]))
    return casts


async def index_of(db: AsyncSession, election_id: UUID, entry_id: UUID, revision: int) -> int:
    """Where the log has a ballot."""
    wanted = select(Ballot.log_index).where(
        Ballot.election_id == election_id, Ballot.entry_id == entry_id, Ballot.revision == revision
    )
    return (await db.execute(wanted)).scalar_one()


@dataclass(frozen=True, slots=True)
class Mine:
    """One entitlement of the caller: its first home (none for a member), what he is to it, its ballots so far, and
    where the log has his own newest one."""

    home_id: UUID | None
    label: str
    capacity: Capacity | None
    casts: Sequence[Cast]
    index: int | None = None


async def my_homes(db: AsyncSession, actor: Actor, election: Election) -> list[Mine]:
    """The caller's own entitlements, and those that he holds an authority for."""
    entries = {entry.id: entry for entry in await entries_of(db, actor, election.id)}
    agencies = await _agencies(db, actor, election.id)
    entries |= {entry.id: entry for entry in agencies if entry.id not in entries}
    ids = list(entries)
    casts, homes = await casts_of(db, election.id, ids), await homes_on(db, election.id, ids)
    held, indexes = {entry.id for entry in agencies}, await _own_indexes(db, actor, election.id)
    found = [
        _mine(actor, election, entry, homes.get(entry.id, []), casts, entry.id in held) for entry in entries.values()
    ]
    return [replace(one, index=indexes.get(entry)) for entry, one in zip(entries, found, strict=True)]


async def _own_indexes(db: AsyncSession, actor: Actor, election_id: UUID) -> Mapping[UUID, int]:
    """BAL-9. Entitlement -> the index of the newest ballot that the caller cast for it; of nobody else's."""
    own = select(Ballot.entry_id, func.max(Ballot.log_index).label("newest")).where(
        Ballot.election_id == election_id, Ballot.caster_id == actor.subject
    )
    return {row.entry_id: row.newest for row in await db.execute(own.group_by(Ballot.entry_id))}


def _mine(
    actor: Actor,
    election: Election,
    entry: RollEntry,
    homes: Sequence[RollHome],
    casts: Mapping[UUID, list[Cast]],
    agent: bool,
) -> Mine:
    claim = claim_of(actor, election.compound_code, frozenset(entry.owner_ids), [home.home_id for home in homes])
    capacity = claimed(Kind(election.kind), replace(claim, agent=agent), rules_of(election).voters)
    known = own_home(actor, entry, homes) or next(iter(homes), None)  # an agent is told for which home he casts
    return Mine(
        known.home_id if known else None,
        known.label if known else entry.label,
        None if isinstance(capacity, CastWhy) else capacity,
        casts.get(entry.id, []),
    )


async def _agencies(db: AsyncSession, actor: Actor, election_id: UUID) -> Sequence[RollEntry]:
    held = select(Proxy.entry_id).where(
        Proxy.election_id == election_id, Proxy.agent_id == actor.subject, Proxy.ended_at.is_(None)
    )
    found = select(RollEntry).where(RollEntry.election_id == election_id, RollEntry.id.in_(held))
    return (await db.execute(found.order_by(RollEntry.place))).scalars().all()


async def receipt_of(db: AsyncSession, actor: Actor, election: Election, index: int) -> tuple[Ballot, UUID | None, str]:
    """BAL-9. A ballot by its index, with its first home (none: a member's) and that one's label, for whoever cast it.

    Errors: BallotUnknown.
    """
    found = await db.execute(
        select(Ballot, RollHome.home_id, func.coalesce(RollHome.label, ""))
        .outerjoin(RollHome, and_(RollHome.election_id == Ballot.election_id, RollHome.entry_id == Ballot.entry_id))
        .where(Ballot.election_id == election.id, Ballot.log_index == index, Ballot.caster_id == actor.subject)
        .order_by(RollHome.place)
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        raise BallotUnknown
    return row[0], row[1], row[2]


def notices_for(actor: Actor, election_id: UUID) -> Select[Any]:
    """The caller's notices of one election. One row: BallotNotice, label."""
    found = (
        select(BallotNotice, RollEntry.label.label("label"))
        .join(RollEntry, RollEntry.id == BallotNotice.entry_id)
        .where(BallotNotice.election_id == election_id, BallotNotice.recipient_id == actor.subject)
    )
    return cast("Select[Any]", found)
