"""Seals one person's reading of a paper until its keyings settle; a dump tells none of them."""

import json
from uuid import UUID

from services.election.rules.commitments import Said, canonical
from shared.sealing import Keys, Label

WHAT = "election.keying.choice"


def seal_reading(keys: Keys, election_id: UUID, number: int, turn: int, said: Said) -> bytes:
    return keys.ring.seal(canonical(said), _label(election_id, number, turn))


def open_reading(keys: Keys, election_id: UUID, number: int, turn: int, sealed: bytes) -> Said:
    """Only the settling of the same paper calls this."""
    said: Said = json.loads(keys.ring.open(sealed, _label(election_id, number, turn)))
    return said


def _label(election_id: UUID, number: int, turn: int) -> Label:
    return Label(WHAT, f"{election_id}/{number}/{turn}")
