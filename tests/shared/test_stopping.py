"""Whoever is told to stop does, in bounded time, whatever is at work; what was left is done by another."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from anyio import to_thread

from shared.house import House
from shared.jobs import Job
from tests.factories.tokens import Somebody
from tests.launcher.starts import ROOT
from tests.shared.tiny import Gates, Tiny, running

pytestmark = pytest.mark.prove
BOUND = 10.0
"""Seconds; a room ends in less than five, the rest is for a busy machine."""
CLERK = Somebody(["CLERK@140109013001"])
Rows = Callable[[str], list[tuple[object, ...]]]


@dataclass
class Held:
    """Work that says when it was reached and does not end before the test lets it."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    thread: threading.Event = field(default_factory=threading.Event)

    async def deaf(self, house: House) -> int:
        """As a library that swallows each cancellation."""
        self.reached.set()
        while not self.over.is_set():
            try:
                await self.over.wait()
            except asyncio.CancelledError:
                continue
        return 0

    def jobs(self, at_work: Callable[[], Awaitable[object]]) -> Callable[[House], Mapping[str, Job]]:
        async def add_later(name: str) -> None:
            self.reached.set()
            await at_work()

        return lambda house: {"add_later": add_later}

    def let_go(self) -> None:
        self.over.set()
        self.thread.set()


async def _stops_in_time(
    held: Held, room: AbstractAsyncContextManager[Tiny], begin: Callable[[Tiny], Awaitable[object]] | None = None
) -> bool:
    told = asyncio.Event()

    async def live() -> None:
        async with room as tiny:
            if begin is not None:
                await begin(tiny)
            await held.reached.wait()
            told.set()

    life = asyncio.create_task(live())
    await told.wait()
    done, _ = await asyncio.wait({life}, timeout=BOUND)
    held.let_go()
    await life
    return bool(done)


async def _defer(tiny: Tiny) -> None:
    async with tiny.house.database.write() as session, session.begin():
        await tiny.house.jobs.defer(session, "add_later", name="long")


async def test_a_pass_that_hears_no_cancellation_does_not_hold_its_room(tiny_url: str, tmp_path: Path) -> None:
    held = Held()
    room = running(tiny_url, tmp_path, passes={"deaf": held.deaf}, background=True)

    assert await _stops_in_time(held, room)


async def test_a_job_in_a_thread_does_not_hold_its_room_and_is_not_lost(
    tiny: Tiny, rows: Rows, tiny_url: str, tmp_path: Path
) -> None:
    held = Held()
    jobs = held.jobs(lambda: to_thread.run_sync(held.thread.wait))
    room = running(tiny_url, tmp_path / "second", jobs, background=True)

    assert await _stops_in_time(held, room, _defer)
    assert len(rows("SELECT status FROM procrastinate_jobs")) == 1


async def test_a_long_job_is_cut_and_waits_for_the_next_worker(
    tiny: Tiny, rows: Rows, tiny_url: str, tmp_path: Path
) -> None:
    held = Held()
    room = running(tiny_url, tmp_path / "second", held.jobs(held.over.wait), background=True)

    assert await _stops_in_time(held, room, _defer)
    assert rows("SELECT status FROM procrastinate_jobs") == [("todo",)]


async def test_a_write_whose_caller_was_cut_does_not_hold_its_room(tiny_url: str, tmp_path: Path) -> None:
    held = Held()
    gates = Gates(held.reached, held.over)
    cut: list[asyncio.Task[object]] = []

    async def begin(tiny: Tiny) -> None:
        tiny.app.state.gates = gates
        write = tiny.http.post("/v1/things", json={"name": "slow"}, headers=CLERK.headers)
        cut.append(asyncio.create_task(write))
        await gates.reached.wait()
        cut[0].cancel()

    assert await _stops_in_time(held, running(tiny_url, tmp_path), begin)


PROCESS = """
import asyncio, sys
from shared import serve

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    print("stands", flush=True)
    await receive()
    await asyncio.Event().wait()

serve.LAST_SECONDS = 1.0
serve.serve(app, "127.0.0.1", 0)
"""


def test_a_process_that_cannot_end_is_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "stands\n"
    began = time.monotonic()

    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(BOUND)
    finally:
        process.kill()
        process.communicate()

    assert code == 1
    assert time.monotonic() - began < BOUND


async def test_a_start_that_fails_closes_what_it_opened(tiny_url: str, tmp_path: Path, rows: Rows) -> None:
    def broken(house: House) -> Mapping[str, Job]:
        raise LookupError("no such job")

    with pytest.raises(LookupError):
        async with running(f"{tiny_url}&application_name=leaky", tmp_path, broken):
            pass

    end = time.monotonic() + BOUND
    while left := rows(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'leaky'"
    ):  # a backend ends in its time
        assert time.monotonic() < end, left
