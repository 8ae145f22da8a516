"""BAL-4, BAL-5, BAL-11, BAL-12: who casts as what, whether a cast is taken, and which of the ballots stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.election.rules.household import Voters
from services.election.rules.parameters import Kind, Online

STEP_UP_LIVES = timedelta(minutes=5)
SIGNED = frozenset({Kind.OWNERS_DECISION, Kind.UNANIMOUS})
"""BAL-5. Kinds whose ballots are signed: by hand on paper, or online by a fresh second factor."""


class Channel(StrEnum):
    """How a ballot arrives."""

    ONLINE = "ONLINE"
    PROXY = "PROXY"
    PAPER = "PAPER"


class Warrant(StrEnum):
    """BAL-4. By what paper somebody casts for another's entitlement."""

    PROXY = "PROXY"
    GUARDIAN = "GUARDIAN"
    AGENT = "AGENT"  # of a company or a public owner, with a letter (VOTE-1)


class Capacity(StrEnum):
    """As what the caster casts; PAPER: the sealed paper was handed in, by whom it was marked is not known."""

    # Each name is its value: `Capacity[...]` reads a row, at a fraction of the cost of `Capacity(...)`.
    OWNER = "OWNER"
    RESIDENT = "RESIDENT"
    MEMBER = "MEMBER"  # T3
    PROXY = "PROXY"
    PAPER = "PAPER"


CHANNEL_OF = {Capacity.PROXY: Channel.PROXY, Capacity.PAPER: Channel.PAPER}
"""Every other capacity casts online."""


class CastWhy(StrEnum):
    """Why a cast or a return is refused."""

    NOT_ENTITLED = "NOT_ENTITLED"
    HOME_HAS_CAST = "HOME_HAS_CAST"  # BAL-12: the first stands
    OWNER_HAS_CAST = "OWNER_HAS_CAST"  # BAL-11: the owner's prevails
    NO_REVOTE = "NO_REVOTE"  # [P] revote
    STALE = "STALE"  # another ballot of the entitlement came first
    PAPER_RETURNED = "PAPER_RETURNED"  # BAL-12: the paper was first, and blocks every other channel
    CAST_ONLINE = "CAST_ONLINE"  # BAL-12: paper over online only by revocation in person
    NOT_OPEN = "NOT_OPEN"  # BAL-7: a return that is registered after closing
    ONLINE_OFF = "ONLINE_OFF"  # BAL-5
    OFFICIAL_ONLY = "OFFICIAL_ONLY"  # BAL-5
    STEP_UP_NEEDED = "STEP_UP_NEEDED"  # BAL-5
    BARRED_ROLE = "BARRED_ROLE"  # BAL-4


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot of an entitlement: its revision (from 1), who cast it and as what.

    `voided`: a VOID was recorded of it. `objected`: another co-owner's written objection is not resolved (VOTE-1).
    `without_letter`: cast by a company's agent whose letter is not on file (VOTE-1).
    """

    revision: int
    caster: UUID | None
    capacity: Capacity
    voided: bool = False
    objected: bool = False
    without_letter: bool = False

    @property
    def is_suspended(self) -> bool:
        """VOTE-1. It took part and is INVALID, unless the objection is resolved before closing."""
        return self.objected or self.without_letter


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to cast. `replaces` is the revision that he saw standing, 0 for none."""

    caster: UUID | None
    capacity: Capacity | None
    replaces: int


RETURN = Wish(None, Capacity.PAPER, 0)
"""A sealed paper is handed in."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a caster and an entitlement.

    `bound`: his token names one of its homes. `owns_all`: every tie of his is an owner's. `agent`: he holds its
    standing authority. `barred`: he has a role that may not stand for others.
    """

    caster: UUID
    owners: frozenset[UUID]
    owns_all: bool = False
    bound: bool = False
    agent: bool = False
    barred: bool = False


