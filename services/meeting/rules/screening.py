"""Decides which outcomes a screened topic may have, from the five questions of the test (MEET-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.meeting.rules.reasons import Why


class Outcome(StrEnum):
    """MEET-1. What screening makes of a topic."""

    ACCEPT = "ACCEPT"
    MERGE = "MERGE"
    TO_TICKET = "TO_TICKET"
    TO_OWNERS_VOTE = "TO_OWNERS_VOTE"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Questions:
    """The five questions, answered by the office. `prepares_vote`: it is only about preparing the owners' vote."""

    inside_compound: bool
    lawful: bool
    private_quarrel: bool
    owners_matter: bool
    emergency: bool
    prepares_vote: bool = False


class Finding(StrEnum):
    """What the test finds; the first that applies decides."""

    EMERGENCY = "EMERGENCY"
    UNLAWFUL = "UNLAWFUL"
    PRIVATE_QUARREL = "PRIVATE_QUARREL"
    OUTSIDE = "OUTSIDE"
    PREPARES_VOTE = "PREPARES_VOTE"
    OWNERS_MATTER = "OWNERS_MATTER"
    SOUND = "SOUND"


# MEET-2. What each finding leaves open, and what is said when something else is wished.
OPEN_TO: Mapping[Finding, tuple[frozenset[Outcome], Why]] = {
    Finding.EMERGENCY: (frozenset({Outcome.TO_TICKET}), Why.EMERGENCY_IS_A_TICKET),
    Finding.UNLAWFUL: (frozenset({Outcome.REJECT}), Why.UNLAWFUL),
    Finding.PRIVATE_QUARREL: (frozenset({Outcome.REJECT}), Why.PRIVATE_QUARREL),
    Finding.OUTSIDE: (frozenset({Outcome.REJECT, Outcome.TO_TICKET}), Why.OUTSIDE_THE_COMPOUND),
    Finding.PREPARES_VOTE: (
        frozenset({Outcome.ACCEPT, Outcome.MERGE, Outcome.TO_OWNERS_VOTE}),
        Why.RESERVED_TO_OWNERS,
    ),
    Finding.OWNERS_MATTER: (frozenset({Outcome.TO_OWNERS_VOTE, Outcome.MERGE}), Why.RESERVED_TO_OWNERS),
    Finding.SOUND: (frozenset({Outcome.ACCEPT, Outcome.MERGE, Outcome.TO_TICKET}), Why.PASSES_THE_TEST),
}


class Asked(StrEnum):
    """What an outcome must be given with; the values are the fields of the wire."""

    REASON = "reason"
    WHERE_TO_GO = "where_to_go"
    MERGE_INTO = "merge_into"
    CATEGORY = "category"


ASKED: Mapping[Outcome, frozenset[Asked]] = {
    Outcome.ACCEPT: frozenset(),
    Outcome.MERGE: frozenset({Asked.MERGE_INTO}),
    Outcome.TO_TICKET: frozenset({Asked.REASON, Asked.CATEGORY}),
    Outcome.TO_OWNERS_VOTE: frozenset({Asked.REASON}),
    Outcome.REJECT: frozenset({Asked.REASON, Asked.WHERE_TO_GO}),
}
"""MEET-1. Whoever does not get his topic onto an agenda is told why, and where to go."""


def finding_of(test: Questions) -> Finding:
    """MEET-2."""
    found = (
        (test.emergency, Finding.EMERGENCY),
        (not test.lawful, Finding.UNLAWFUL),
        (test.private_quarrel, Finding.PRIVATE_QUARREL),
        (not test.inside_compound, Finding.OUTSIDE),
        (test.owners_matter and test.prepares_vote, Finding.PREPARES_VOTE),
        (test.owners_matter, Finding.OWNERS_MATTER),
    )
    return next((finding for applies, finding in found if applies), Finding.SOUND)


def screen(test: Questions, outcome: Outcome) -> Why | None:
    """MEET-2. None when the outcome fits what the test finds."""
    finding = finding_of(test)
    outcomes, otherwise = OPEN_TO[finding]
    if outcome in outcomes:
        return None
    if finding is Finding.SOUND and outcome is Outcome.TO_OWNERS_VOTE:
        return Why.NOT_OWNERS_MATTER
    return otherwise
