"""Locks a running election for what changes beside its casts: authorities, objections, voids, the end of its window."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import OnRoll, claim_of, on_roll
from services.election.elections.queries import election_of, rules_of
from services.election.errors import HomeNotOnRoll, NotOpen
from services.election.log.appending import locked_box
from services.election.rules.casting import Capacity, CastWhy, Claim, claimed
from services.election.rules.parameters import Kind
from services.election.rules.roles import DESK_ROLES
from services.election.rules.states import State
from services.election.tables import BallotBox, Election, RollEntry
from shared.identity import Actor
from shared.wire import instant_text

BEFORE_CLOSE = frozenset({State.ANNOUNCED, State.OPEN})


async def running(
    db: AsyncSession, actor: Actor, election_id: UUID, now: datetime, states: frozenset[State] = BEFORE_CLOSE
) -> tuple[Election, BallotBox]:
    """An election in one of these states and before its end, under the lock that casts, closing and extension take.

    Errors: ElectionUnknown, NotOpen.
    """
    election = await election_of(db, actor, election_id)
    if election.roll_root is None:
        raise NotOpen(state=election.state)
    box = await locked_box(db, election.id)
    await db.refresh(election)  # what its last holder wrote
    if election.state not in states or now >= election.closes_at:
        window = {"opens_at": instant_text(election.opens_at), "closes_at": instant_text(election.closes_at)}
        raise NotOpen(state=election.state, **window)
    return election, box


@dataclass(frozen=True, slots=True)
class Party:
    """An entitlement with its owners, and what the caller is to it: its owner or member, the desk, or nobody."""

    entry: RollEntry
    owners: frozenset[UUID]
    own: Capacity | None
    desk: bool


async def party_of(db: AsyncSession, actor: Actor, election: Election, home_id: UUID) -> Party:
    """Errors: HomeNotOnRoll, also for a home that is none of the caller's business."""
    found: OnRoll = await on_roll(db, election.id, home_id)
    claim: Claim = claim_of(actor, election.compound_code, found.owners, found.homes)
    own = claimed(Kind(election.kind), claim, rules_of(election).voters)
    desk = actor.holds(DESK_ROLES, election.compound_code)
    if isinstance(own, CastWhy):
        if not desk and not claim.bound:
            raise HomeNotOnRoll
        return Party(found.entry, found.owners, None, desk)
    return Party(found.entry, found.owners, own, desk)
