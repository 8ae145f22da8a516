"""How long the house takes until it answers, and what it holds: in one process, and in six: `make bench WHAT=start`.

The first start makes the database and the sample; the second is what an operator waits for. Then the same house with
each room and the gateway in a process of its own, over the same PostgreSQL. Memory is PSS, so that what processes share
counts once, after a second of asking; PostgreSQL's is apart. Ends with one line of JSON; `ratio` is six to one.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.serving import UNLIMITED, asked_for, free_port, house, memory_of, running, token_at, until_ready
from gateway.start import room_urls
from migrations.heads import ROOMS
from migrations.run import prepare
from shared.postgres import Postgres

ASKED = "/v1/tickets?limit=20"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root PostgreSQL is another user
        with house(folder / "data") as (_, _, first):
            pass
        with house(folder / "data") as (port, pid, second):
            _ask(port)
            one, postgres = memory_of(pid), sum(memory_of(child) for child in _family(pid))
        with _apart(folder / "data") as (port, pids, apart):
            _ask(port)
            six = sum(memory_of(each) for each in pids)
    told = {"first_start_s": first, "start_s": second, "apart_start_s": apart}
    held = {"one_mb": one, "six_mb": six, "postgres_mb": postgres}
    print(f"one process {one:.0f} MB, ready in {second:.1f} s; six {six:.0f} MB, ready in {apart:.1f} s, all at once")
    rounded = {name: round(value, 1) for name, value in (told | held).items()}
    print(json.dumps(rounded | {"ratio": round(six / one, 2)}))


def _ask(port: int) -> None:
    asyncio.run(asked_for(port, ASKED, asyncio.run(token_at(port)), 1.0))


def _family(pid: int) -> Iterator[int]:
    """The processes below one: PostgreSQL and its own."""
    for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        yield child
        yield from _family(child)


@contextlib.contextmanager
def _apart(data_dir: Path) -> Iterator[tuple[int, list[int], float]]:
    """Each room and the gateway as a process: the gateway's port, all pids, and the seconds until all were ready."""
    ports = {name: free_port() for name in (*ROOMS, "gateway")}
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(Postgres(data_dir))
        urls = room_urls(prepare(postgres.url()))
        common = {
            **UNLIMITED,
            **{f"{name}_URL".upper(): f"http://127.0.0.1:{ports[name]}" for name in ROOMS},
            **{f"{name}_DATABASE_URL".upper(): url for name, url in urls.items()},
            "PUBLIC_URL": f"http://127.0.0.1:{ports['gateway']}",
            "DATA_DIR": str(data_dir),
            "SAMPLE": "1",
            "HOST": "127.0.0.1",
        }
        began = time.monotonic()
        started: list[subprocess.Popen[bytes]] = []
        for name, port in ports.items():
            module = "gateway" if name == "gateway" else f"services.{name}"
            own = {**common, "PORT": str(port)}
            started.append(stack.enter_context(running([sys.executable, "-m", module], **own)))
        ready = asyncio.run(until_ready(ports["gateway"], started[-1])) - began
        yield ports["gateway"], [process.pid for process in started], ready


if __name__ == "__main__":
    main()
