"""Starts to try: a launcher in a process of its own, one under another user, and waiting for a process to be gone."""

import os
import select
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from shared.postgres import LauncherRefused, Postgres

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
START = """
import sys
from pathlib import Path
from shared.postgres import LauncherRefused, Postgres
postgres = Postgres(Path(sys.argv[1]), throwaway=True)
try:
    postgres.start()
except LauncherRefused as refusal:
    sys.exit(f"refused: {refusal}")
print(postgres.pid, flush=True)
sys.stdin.readline()
postgres.stop()
"""


def start_elsewhere(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that starts PostgreSQL, prints its pid and holds it until a line comes in."""
    return subprocess.Popen(
        [sys.executable, "-c", START, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def wait_until_gone(pid: int, seconds: float = 30.0) -> bool:
    """Whether the process ended in time; asks the kernel, never sleeps."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def refusal_of(data_dir: Path) -> str:
    """What the launcher says when it must not start; fails when it does start."""
    postgres = Postgres(data_dir, throwaway=True)
    try:
        postgres.start()
    except LauncherRefused as refusal:
        return str(refusal)
    finally:
        postgres.stop()
    raise AssertionError(f"PostgreSQL started in {data_dir}")


def as_nobody(act: Callable[[], str]) -> str:
    """What `act` answers, run by a forked child under an ordinary user (we are root, or are one already)."""
    if os.geteuid() != 0:
        return act()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python >= 3.12 warns of forks beside threads
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = act()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        text = answers.read()
    os.waitpid(child, 0)
    return text
