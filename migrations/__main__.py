"""`python -m migrations`: makes or updates the house's database on an outside PostgreSQL, again and again."""

import sys

import psycopg

from migrations.outside import prepare_outside
from shared.settings import SettingsRefused


def main() -> int:
    """0 when every room is at its newest revision; 2 with one line when not."""
    try:
        prepare_outside(_say)
    except (SettingsRefused, psycopg.Error) as fault:
        sys.stderr.write(f"linli: {' '.join(str(fault).split())}\n")
        return 2
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
