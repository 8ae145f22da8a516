"""What a ballot commits to: *who* and *what* apart, each under its own salt, so that one opens without the other."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

ALGORITHM = "SHA-256"
SALT_BYTES = 32
Plain = str | int | Sequence[int]
Said = Mapping[str, Plain | Mapping[str, Plain]]


def canonical(said: Said) -> bytes:
    """RFC 8785 for texts, integers below 2^53, lists of them and maps of these, under ASCII names."""
    return _WRITER.encode(said).encode()


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
"""`json.dumps` makes one anew at every call, which costs more than the writing."""


def commitment(salt: bytes, said: Said) -> bytes:
    """SHA-256(salt ‖ canonical JSON)."""
    return hashlib.sha256(salt + canonical(said)).digest()


def who_said(election: str, entry: str, revision: int) -> Mapping[str, Plain]:
    """The part that names the entitlement."""
    return {"election": election, "entry": entry, "revision": revision}


def what_said(election: str, marks: Sequence[int]) -> Mapping[str, Plain]:
    """The part that names the choice. Marks are sorted: their order says nothing and must not."""
    return {"election": election, "marks": sorted(marks)}


def status_said(election: str, entry: str, index: int | None) -> Mapping[str, Plain]:
    """What an entitlement's line of the status tree says: the index of its effective ballot's leaf, or that none is."""
    said: dict[str, Plain] = {"election": election, "entry": entry, "status": "NONE" if index is None else "EFFECTIVE"}
    if index is not None:
        said["index"] = index
    return said


def status_salt(entry_salt: bytes) -> bytes:
    """The salt of an entitlement's status: known to whoever knows the salt of its row of the roll, nobody else."""
    return hmac.digest(entry_salt, b"status", "sha256")
