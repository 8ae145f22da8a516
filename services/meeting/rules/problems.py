"""Decides what an answer to a problem of an open council must say (MEET-9)."""

from collections.abc import Mapping
from enum import StrEnum


class NextStep(StrEnum):
    """MEET-9. Nothing is an answer too, with its why."""

    TICKET = "TICKET"
    TOPIC = "TOPIC"
    VISIT = "VISIT"
    NOTHING = "NOTHING"


class Given(StrEnum):
    """What an answer carries; the values are the fields of the wire."""

    REASON = "reason"
    CATEGORY = "category"
    VISIT_ON = "visit_on"


# MEET-9. Every step is reasoned; a ticket names its category, a visit its day.
ANSWER_NEEDS: Mapping[NextStep, frozenset[Given]] = {
    NextStep.TICKET: frozenset({Given.REASON, Given.CATEGORY}),
    NextStep.TOPIC: frozenset({Given.REASON}),
    NextStep.VISIT: frozenset({Given.REASON, Given.VISIT_ON}),
    NextStep.NOTHING: frozenset({Given.REASON}),
}


def missing_of(step: NextStep, given: frozenset[Given]) -> frozenset[Given]:
    """MEET-9."""
    return ANSWER_NEEDS[step] - given
