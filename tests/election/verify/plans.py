"""What elections are made up from, the notary that signs them, and the days on which they happen."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.election.rules.casting import Capacity
from services.election.rules.commitments import Said
from services.election.rules.decisions import MAJORITIES, Majority, Matter
from services.election.rules.leaves import LOG
from services.election.rules.merkle import Frontier
from services.election.rules.notes import NOTARY, note_body, signed_note, verifier_key
from services.election.rules.parameters import Preset, Rules

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
NOTARY_KEY = verifier_key(NOTARY, PUBLIC)
DAYS = ("2026-11-10", "2026-12-01", "2026-12-05", "2026-12-08", "2026-12-09", "2026-12-20")
"""Announced, opened, cast, closed, counted, final."""
OPENS, CLOSES = "2026-12-01T02:00:00+00:00", "2026-12-08T02:00:00+00:00"
ORDINARY = [matter for matter in Matter if MAJORITIES[matter] is Majority.ORDINARY]
EXTRAORDINARY = [matter for matter in Matter if MAJORITIES[matter] is Majority.SPECIAL]


def note_over(election: str, frontier: Frontier, key: Ed25519PrivateKey = KEY) -> str:
    body = note_body(election, frontier.size, frontier.root)
    return signed_note(body, NOTARY, key.public_key().public_bytes_raw(), key.sign(body.encode()))


@dataclass
class Plan:
    """What is to be made up. `ballots`: how many of a thousand homes vote; the others of a thousand likewise."""

    preset: Preset
    homes: int
    seed: int
    rules: Rules | None = None
    ballots: int = 800
    again: int = 150
    papers: int = 300
    voided: int = 30
    seats: int = 2
    nominees: int = 4
    corrected: int = 0
    silence: bool = False
    log: int = LOG
    choose: Callable[[random.Random, int], Said] | None = None
    """By place on the roll; None: at random."""
    on_paper: Callable[[int], bool] | None = None


@dataclass
class Ballot:
    entry: int
    revision: int
    index: int
    capacity: Capacity
    caster: UUID | None
    channel: str
    who_salt: bytes
    what_salt: bytes
    what: Said | None
    voided: bool = False
    authority: UUID | None = None
