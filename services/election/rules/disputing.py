"""VOTE-1, BAL-12: when a co-owner may object to a ballot of his entitlement, and when a ballot is revoked in person."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from services.election.rules.casting import SIGNED, Capacity, Cast, standing
from services.election.rules.parameters import Kind


class DisputeWhy(StrEnum):
    """Why an objection or a revocation is not taken."""

    NOT_HERE = "NOT_HERE"  # a household ballot is its household's business
    NO_BALLOT = "NO_BALLOT"
    OWN_BALLOT = "OWN_BALLOT"
    OBJECTED_ALREADY = "OBJECTED_ALREADY"
    RESOLVED_ALREADY = "RESOLVED_ALREADY"
    WORDS_NEEDED = "WORDS_NEEDED"
    PAPER_NEEDED = "PAPER_NEEDED"
    PAPER_RETURNED = "PAPER_RETURNED"  # sealed in its box, nobody finds it there
    SECOND_OFFICER = "SECOND_OFFICER"


def objection_refusal(kind: Kind, objector: UUID, history: Sequence[Cast]) -> DisputeWhy | None:
    """VOTE-1. Why a co-owner's objection is not taken: it is against the ballot that stands, by somebody else."""
    if kind not in SIGNED:
        return DisputeWhy.NOT_HERE
    stands = standing(history)
    if stands is None:
        return DisputeWhy.NO_BALLOT
    return DisputeWhy.OWN_BALLOT if stands.caster == objector else None


def revocation_refusal(history: Sequence[Cast]) -> DisputeWhy | None:
    """BAL-12. Why a ballot is not revoked in person before closing: there is none, or it lies in a sealed box."""
    stands = standing(history)
    if stands is None:
        return DisputeWhy.NO_BALLOT
    return DisputeWhy.PAPER_RETURNED if stands.capacity is Capacity.PAPER else None
