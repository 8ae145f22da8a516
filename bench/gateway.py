"""What the gateway costs: requests a second of a room alone and through the gateway, memory, and time to ready.

`python -m bench.gateway`. One process serves the same ticket room twice, bare and behind the gateway; a client in
another process asks both in turn, round by round, so that what else the machine does hits both. The last line is JSON:
{"in_process": median ratio of all rounds, "rss_mb": memory of the serving process, "ready_s": of a second start}.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from gateway.house import build_house
from gateway.settings import GatewaySettings
from gateway.start import room_urls
from migrations.run import prepare
from shared.postgres import Postgres
from shared.telemetry import configure_logs

ROUNDS = 21
SECONDS = 0.6
CLIENTS = 8
PAGE = 20
PATIENCE = 120.0
UNLIMITED = dict.fromkeys(
    ("RATE_PER_MINUTE", "RATE_BURST", "ADDRESS_RATE_PER_MINUTE", "ADDRESS_RATE_BURST"), "100000000"
)
SIGN_IN = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:secretary"}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the same room answers bare and behind the gateway."""

    alone: int
    gateway: int


@dataclass(frozen=True, slots=True)
class Round:
    """Good answers, in how many seconds, for how many seconds of the serving process's CPU."""

    answers: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """Both sides of one operation, round by round."""

    path: str
    alone: list[Round]
    gateway: list[Round]

    @property
    def ratios(self) -> list[float]:
        """Requests a second through the gateway as a part of those to the bare room, round by round."""
        return [through.rate / bare.rate for bare, through in zip(self.alone, self.gateway, strict=True)]

    @property
    def cpu_ratio(self) -> float:
        """The same by CPU time a request: steadier where the machine has other work."""
        return _cpu_each(self.alone) / _cpu_each(self.gateway)

    @property
    def line(self) -> str:
        alone, through = (statistics.median(one.rate for one in side) for side in (self.alone, self.gateway))
        return (
            f"{self.path:<24.24} alone {alone:6.0f}/s   gateway {through:6.0f}/s   "
            f"ratio {statistics.median(self.ratios):.3f}   "
            f"by CPU time {self.cpu_ratio:.3f}: {1e3 * _cpu_each(self.alone):.2f} and "
            f"{1e3 * _cpu_each(self.gateway):.2f} ms a request"
        )


