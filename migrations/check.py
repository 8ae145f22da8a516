"""Whether the tables in the code and the migrations say the same: `python -m migrations.check [room ...]`."""

import sys
import tempfile
from pathlib import Path

from migrations.heads import ROOMS
from migrations.run import check, prepare, write_revision
from shared.postgres import Postgres


def main(arguments: list[str]) -> int:
    """Exit 0 when no room differs. `--write room message` writes the difference as that room's next revision."""
    from alembic.util.exc import CommandError  # heavy

    with tempfile.TemporaryDirectory(prefix="linli-check-") as folder:
        Path(folder).chmod(0o711)  # as root PostgreSQL is another user
        with Postgres(Path(folder), throwaway=True) as postgres:
            url = prepare(postgres.url(), say=_say)
            if arguments[:1] == ["--write"]:
                write_revision(url, arguments[1], " ".join(arguments[2:]) or "change")
                return 0
            for room in arguments or ROOMS:
                try:
                    check(url, room)
                except CommandError as difference:
                    _say(f"{room}: {difference}")
                    return 1
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
