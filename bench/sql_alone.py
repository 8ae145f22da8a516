"""Ballots by pgbench: the very statements of the room, with values that the database makes; no Python, no HTTP."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from services.election.ballots.storing import STORE
from services.election.ballots.taking import BEFORE, KEYED, LOCK
from shared.postgres import find_binaries

CLIENTS = 8
SECONDS = 3


def ballots_a_second(url: str, election: UUID, voters: int, batch: int, folder: Path) -> float:
    """`batch` ballots a transaction; `voters` entitlements, whole batches of them, take turns."""
    script = folder / f"cast{batch}.sql"
    script.write_text(_script(election, voters, batch))
    program = find_binaries(os.environ).folder / "pgbench"
    command = [str(program), "-n", "-M", "prepared", "-c", str(CLIENTS), "-T", str(SECONDS), "-f", str(script), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    assert found is not None, told
    return batch * float(found[1])


def _script(election: UUID, voters: int, batch: int) -> str:
    each = f"FROM generate_series(0, {batch - 1}) AS n"
    place = f":next_index % {voters}"
    entries = f"SELECT id FROM election.roll_entry WHERE election_id = '{election}' AND place >= {place}"
    entries = f"ARRAY({entries} ORDER BY place LIMIT {batch})"
    keys, casters = f"ARRAY(SELECT md5(random()::text) {each})", f"ARRAY(SELECT gen_random_uuid() {each})"
    bytes_ = "'\\x" + "ab" * 32 + "'::bytea"
    values = dict.fromkeys(("proxy_id", "paper_number", "step_up"), f"ARRAY(SELECT NULL {each})")
    values |= dict.fromkeys(("who_salt", "who", "what", "body_digest", "hash"), f"ARRAY(SELECT {bytes_} {each})")
    values |= {
        "election": f"'{election}'",
        "next": f":next_index + {batch}",
        "entry_id": entries,
        "revision": f"ARRAY(SELECT :next_index / {voters} + 1 {each})",
        "log_index": f"ARRAY(SELECT :next_index + n {each})",
        "channel": f"ARRAY(SELECT 'ONLINE' {each})",
        "caster_id": casters,
        "capacity": f"ARRAY(SELECT 'OWNER' {each})",
        "cast_at": f"ARRAY(SELECT now() {each})",
        "choice_sealed": f"ARRAY(SELECT {bytes_} || {bytes_} || {bytes_} {each})",
        "code": f"ARRAY(SELECT left(md5(random()::text), 10) {each})",
        "key": keys,
        "type": f"ARRAY(SELECT 'CAST' {each})",
        "body": f"ARRAY(SELECT {bytes_} || {bytes_} || {bytes_} || {bytes_} {each})",
    }
    here = {"": values["election"]}
    statements = (
        "BEGIN;",
        _filled(LOCK, here) + " \\gset",
        _filled(BEFORE.replace("%b::uuid[]", f"{entries}::uuid[]"), here) + ";",
        _filled(KEYED.replace("%b::uuid[], %b", f"{casters}::uuid[], {keys}"), here) + ";",
        _filled(STORE, values) + ";",
        "COMMIT;",
    )
    return "\n".join(statements) + "\n"


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A statement with expressions in place of its parameters, on one line."""
    return re.sub(r"%(?:\((\w+)\))?b", lambda name: values[name[1] or ""], " ".join(text.split()))
