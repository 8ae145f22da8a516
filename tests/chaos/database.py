"""The PostgreSQL of a house of processes, in a process of its own: `python -m tests.chaos.database <folder> <homes>`.

It ends with an error when PostgreSQL is gone, so that whoever looks after the house starts it again.
"""

import os
import select
import signal
import sys
from importlib import import_module
from pathlib import Path

from migrations.roles import DATABASE
from shared.postgres import Postgres

PREPARED = "prepared"
"""Made in the folder once database and sample are whole."""


def address(folder: Path, role: str) -> str:
    """The same address over all restarts: the launcher's link to its socket."""
    return f"postgresql://{role}@/{DATABASE}?host={folder / 'socket'}"


def postmaster(folder: Path) -> int:
    """The pid of the running server; 0 when there is none."""
    try:
        (cluster,) = folder.glob("pg*/postmaster.pid")
        return int(cluster.read_text().split("\n", 1)[0])
    except (ValueError, OSError):
        return 0


def main(folder: Path, homes: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # As an operator's, not as a test's: what is acknowledged is on disk.
    with Postgres(folder, say=print) as postgres:
        if not (folder / PREPARED).exists():
            prepare = import_module("tests.chaos.preparing").prepare  # heavy; a restart does without
            prepare(folder, postgres.url(), homes)
            (folder / PREPARED).touch()
        print("ready", flush=True)
        select.select([os.pidfd_open(postgres.pid)], [], [])
    sys.exit("PostgreSQL is gone")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
