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


class ProxyWhy(StrEnum):
    """Why an authority is not taken."""

    NOT_HERE = "NOT_HERE"  # household ballots are cast by the household
    OWNER_MEMBER = "OWNER_MEMBER"  # PMC-4
    DESK_ONLY = "DESK_ONLY"
    NOT_PRINCIPAL = "NOT_PRINCIPAL"
    OWN_ENTITLEMENT = "OWN_ENTITLEMENT"
    PAPER_NEEDED = "PAPER_NEEDED"
    TOO_MANY = "TOO_MANY"
    STANDS_ALREADY = "STANDS_ALREADY"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a warrant needs: given by the principal himself, or by the desk with a paper."""

    by_principal: bool
    paper: bool
    counted: bool
    """Whether it takes one of the agent's principals."""


WARRANTS: Mapping[Warrant, Needs] = {
    Warrant.PROXY: Needs(by_principal=True, paper=True, counted=True),
    Warrant.GUARDIAN: Needs(by_principal=False, paper=True, counted=False),
    # VOTE-1. An agent may act before his letter is on file; without it his ballot is INVALID.
    Warrant.AGENT: Needs(by_principal=False, paper=False, counted=False),
}


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority as it is handed in. `given_by` is None for the desk; `principals` are those that the agent has
    already; `stands`: the entitlement has given one already."""

    kind: Kind
    basis: str
    warrant: Warrant
    agent: UUID
    owners: frozenset[UUID]
    given_by: UUID | None
    has_paper: bool
    principals: int
    stands: bool


def refusal(asked: Authority, most: int) -> ProxyWhy | None:
    """BAL-4. Why an authority is not taken; None when it is. `most` principals an agent [P 3]."""
    where = _where(asked)
    if where is not None:
        return where
    needs = WARRANTS[asked.warrant]
    if asked.given_by is None:
        if needs.paper and not asked.has_paper:
            return ProxyWhy.PAPER_NEEDED
    elif not needs.by_principal:
        return ProxyWhy.DESK_ONLY
    elif asked.given_by not in asked.owners:
        return ProxyWhy.NOT_PRINCIPAL
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
