"""What a ballot commits to: *who* and *what* apart, each under its own salt, so that one opens without the other."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from uuid import UUID

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


def who_said(election: str, entry: str, revision: int, by: Mapping[str, Plain] | None = None) -> Mapping[str, Plain]:
    """The part that names the entitlement, and since the second version of the log who cast for it (`by_said`)."""
    return {"election": election, "entry": entry, "revision": revision, **(by or {})}


def by_said(
    election: str, entry: str, capacity: str, caster: UUID | None, authority: UUID | None
) -> Mapping[str, Plain]:
    """As what a ballot was cast, by whom (empty: a paper), and under which authority (empty: his own right)."""
    tag = person_tag(election, entry, caster) if caster else ""
    return {"capacity": capacity, "caster": tag, "authority": str(authority or "")}


def person_tag(election: str, entry: str, person: UUID) -> str:
    """Tells the people of one entitlement apart and joins nobody's ballots; it names him to who knows his id."""
    return hashlib.sha256(f"{election}|{entry}|{person}".encode()).hexdigest()


def objection_said(election: str, entry: str, objector: UUID) -> Mapping[str, Plain]:
    """VOTE-1. Who objects to what is cast for an entitlement."""
    return {"election": election, "entry": entry, "objector": person_tag(election, entry, objector)}


def authority_said(election: str, entry: str, authority: UUID, warrant: str, paper: str) -> Mapping[str, Plain]:
    """BAL-4. What somebody may cast by; `paper` is the SHA-256 of what was on file when it was given, or empty."""
    return {"election": election, "entry": entry, "authority": str(authority), "warrant": warrant, "paper": paper}


def delivery_said(election: str, entry: str, delivered: bool) -> Mapping[str, Plain]:
    """BAL-2. Whether a delivery to an entitlement was proven by the closing."""
    return {"election": election, "entry": entry, "delivered": int(delivered)}


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
    """Of an entitlement's line of the status tree."""
    return salt_of(entry_salt, "status")


def salt_of(entry_salt: bytes, what: str) -> bytes:
    """A further salt of an entitlement: known to whoever knows the salt of its row of the roll, nobody else."""
    return hmac.digest(entry_salt, what.encode(), "sha256")
