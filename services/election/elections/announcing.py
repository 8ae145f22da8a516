"""VOTE-9: the announced text, word for word what is hashed: canonical JSON of all that voters must know beforehand."""

import hashlib
import json
from collections.abc import Sequence

from services.election.elections.nominees import Name
from services.election.rules.lot import ALGORITHM
from services.election.tables import Election


def announced_text(election: Election, names: Sequence[Name]) -> str:
    """Names sorted, keys sorted, no spaces, UTF-8 (RFC 8785): the same row and names always give the same text."""
    said = {
        "buildings": election.buildings,
        "closes_at": election.closes_at.isoformat(),
        "compound_code": election.compound_code,
        "election": str(election.id),
        "kind": election.kind,
        "lot": {"algorithm": ALGORITHM, "line": "seed|election|number", "seed": election.seed},
        "nominees": [{"name": one.name, "number": one.number, "words": one.words} for one in names],
        "opens_at": election.opens_at.isoformat(),
        "households": election.entries,
        "round": election.round,
        "rules": election.rules,
        "seats": election.seats,
        "title": election.title,
        "words": election.words,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
