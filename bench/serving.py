"""Processes that a bench measures: the house as an operator starts it, servers of its own, what they use, who asks."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
import uvloop

from shared.serve import LISTENING
from tests.gateway.served import Quiet

CLIENTS = 8
PATIENCE = 120.0
UNLIMITED = dict.fromkeys(
    ("RATE_PER_MINUTE", "RATE_BURST", "ADDRESS_RATE_PER_MINUTE", "ADDRESS_RATE_BURST"), "100000000"
)
SIGN_IN = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:secretary"}


@dataclass(frozen=True, slots=True)
class Round:
    """Good answers, in how many seconds, for how many seconds of CPU of those who served them."""

    answers: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


async def asked_for(port: int, path: str, token: str, seconds: float, pids: Sequence[int] = ()) -> Round:
    """Ask with all clients for a while."""
    good, before = 0, sum(cpu_of(pid) for pid in pids)
    async with aiohttp.ClientSession(headers=bearer(token), connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
        began = time.perf_counter()
        end = began + seconds

        async def ask() -> None:
            nonlocal good
            while time.perf_counter() < end:
                async with session.get(f"http://127.0.0.1:{port}{path}") as reply:
                    await reply.read()
                    if reply.status != 200:
                        raise RuntimeError(f"{path}: {reply.status} {await reply.text()}")
                    good += 1

        await asyncio.gather(*(ask() for _ in range(CLIENTS)))
        took = time.perf_counter() - began
    return Round(good, took, sum(cpu_of(pid) for pid in pids) - before)


@contextlib.contextmanager
def house(data_dir: Path, homes: int = 612) -> Iterator[tuple[int, int, float]]:
    """The house started as an operator does: its port, its pid, and the seconds until it was ready."""
    port = free_port()
    asked = {"DATA_DIR": str(data_dir), "PORT": str(port), "EMPTY": "", "HOMES": str(homes)}
    began = time.monotonic()
    with running([sys.executable, "-m", "gateway.cli", "run"], **UNLIMITED, **asked) as process:
        yield port, process.pid, asyncio.run(until_ready(port, process)) - began


@contextlib.contextmanager
def running(command: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended by SIGINT; a line that it prints can be read from its stdout."""
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


async def until_ready(port: int, process: subprocess.Popen[bytes]) -> float:
    """The moment at which /health/ready first answers 200."""
    end = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/health/ready") as reply:
                    if reply.status == 200:
                        return time.monotonic()
            await asyncio.sleep(0.02)
    raise RuntimeError("the house did not become ready")


async def token_at(port: int) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/oauth/token", data=SIGN_IN) as reply,
    ):
        return str((await reply.json())["access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def json_of(asked: Any) -> Any:
    async with asked as reply:
        reply.raise_for_status()
        return await reply.json()


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """Megabytes of a process that are its own: shared pages count by their share (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Pss")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def server(app: Any, lifespan: str) -> Quiet:
    """As the house serves; signals end the whole process, not one of its servers."""
    return Quiet(uvicorn.Config(app, **{**LISTENING, "lifespan": lifespan}))


def run_fast(serving: Coroutine[Any, Any, None]) -> None:
    """Until it is interrupted, on the loop that the command takes. A shell's background job would ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        contextlib.suppress(KeyboardInterrupt),
    ):
        runner.run(serving)
