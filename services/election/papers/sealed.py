"""Seals who helped a voter to mark and who watched: names, and a reason that may be an illness (PRI-2)."""

import json
from dataclasses import asdict
from uuid import UUID

from services.election.rules.commitments import canonical
from services.election.rules.papers import Help
from shared.sealing import Keys, Label

WHAT = "election.paper_fact.help"


def seal_help(keys: Keys, fact_id: UUID, help_: Help) -> bytes:
    return keys.ring.seal(canonical(asdict(help_)), Label(WHAT, str(fact_id)))


def open_help(keys: Keys, fact_id: UUID, sealed: bytes) -> Help:
    """For the desk with a purpose, and to know a fact that comes again."""
    return Help(**json.loads(keys.ring.open(sealed, Label(WHAT, str(fact_id)))))
