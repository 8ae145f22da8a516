"""PUB-6: what an objection to an election may be about, and what deciding it can bring about."""

from enum import StrEnum


class About(StrEnum):
    ROLL = "ROLL"
    PROCEDURE = "PROCEDURE"
    COUNT = "COUNT"


class Effect(StrEnum):
    """What upholding it does; NONE is a refusal with its reasons."""

    NONE = "NONE"
    CORRECT = "CORRECT"
    RECOUNT = "RECOUNT"
    REPEAT = "REPEAT"
