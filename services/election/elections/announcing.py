"""VOTE-9: the announced text, word for word what is hashed: canonical JSON of all that voters must know beforehand."""

import hashlib
import json

from services.election.elections.items import Parts
from services.election.rules.lot import ALGORITHM
from services.election.tables import Election


def announced_text(election: Election, parts: Parts) -> str:
    """VOTE-9. Names and items in their order, keys sorted, no spaces, UTF-8 (RFC 8785): the same row and parts always
    give the same text, also once an extension has moved the end."""
    closes_at = election.first_closes_at or election.closes_at
    # Before that nobody who still orders the names may know which of them draws first.
    seed = election.seed if election.announced_at else None
    said = {
        "buildings": election.buildings,
        "closes_at": closes_at.isoformat(),
        "compound_code": election.compound_code,
        "entrances": election.entrances,
        "election": str(election.id),
        "items": [
            {"matter": one.matter, "number": one.number, "title": one.title, "words": one.words} for one in parts.items
        ],
        "kind": election.kind,
        "lot": {"algorithm": ALGORITHM, "line": "seed|election|number", "seed": seed},
        "nominees": [{"name": one.name, "number": one.number, "words": one.words} for one in parts.names],
        "opens_at": election.opens_at.isoformat(),
        "area_hundredths": election.area_hundredths,
        "heads": election.heads,
        "households": election.entries,
        "preset": election.preset,
        "round": election.round,
        "area_unknown": election.area_unknown,
        "owner_unknown": election.owner_unknown,
        "roll_note": election.roll_note,
        "rule_set": str(election.rule_set_id) if election.rule_set_id else None,
        "rule_set_version": election.rule_set_version,
        "rules": election.rules,
        "seats": election.seats,
        "silence_adopted": election.silence_adopted,
        "title": election.title,
        "words": election.words,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
