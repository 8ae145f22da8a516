"""Checkpoints, leaves, proofs and receipts on the wire. Hashes and salts are hex."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.election.elections.schemas import ELECTION_ID
from services.election.log.queries import Proved, Receipt
from services.election.rules.commitments import Said, canonical
from services.election.rules.notes import ALGORITHMS, NOTARY, origin_of, read_note, short_code
from services.election.tables import Checkpoint, Leaf
from shared.days import day_of
from shared.wire import Count, Day, Input, Output, Text, example

_ENTRY = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0006"
_HASH = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
_SALT = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
_NOTE = (
    f"linli/{ELECTION_ID}\n42\nXcnaeacGWamtVZy3Ad7ZoquduCOqLy9JYM/jcO/0YDKKbA==\nSHA-256 Ed25519\n\n"
    "— linli-notary dGhpcyBpcyBhbiBleGFtcGxlIG9mIGEgc2lnbmF0dXJlIGxpbmU=\n"
)
_LEAF = f'{{"day":"2026-12-02","type":"CAST","what":"{_HASH}","who":"{_HASH}"}}'
WAIT_SECONDS = 10


class LogKeySeen(Output):
    """The notary's public key. `verifier` is the one line that `verify.py --key` takes; print it on posters."""

    model_config = Output.model_config | example(
        origin=f"linli/{ELECTION_ID}",
        name=NOTARY,
        algorithms=ALGORITHMS,
        verifier="linli-notary+a1b2c3d4+AYv0kVvR2y8Qm0C8kq8yqk1i2d1b0cE0mHc1m9x7Yp0B",
    )

    origin: str
    name: str
    algorithms: str
    verifier: str


class CheckpointSeen(Output):
    """The notary's signed note over the first `size` leaves. `code` is for the eye; `qr` is what a poster's QR code
    holds: the note itself, which proves."""

    model_config = Output.model_config | example(
        size=42,
        root=_HASH,
        note=_NOTE,
        code="7K2M-9QX4-TB0C-8HZ1",
        qr=_NOTE,
        day="2026-12-02",
        cosignatures=[],
    )

    size: Count
    root: str
    note: str
    code: str
    qr: str
    day: Day
    """On which it was signed, and no closer: its instant would tell when each ballot came."""
    cosignatures: list[str]


class ConsistencySeen(Output):
    """RFC 9162, 2.1.4: that the log under `new` begins with the log under `old`."""

    model_config = Output.model_config | example(old=20, new=42, old_root=_HASH, new_root=_HASH, path=[_HASH])

    old: Count
    new: Count
    old_root: str
    new_root: str
    path: list[str]


class LeafSeen(Output):
    """One line of the log: SHA-256(0x00 ‖ `body`) is its hash."""

    model_config = Output.model_config | example(index=41, body=_LEAF)

    index: Count
    body: str


class ProvedReceiptSeen(Output):
    """My own ballot, opened, and the way from its leaf to a signed root; `verify.py --receipt` takes it as it is.

    `what_said` is null until the closing: until then I know what I marked, and no screen tells it. Not yet under a
    checkpoint: `checkpoint` is null and `wait_seconds` says within what time it will be.
    """

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        log_index=41,
        leaf=_LEAF,
        who_salt=_SALT,
        who_said={
            "election": ELECTION_ID,
            "entry": _ENTRY,
            "revision": 1,
            "capacity": "OWNER",
            "caster": _HASH,
            "authority": "",
        },
        what_salt=_SALT,
        what_said={"election": ELECTION_ID, "marks": [1, 3]},
        checkpoint=_NOTE,
        size=42,
        inclusion=[_HASH],
        wait_seconds=None,
        notary="linli-notary+a1b2c3d4+AYv0kVvR2y8Qm0C8kq8yqk1i2d1b0cE0mHc1m9x7Yp0B",
    )

    election_id: UUID
    log_index: Count
    leaf: str
    who_salt: str
    who_said: Mapping[str, Any]
    what_salt: str
    what_said: Mapping[str, Any] | None
    checkpoint: str | None
    size: Count | None
    inclusion: list[str]
    wait_seconds: Count | None
    notary: str


class StatusProofSeen(Output):
    """Which ballot of mine counts, or that none does: SHA-256(`salt` ‖ canonical `said`) is `commitment`, and
    `inclusion` leads from SHA-256(0x00 ‖ commitment) at `place` to the `root` that leaf `leaf` of the log names."""

    model_config = Output.model_config | example(
        label="3-2-501",
        said={"election": ELECTION_ID, "entry": _ENTRY, "status": "EFFECTIVE", "index": 41},
        salt=_SALT,
        commitment=_HASH,
        place=7,
        entries=20,
        root=_HASH,
        leaf=44,
        inclusion=[_HASH],
    )

    label: str
    said: Mapping[str, Any]
    salt: str
    commitment: str
    place: Count
    entries: Count
    root: str
    leaf: Count
    inclusion: list[str]


class StatusProofs(Output):
    model_config = Output.model_config | example(
        items=[StatusProofSeen.model_config["json_schema_extra"]["examples"][0]]  # type: ignore[index]
    )

    items: list[StatusProofSeen]


class OpenRecord(Input):
    """Why the complete record is wanted; it stands in the audit."""

    model_config = Input.model_config | example(purpose="法院调取,案号(2026)晋0109民初123号")

    purpose: Annotated[str, Text(200, 4), Field(description="Stands in the audit.")]


def key_seen(election_id: UUID, verifier: str) -> LogKeySeen:
    return LogKeySeen(origin=origin_of(str(election_id)), name=NOTARY, algorithms=ALGORITHMS, verifier=verifier)


def checkpoint_seen(found: Checkpoint) -> CheckpointSeen:
    code = short_code(read_note(found.note).body)
    root = found.root.hex()
    return CheckpointSeen(
        size=found.size, root=root, note=found.note, code=code, qr=found.note, day=day_of(found.at), cosignatures=[]
    )


def consistency_seen(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> ConsistencySeen:
    return ConsistencySeen(
        old=old.size, new=new.size, old_root=old.root.hex(), new_root=new.root.hex(), path=_hex(path)
    )


def leaf_seen(leaf: Leaf) -> LeafSeen:
    return LeafSeen(index=leaf.log_index, body=leaf.body.decode())


def receipt_seen(election_id: UUID, found: Receipt, verifier: str) -> ProvedReceiptSeen:
    covering = found.checkpoint
    return ProvedReceiptSeen(
        election_id=election_id,
        log_index=found.index,
        leaf=found.leaf,
        who_salt=found.who_salt.hex(),
        who_said=_plain(found.who),
        what_salt=found.what_salt.hex(),
        what_said=_plain(found.what) if found.what is not None else None,
        checkpoint=covering.note if covering else None,
        size=covering.size if covering else None,
        inclusion=_hex(found.inclusion),
        wait_seconds=None if covering else WAIT_SECONDS,
        notary=verifier,
    )


def status_seen(found: Proved) -> StatusProofSeen:
    return StatusProofSeen(
        label=found.label,
        said=_plain(found.status.said),
        salt=found.status.salt.hex(),
        commitment=found.status.commitment.hex(),
        place=found.status.place,
        entries=found.entries,
        root=found.root.hex(),
        leaf=found.leaf,
        inclusion=_hex(found.inclusion),
    )


def _hex(path: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in path]


def _plain(said: Said) -> Mapping[str, Any]:
    assert canonical(said), "what was hashed"
    return dict(said)
