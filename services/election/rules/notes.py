"""What a checkpoint of the log says: a signed note (C2SP tlog-checkpoint) of origin, size, root and algorithms."""

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass

NOTARY = "linli-notary"
"""The name under which the house's notary signs."""
ALGORITHMS = "SHA-256 Ed25519"
"""Said in every note (PRI-5): the hash of the tree, then the signature."""
ED25519 = b"\x01"
"""The signature type of C2SP signed notes."""
SIGNATURE_MARK = "— "
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORT_SIGNS = 16
GROUP = 4


@dataclass(frozen=True, slots=True)
class Signed:
    """A note taken apart: what was signed, and by whom it says it was."""

    origin: str
    size: int
    root: bytes
    body: str
    name: str
    key_id: bytes
    signature: bytes


def origin_of(election: str) -> str:
    """The name of an election's log; it stays when the house's address changes."""
    return f"linli/{election}"


def note_body(election: str, size: int, root: bytes) -> str:
    """What is signed: four lines, the last one ended."""
    return f"{origin_of(election)}\n{size}\n{b64encode(root).decode()}\n{ALGORITHMS}\n"


def key_id(name: str, public: bytes) -> bytes:
    """Four bytes that name a key: SHA-256(name ‖ newline ‖ signature type ‖ key), cut."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """A public key in the one line that `verify.py --key` takes: name+id+key."""
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def signed_note(body: str, name: str, public: bytes, signature: bytes) -> str:
    """The body, an empty line, and the signature line."""
    return f"{body}\n{SIGNATURE_MARK}{name} {b64encode(key_id(name, public) + signature).decode()}\n"


def read_note(note: str) -> Signed:
    """Take a note of one signature apart; nothing is verified. Errors: ValueError."""
    body, gap, line = note.partition("\n\n")
    origin, size, root, algorithms = body.split("\n")
    if not gap or not line.startswith(SIGNATURE_MARK) or not line.endswith("\n") or algorithms != ALGORITHMS:
        raise ValueError("not a checkpoint")
    name, _, signed = line.removeprefix(SIGNATURE_MARK)[:-1].partition(" ")
    found = b64decode(signed, validate=True)
    if len(found) != 68 or not size.isascii() or not size.isdigit():
        raise ValueError("not a checkpoint")
    return Signed(origin, int(size), b64decode(root, validate=True), f"{body}\n", name, found[:4], found[4:])


def short_code(body: str) -> str:
    """Sixteen signs (80 bits of SHA-256 of what was signed) to compare by eye; who proves something uses the note."""
    number = int.from_bytes(hashlib.sha256(body.encode()).digest()[:10], "big")
    signs = "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(SHORT_SIGNS)))
    return "-".join(signs[at : at + GROUP] for at in range(0, SHORT_SIGNS, GROUP))
