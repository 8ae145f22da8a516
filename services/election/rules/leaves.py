"""What a line of the public log says: its types, its body as canonical JSON, and how it is hashed."""

import hashlib
from enum import StrEnum

from services.election.rules.commitments import Said, canonical

LOG = 2
"""The version of the log of an election announced now, as its ANNOUNCED line says; none said there: the first. Since
the second it holds who casts as what, authorities and their papers, objections, and at the closing the deliveries."""


class LeafType(StrEnum):
    """ANNOUNCED and ROLL open a log, CLOSE ends the casting; what may follow it is AFTER_CLOSE."""

    ANNOUNCED = "ANNOUNCED"
    ROLL = "ROLL"
    OPENED = "OPENED"
    EXTENDED = "EXTENDED"
    CAST = "CAST"
    RETURNED = "RETURNED"
    AUTHORITY = "AUTHORITY"
    LETTER = "LETTER"
    OBJECTION = "OBJECTION"
    SETTLED = "SETTLED"
    CLOSE = "CLOSE"
    TRANSCRIBED = "TRANSCRIBED"
    VOID = "VOID"
    CORRECTION = "CORRECTION"
    STATUS = "STATUS"
    COUNTED = "COUNTED"
    FINAL = "FINAL"


AFTER_CLOSE = frozenset(
    {
        LeafType.TRANSCRIBED,
        LeafType.VOID,
        LeafType.CORRECTION,
        LeafType.STATUS,
        LeafType.COUNTED,
        LeafType.FINAL,
    }
)
LEAF_PREFIX = b"\x00"


def leaf_body(type_: LeafType, day: str, said: Said) -> bytes:
    """Canonical JSON of one leaf. `day` (YYYY-MM-DD, Asia/Shanghai) is all the time that the public log tells."""
    return canonical({"type": str(type_), "day": day, **said})


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body), as RFC 6962 hashes a leaf."""
    return hashlib.sha256(LEAF_PREFIX + body).digest()
