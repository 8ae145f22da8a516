"""Seals what a ballot says: its salt and its choice lie together under the house's ring, so a dump tells neither."""

import json
import secrets
from collections.abc import Sequence
from uuid import UUID

from services.election.rules.choices import Chosen, choice_read
from services.election.rules.commitments import SALT_BYTES, Said, canonical
from shared.sealing import Keys, Label

WHAT = "election.ballot.choice"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10


def seal_choice(keys: Keys, election_id: UUID, entry_id: UUID, revision: int, salt: bytes, choice: Said) -> bytes:
    """`salt` ‖ canonical JSON of the choice."""
    return keys.ring.seal(salt + canonical(choice), _label(election_id, entry_id, revision))


def open_choice(keys: Keys, election_id: UUID, entry_id: UUID, revision: int, sealed: bytes) -> tuple[bytes, Said]:
    """The salt and the choice. Only its caster's receipt and the count after closing call this."""
    plain = keys.ring.open(sealed, _label(election_id, entry_id, revision))
    choice: Said = json.loads(plain[SALT_BYTES:])
    return plain[:SALT_BYTES], choice


class Opener:
    """Opens the choices of one election when they are counted; most are alike, so each is read once."""

    def __init__(self, keys: Keys, election_id: UUID) -> None:
        self._opening = keys.ring.opening(WHAT)
        self._election = f"{election_id}/"
        self._read: dict[bytes, Chosen] = {}

    def choices(self, entries: Sequence[str], revision: int, sealed: Sequence[bytes]) -> list[Chosen]:
        """The choices without their salts; `entries` are ids as text."""
        whose = [f"{self._election}{entry}/{revision}" for entry in entries]
        written = [plain[SALT_BYTES:] for plain in self._opening.open_all(sealed, whose)]
        return [self._read.get(one) or self._read_anew(one) for one in written]

    def _read_anew(self, written: bytes) -> Chosen:
        choice = self._read[written] = choice_read(json.loads(written))
        return choice


def new_code() -> str:
    """Ten characters for SMS or paper stub, without those that are misread (Crockford's 32): 50 random bits."""
    drawn = secrets.randbits(5 * CODE_LENGTH)
    return "".join([LETTERS[drawn >> 5 * place & 31] for place in range(CODE_LENGTH)])


def _label(election_id: UUID, entry_id: UUID, revision: int) -> Label:
    return Label(WHAT, f"{election_id}/{entry_id}/{revision}")