def capacity_of(caster: UUID, owners: frozenset[UUID], owns_all: bool, bound: bool, voters: Voters) -> Capacity | None:
    """BAL-11. An owner by the frozen roll, or by a tie made since (`owns_all`: every tie of his here is an owner's).

    `bound`: his token names the dwelling. A resident only where the rule set lets residents cast.
    """
    if caster in owners or (bound and owns_all):
        return Capacity.OWNER
    if bound and voters is Voters.ADULT_RESIDENT:
        return Capacity.RESIDENT
    return None


def claimed(kind: Kind, claim: Claim, voters: Voters) -> Capacity | CastWhy:
    """BAL-3, BAL-4, BAL-11, VOTE-1. As what somebody casts in an election of this kind, or why not.

    Owners' votes: any co-owner of any home of the entitlement. Members' vote: the member himself (PMC-4). Beside
    them whoever holds the entitlement's standing authority.
    """
    own: Capacity | None
    if kind is Kind.MEMBERS:
        own = Capacity.MEMBER if claim.caster in claim.owners else None
    else:
        asked = voters if kind is Kind.HOUSEHOLD else Voters.OWNER
        own = capacity_of(claim.caster, claim.owners, claim.owns_all, claim.bound, asked)
    if own is not None:
        return own
    if not claim.agent:
        return CastWhy.NOT_ENTITLED
    return CastWhy.BARRED_ROLE if claim.barred else Capacity.PROXY


def online_refusal(kind: Kind, online: Online, stepped_at: datetime | None, now: datetime) -> CastWhy | None:
    """BAL-5. Whether owners may vote online here [P], and whether the second factor is fresh: five minutes, included.

    Both instants are real time: a sample clock moves no token.
    """
    if kind not in SIGNED:
        return None
    if online is Online.OFF:
        return CastWhy.ONLINE_OFF
    if online is Online.OFFICIAL_ONLY:
        return CastWhy.OFFICIAL_ONLY
    fresh = stepped_at is not None and now - STEP_UP_LIVES <= stepped_at
    return None if fresh else CastWhy.STEP_UP_NEEDED


def standing(history: Sequence[Cast]) -> Cast | None:
    """BAL-11, BAL-12. The effective ballot of an entitlement, whatever the order of the rows: the one answer for
    casting, notices, proofs and counts.

    A void ends everything up to it, so that nothing replaced before comes back. Of the rest the newest of an owner,
    else the newest. One that is suspended (`is_suspended`) stands too, and is counted as INVALID.
    """
    voided = max((cast.revision for cast in history if cast.voided), default=0)
    live = [cast for cast in history if cast.revision > voided]
    owners = [cast for cast in live if cast.capacity is Capacity.OWNER]
    return max(owners or live, key=lambda cast: cast.revision, default=None)


def refusal(wish: Wish, history: Sequence[Cast], revote: bool) -> CastWhy | None:
    """Why a cast is not taken; None when it is. Nobody overwrites what he has not seen (`replaces`)."""
    if wish.capacity is None:
        return CastWhy.NOT_ENTITLED
    stands = standing(history)
    if stands is None:
        return None if wish.replaces == 0 else CastWhy.STALE
    barred = _barred(wish, stands, revote)
    if barred is not None:
        return barred
    newest = max(cast.revision for cast in history)
    return None if wish.replaces == newest else CastWhy.STALE


def _barred(wish: Wish, stands: Cast, revote: bool) -> CastWhy | None:
    """BAL-11, BAL-12. The first channel stands; the owner's prevails over a resident's online; else only the caster
    himself, as what he was, replaces his own."""
    if stands.capacity is Capacity.PAPER:
        return CastWhy.PAPER_RETURNED
    if wish.capacity is Capacity.PAPER:
        return CastWhy.CAST_ONLINE
    if wish.capacity is Capacity.OWNER and stands.capacity is Capacity.RESIDENT:
        return None
    if stands.capacity is Capacity.OWNER and wish.capacity is Capacity.RESIDENT:
        return CastWhy.OWNER_HAS_CAST
    if (wish.caster, wish.capacity) != (stands.caster, stands.capacity):
        return CastWhy.HOME_HAS_CAST
    return None if revote else CastWhy.NO_REVOTE
