"""BAL-7, BAL-10: what can happen to a printed ballot, and in which order."""

from enum import StrEnum


class FactKind(StrEnum):
    ISSUED = "ISSUED"
    UNDELIVERABLE = "UNDELIVERABLE"
    RETURNED = "RETURNED"
    SPOILED = "SPOILED"
    LOST = "LOST"
