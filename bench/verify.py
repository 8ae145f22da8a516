"""How long the verifier takes: `python -m bench.verify [homes] [leaves]`.

A household ballot of so many homes (5,000), public and complete, and a log of so many leaves (a million), each made up
in memory, written as a record and judged by `services/election/verify.py` in a process of its own, as a stranger would.
Ends with one line of JSON: seconds, and beside them how long the same interpreter takes for a million hashes.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.election.rules import record
from services.election.rules.commitments import commitment, status_said, status_salt, who_said
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.rules.merkle import Frontier, root_of
from services.election.rules.parameters import Preset
from services.election.rules.record import Edition
from tests.election.verify.made import Made
from tests.election.verify.plans import NOTARY_KEY, Plan, note_over

PROGRAM = Path("services/election/verify.py")


def write(path: Path, lines: Iterable[Mapping[str, Any]]) -> float:
    """The zip, and its size in megabytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("record.ndjson", "w", force_zip64=True) as out,
    ):
        for line in lines:
            out.write(record.written(line))
    return path.stat().st_size / 1e6


def judged(path: Path) -> float:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM.resolve()), str(path), "--key", NOTARY_KEY],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stdout[:1000] + done.stderr[:1000]
    return seconds


def hashes() -> float:
    begun = time.perf_counter()
    for _ in range(1_000_000):
        hashlib.sha256(b"\x00 as many bytes as a leaf has, about").digest()
    return time.perf_counter() - begun


def long_log(path: Path, leaves: int) -> float:
    """One home that changes its mind so often that the log is as long as asked."""
    made = Made(Plan(Preset.HOUSEHOLD_BALLOT, 1, 1, ballots=1000, again=0, papers=0, voided=0))
    ballot, said, salt = made.ballots[0], made.rows[0][0], bytes(32)
    entry, day = str(said["entry"]), "2026-12-05"
    what = commitment(ballot.what_salt, ballot.what or {}).hex()
    casts = leaves - len(made.bodies) + 1
    bodies = made.bodies[: ballot.index]
    for revision in range(1, casts + 1):
        who = commitment(salt, who_said(made.election, entry, revision)).hex()
        bodies.append(leaf_body(LeafType.CAST, day, {"who": who, "what": what}))
    last = len(bodies) - 1
    made.bodies = [*bodies, *made.bodies[ballot.index + 1 :]]
    status = commitment(status_salt(made.rows[0][1]), status_said(made.election, entry, last))
    at = next(index for index in range(last, len(made.bodies)) if b'"STATUS"' in made.bodies[index])
    root = root_of([leaf_hash(status)]).hex()
    made.bodies[at] = leaf_body(LeafType.STATUS, "2026-12-09", {"root": root, "entries": 1})
    made.notes = [note_over(made.election, Frontier(map(leaf_hash, made.bodies)))]
    ballot.index = last
    lines = made.lines(Edition.PUBLIC)
    return write(path, lines)


def main(homes: int, leaves: int) -> None:
    found: dict[str, float | int] = {"homes": homes, "leaves": leaves}
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        path = Path(folder) / "record.zip"
        made = Made(Plan(Preset.HOUSEHOLD_BALLOT, homes, 1, ballots=900))
        for edition in Edition:
            found[f"{edition.lower()}_mb"] = round(write(path, made.lines(edition)), 2)
            found[f"{edition.lower()}_s"] = round(judged(path), 2)
            print(f"{homes} homes, {edition.lower()}: {found[f'{edition.lower()}_s']} s", flush=True)
        del made
        found["long_mb"] = round(long_log(path, leaves), 2)
        found["long_s"] = round(judged(path), 2)
        print(f"{leaves} leaves: {found['long_s']} s", flush=True)
    found["million_hashes_s"] = round(hashes(), 2)
    print(json.dumps(found))


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [5_000, 1_000_000][len(given) :]))
