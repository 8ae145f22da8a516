"""BAL-11, BAL-12: whether a cast is taken, and which of a dwelling's ballots stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.election.rules.household import Voters


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

    OWNER = "OWNER"
    RESIDENT = "RESIDENT"
    MEMBER = "MEMBER"  # T3
    PROXY = "PROXY"
    PAPER = "PAPER"


class CastWhy(StrEnum):
    """Why a cast is refused."""

    NOT_ENTITLED = "NOT_ENTITLED"
    HOME_HAS_CAST = "HOME_HAS_CAST"  # BAL-12: the first stands
    OWNER_HAS_CAST = "OWNER_HAS_CAST"  # BAL-11: the owner's prevails
    NO_REVOTE = "NO_REVOTE"  # [P] revote
    STALE = "STALE"  # another ballot of the dwelling came first


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot of a dwelling: its revision (from 1), who cast it and as what."""

    revision: int
    caster: UUID | None
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to cast. `replaces` is the revision that he saw standing, 0 for none."""

    caster: UUID
    capacity: Capacity | None
    replaces: int


def capacity_of(caster: UUID, owners: frozenset[UUID], owns_all: bool, bound: bool, voters: Voters) -> Capacity | None:
    """BAL-11. An owner by the frozen roll, or by a tie made since (`owns_all`: every tie of his here is an owner's).

    `bound`: his token names the dwelling. A resident only where the rule set lets residents cast.
    """
    if caster in owners or (bound and owns_all):
        return Capacity.OWNER
    if bound and voters is Voters.ADULT_RESIDENT:
        return Capacity.RESIDENT
    return None


def standing(history: Sequence[Cast]) -> Cast | None:
    """BAL-11. The ballot that counts: the newest of an owner, else the newest; arrival order of rows is nothing."""
    owners = [cast for cast in history if cast.capacity is Capacity.OWNER]
    return max(owners or history, key=lambda cast: cast.revision, default=None)


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
    """BAL-11, BAL-12. The owner's prevails over a resident's; else only the caster himself replaces his own."""
    if wish.capacity is Capacity.OWNER and stands.capacity is Capacity.RESIDENT:
        return None
    if stands.capacity is Capacity.OWNER and wish.capacity is Capacity.RESIDENT:
        return CastWhy.OWNER_HAS_CAST
    if wish.caster != stands.caster:
        return CastWhy.HOME_HAS_CAST
    return None if revote else CastWhy.NO_REVOTE
