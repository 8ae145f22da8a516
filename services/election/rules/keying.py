"""BAL-7: who may key a returned paper from its scan, and what two blind readings and a third come to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.election.rules.commitments import Said

READINGS = 3


class KeyWhy(StrEnum):
    """Why a reading is not taken."""

    UNKNOWN_PAPER = "UNKNOWN_PAPER"
    NOT_RETURNED = "NOT_RETURNED"
    NOT_SCANNED = "NOT_SCANNED"
    CARRIED_IT = "CARRIED_IT"
    KEYED_ALREADY = "KEYED_ALREADY"
    SETTLED = "SETTLED"
    NOT_ON_BALLOT = "NOT_ON_BALLOT"
    AGREES_WITH_NEITHER = "AGREES_WITH_NEITHER"


def key_refusal(keyer: UUID, earlier: Sequence[UUID], carriers: Collection[UUID], settled: bool) -> KeyWhy | None:
    """BAL-7, BAL-9. Nobody keys twice, nobody keys what he carried (he knows the home), nobody keys what is settled."""
    if settled:
        return KeyWhy.SETTLED
    if keyer in earlier:
        return KeyWhy.KEYED_ALREADY
    return KeyWhy.CARRIED_IT if keyer in carriers else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the readings so far come to: the choice once it is settled, and whether a third person settled it."""

    said: Said | None
    by_third: bool


def reading_of(readings: Sequence[Said]) -> Reading:
    """BAL-7. Two that are alike settle; of two that differ the third's stands. The first two are never weighed."""
    if len(readings) == READINGS:
        return Reading(readings[2], by_third=True)
    if len(readings) == 2 and readings[0] == readings[1]:
        return Reading(readings[0], by_third=False)
    return Reading(None, by_third=False)


def third_stands_alone(readings: Sequence[Said]) -> bool:
    """A third reading like neither of the two: it is asked once more, for the error may be the third's."""
    return len(readings) == READINGS and readings[2] not in readings[:2]


def marks_fit(marks: Sequence[int], numbers: Collection[int]) -> bool:
    """Each mark stands on the ballot, and once. Too many, or none, is the voter's affair: invalid when counted."""
    return len(set(marks)) == len(marks) and set(marks) <= set(numbers)


def items_fit(items: Mapping[int, str], numbers: Collection[int]) -> bool:
    """BAL-1. Every item of the ballot is read, and no other; blank or double-marked is read as INVALID."""
    return set(items) == set(numbers)
