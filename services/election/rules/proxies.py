"""BAL-4: who may stand for another's entitlement, by what paper, and for how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.election.rules.casting import SIGNED, Warrant
from services.election.rules.parameters import Kind
from services.election.rules.roles import Role

BARRED = frozenset({Role.HANDLER})
"""BAL-4. [P] Roles that never stand for owners: the staff of a property company works tickets as HANDLER."""
OWNER_MEMBER = "OWNER_MEMBER"
"""Basis of a member who sits as an owner (PMC-4)."""


class Giver(StrEnum):
    """Who hands an authority in."""

    PRINCIPAL = "PRINCIPAL"
    DESK = "DESK"


class ProxyWhy(StrEnum):
    """Why an authority is not taken."""

    NOT_HERE = "NOT_HERE"  # household ballots are cast by the household
    OWNER_MEMBER = "OWNER_MEMBER"  # PMC-4
    DESK_ONLY = "DESK_ONLY"
    OWN_ENTITLEMENT = "OWN_ENTITLEMENT"
    PAPER_NEEDED = "PAPER_NEEDED"
    TOO_MANY = "TOO_MANY"
    STANDS_ALREADY = "STANDS_ALREADY"
    PAPER_ON_FILE = "PAPER_ON_FILE"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a warrant needs."""

    principal_may: bool
    """Whether the principal gives it himself, signed online; else the desk takes it."""
    paper: bool
    """Whether the desk needs the paper at once."""
    counted: bool
    """Whether it takes one of the agent's principals."""


WARRANTS: Mapping[Warrant, Needs] = {
    Warrant.PROXY: Needs(principal_may=True, paper=True, counted=True),
    Warrant.GUARDIAN: Needs(principal_may=False, paper=True, counted=False),
    # VOTE-1. An agent may act before his letter is on file; without it his ballot is INVALID.
    Warrant.AGENT: Needs(principal_may=False, paper=False, counted=False),
}


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority as it is handed in. `principals`: those for whom the agent stands already, of the counted kind;
    `stands`: the entitlement has given one already."""

    kind: Kind
    basis: str
    warrant: Warrant
    agent: UUID
    owners: frozenset[UUID]
    giver: Giver
    has_paper: bool = False
    principals: int = 0
    stands: bool = False


def refusal(asked: Authority, most: int) -> ProxyWhy | None:
    """BAL-4. Why an authority is not taken; None when it is. At most `most` principals an agent [P 3]."""
    if (where := _where(asked)) is not None:
        return where
    needs = WARRANTS[asked.warrant]
    if asked.giver is Giver.PRINCIPAL and not needs.principal_may:
        return ProxyWhy.DESK_ONLY
    if asked.giver is Giver.DESK and needs.paper and not asked.has_paper:
        return ProxyWhy.PAPER_NEEDED
    if asked.agent in asked.owners:
        return ProxyWhy.OWN_ENTITLEMENT
    if asked.stands:
        return ProxyWhy.STANDS_ALREADY
    return ProxyWhy.TOO_MANY if needs.counted and asked.principals >= most else None


def _where(asked: Authority) -> ProxyWhy | None:
    """BAL-4, PMC-4. Owners' votes take proxies; of members only those who do not sit as owners."""
    if asked.kind is Kind.MEMBERS:
        return ProxyWhy.OWNER_MEMBER if asked.basis == OWNER_MEMBER else None
    return None if asked.kind in SIGNED else ProxyWhy.NOT_HERE