def _cpu_each(rounds: list[Round]) -> float:
    return sum(one.cpu for one in rounds) / sum(one.answers for one in rounds)


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        _serve(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        data_dir = Path(folder) / "data"
        first, _ = _start(data_dir)
        second, memory = _start(data_dir)
        print(f"first start with the sample {first:.1f} s, second start {second:.1f} s, {memory:.0f} MB under load")
        measured = _measure(data_dir)
    for one in measured:
        print(one.line)
    ratio = statistics.median(pair for one in measured for pair in one.ratios)
    print(json.dumps({"in_process": round(ratio, 3), "rss_mb": round(memory), "ready_s": round(second, 1)}))


def _start(data_dir: Path) -> tuple[float, float]:
    """Start the house as an operator does; seconds until it is ready, and its memory in MB after some load."""
    port = _free_port()
    environment = {**os.environ, **UNLIMITED, "DATA_DIR": str(data_dir), "PORT": str(port), "EMPTY": "", "HOMES": "612"}
    began = time.monotonic()
    command = [sys.executable, "-m", "gateway.cli", "run"]
    with _running(
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ) as house:
        seconds = asyncio.run(_until_ready(port, house)) - began
        asyncio.run(_ask_for(port, f"/v1/tickets?limit={PAGE}", asyncio.run(_token(port)), SECONDS))
        memory = _resident(house.pid)
    return seconds, memory


def _measure(data_dir: Path) -> list[Measured]:
    command = [sys.executable, "-m", "bench.gateway", "--serve", str(data_dir)]
    with (
        (data_dir / "bench.log").open("w") as log,
        _running(
            subprocess.Popen(command, env={**os.environ, **UNLIMITED}, stdout=subprocess.PIPE, stderr=log)
        ) as house,
    ):
        assert house.stdout is not None
        ports = Ports(**json.loads(house.stdout.readline() or b"{}"))
        return asyncio.run(_rounds(ports, house.pid))


async def _rounds(ports: Ports, pid: int) -> list[Measured]:
    token = await _token(ports.gateway)
    found = []
    for path in await _paths(ports, token):
        measured = Measured(path, [], [])
        await _ask_for(ports.alone, path, token, 0.5)
        await _ask_for(ports.gateway, path, token, 0.5)
        for turn in range(ROUNDS):
            # Who begins changes from round to round.
            for port, into in _order(ports, measured, turn):
                before = _cpu_of(pid)
                answers, seconds = await _ask_for(port, path, token, SECONDS)
                into.append(Round(answers, seconds, _cpu_of(pid) - before))
        found.append(measured)
    return found


def _cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _order(ports: Ports, measured: Measured, turn: int) -> list[tuple[int, list[Round]]]:
    both = [(ports.alone, measured.alone), (ports.gateway, measured.gateway)]
    return both[:: -1 if turn % 2 else 1]


async def _paths(ports: Ports, token: str) -> list[str]:
    """A small list the room knows by heart, one ticket, one page of tickets."""
    url = f"http://127.0.0.1:{ports.gateway}"
    async with aiohttp.ClientSession(headers=_as(token)) as session:
        compounds = await _json(session.get(f"{url}/v1/compounds"))
        place = {"compound_id": compounds["items"][0]["id"], "building": "3", "entrance": "2"}
        report = {"place": place, "kind": "HELP", "category": "facilities.stair_lamp", "words": "楼道灯不亮"}
        made = [await _json(session.post(f"{url}/v1/tickets", json=report)) for _ in range(PAGE)]
    return ["/v1/categories", f"/v1/tickets/{made[0]['id']}", f"/v1/tickets?limit={PAGE}"]


async def _json(asked: Any) -> Any:
    async with asked as reply:
        reply.raise_for_status()
        return await reply.json()


async def _ask_for(port: int, path: str, token: str, seconds: float) -> tuple[int, float]:
    """Ask with all clients for a while; how many good answers in how many seconds."""
    good = 0
    async with aiohttp.ClientSession(headers=_as(token), connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
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
        return good, time.perf_counter() - began


async def _token(port: int) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/oauth/token", data=SIGN_IN) as reply,
    ):
        return str((await reply.json())["access_token"])


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _until_ready(port: int, house: subprocess.Popen[bytes]) -> float:
    """The moment at which /health/ready first answers 200."""
    end = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end and house.poll() is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/health/ready") as reply:
                    if reply.status == 200:
                        return time.monotonic()
            await asyncio.sleep(0.02)
    raise RuntimeError("the house did not become ready")


@contextlib.contextmanager
def _running(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _resident(pid: int) -> float:
    """Resident megabytes of one process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _serve(data_dir: Path) -> None:
    """The measured process: one house, its ticket room also bare on a port of its own."""
    import uvloop  # as the command does

    configure_logs(as_json=True)
    with (
        Postgres(data_dir) as postgres,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        contextlib.suppress(KeyboardInterrupt),
    ):
        runner.run(_serve_both(data_dir, room_urls(prepare(postgres.url()))))


async def _serve_both(data_dir: Path, urls: dict[str, str]) -> None:
    sockets = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(2)]
    ports = Ports(*(taken.getsockname()[1] for taken in sockets))
    # Tokens name their issuer: both doors of this house say the same public address.
    house = build_house(GatewaySettings(port=ports.gateway, data_dir=data_dir, sample=True), urls)
    front = _server(house, "on")
    bare = _server(house.apps["ticket"], "off")  # its lifespan is the house's
    serving = asyncio.ensure_future(front.serve(sockets=[sockets[1]]))
    await front.decided.wait()
    print(json.dumps({"alone": ports.alone, "gateway": ports.gateway}), flush=True)
    await asyncio.gather(serving, bare.serve(sockets=[sockets[0]]))


class _Server(uvicorn.Server):
    """Signals end the whole process, not one of its two servers; `decided` once it stands or fell."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.decided.set()


def _server(app: object, lifespan: str) -> _Server:
    config = uvicorn.Config(app, lifespan=lifespan, log_config=None, access_log=False, server_header=False, ws="none")  # type: ignore[arg-type]
    return _Server(config)


if __name__ == "__main__":
    main()
