"""What a cast costs: durable ballots a second beside an empty POST behind the same edge, and with a million ballots.

`python -m bench.casting`. One process serves the election room twice, over a database without ballots and over one
that holds `--ballots` of other elections; a client in another process casts at both and posts to an empty route, in
turn, round by round, so that what else the machine does hits all. The last line is JSON: {"service": median over the
rounds of casts a second as a share of empty POSTs, "million": the same of casts with and without the ballots, …}.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import httpx2
import psycopg
import uvicorn
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute

from bench.ballots import fill
from migrations.roles import address
from migrations.run import prepare
from services.election.app import create_app
from services.election.ballots.house import asked_by
from services.election.ballots.schemas import NewBallot
from services.election.settings import ElectionSettings
from shared.database import new_id
from shared.identity import SignedIn
from shared.postgres import Postgres
from shared.telemetry import configure_logs
from tests.election.api.neighbour import CODE, COMPOUND, Books, registry_app
from tests.factories.open_ballots import open_election
from tests.factories.tokens import PUBLISHED, Somebody

ROUNDS = 15
SECONDS = 1.0
CLIENTS = 32
VOTERS = 3_200
DATABASES = ("none", "million")
empty = APIRouter(prefix="/v1/elections", route_class=APIRoute)


@empty.post("/{election_id}/nothings", status_code=201)
async def post_nothing(request: Request, actor: SignedIn, election_id: UUID, ballot: NewBallot) -> dict[str, str]:
    """Everything that a cast does on HTTP, and nothing else: token, body, key."""
    await asked_by(request, actor)
    return {"election_id": str(election_id)}


@dataclass
class Voter:
    """One owner with his home, his token, and the newest ballot he has seen, by database."""

    home: str
    headers: dict[str, str]
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DATABASES, 0))


@dataclass(frozen=True, slots=True)
class Round:
    """Good answers a second, and how long each took."""

    rate: float
    waits: list[float]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--ballots", type=int, default=1_000_000)
    told.add_argument("--rounds", type=int, default=ROUNDS)
    told.add_argument("--serve", type=Path, default=None)
    given = told.parse_args()
    if given.serve is not None:
        asyncio.run(_serve(given.serve, given.ballots))
        return
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        Path(folder).chmod(0o711)
        command = [sys.executable, "-m", "bench.casting", "--serve", folder, "--ballots", str(given.ballots)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as house:
            try:
                assert house.stdout is not None
                rounds = asyncio.run(_rounds(json.loads(house.stdout.readline()), given.rounds))
            finally:
                house.send_signal(signal.SIGTERM)
    _say(rounds)


def _say(rounds: dict[str, list[Round]]) -> None:
    for name, found in rounds.items():
        waits = sorted(wait for one in found for wait in one.waits)
        rate = statistics.median(one.rate for one in found)
        print(f"{name:<10} {rate:7.0f}/s   p50 {1e3 * waits[len(waits) // 2]:5.1f} ms"
              f"   p99 {1e3 * waits[len(waits) * 99 // 100]:5.1f} ms")  # fmt: skip
    shares = {
        "service": _share(rounds["none"], rounds["empty"]),
        "service_million": _share(rounds["million"], rounds["empty"]),
        "million": _share(rounds["million"], rounds["none"]),
    }
    print(json.dumps(shares))


def _share(part: Sequence[Round], whole: Sequence[Round]) -> float:
    return round(statistics.median(one.rate / other.rate for one, other in zip(part, whole, strict=True)), 3)


async def _rounds(told: dict[str, Any], rounds: int) -> dict[str, list[Round]]:
    voters = [Voter(home, {"Authorization": f"Bearer {token}"}) for home, token in told["voters"]]
    found: dict[str, list[Round]] = {"empty": [], "none": [], "million": []}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for name in found:  # tokens are read, elections remembered
            await _round(session, told, voters, name)
        for turn in range(rounds):
            for name in sorted(found, key=lambda name: (turn + len(name)) % 3):
                found[name].append(await _round(session, told, voters, name))
    return found


async def _round(session: aiohttp.ClientSession, told: dict[str, Any], voters: list[Voter], name: str) -> Round:
    base = told["none" if name == "empty" else name]
    until, waits = time.monotonic() + SECONDS, list[float]()
    began = time.monotonic()

    async def client(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            voter = voters[turn % len(voters)]
            turn += CLIENTS
            body = {"home_id": voter.home, "marks": [1, 2], "replaces": voter.seen.get(name, 0)}
            headers = voter.headers | {"Idempotency-Key": secrets.token_hex(12)}
            url = f"{base}/nothings" if name == "empty" else f"{base}/ballots"
            sent = time.monotonic()
            async with session.post(url, json=body, headers=headers) as reply:
                answer = await reply.json()
                assert reply.status == 201, answer
            waits.append(time.monotonic() - sent)
            if name != "empty":
                voter.seen[name] = answer["revision"]

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return Round(len(waits) / (time.monotonic() - began), waits)


async def _serve(folder: Path, ballots: int) -> None:
    configure_logs(as_json=True, level=50)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    with Postgres(folder / "pg", say=lambda _: None) as postgres:
        voters = [Somebody([f"OWNER@{CODE}"], homes=[new_id()]) for _ in range(VOTERS)]
        homes = [one.homes[0] for one in voters]
        told: dict[str, Any] = {}
        async with contextlib.AsyncExitStack() as running:
            for name in DATABASES:
                prepare(postgres.url(), f"bench_{name}")
                admin = address(postgres.url(), database=f"bench_{name}")
                with psycopg.connect(admin, autocommit=True) as connection:
                    election = open_election(connection, (COMPOUND, CODE), homes, [one.subject for one in voters])
                    fill(connection, ballots if name == "million" else 0)
                port = await running.enter_async_context(_room(folder / name, address(admin, role="election")))
                told[name] = f"http://127.0.0.1:{port}/v1/elections/{election}"
            long = time.time() + 3_600
            pairs = zip(homes, voters, strict=True)
            told["voters"] = [(str(home), one.token(exp=long)) for home, one in pairs]
            print(json.dumps(told), flush=True)
            await stopped.wait()


@contextlib.asynccontextmanager
async def _room(folder: Path, url: str) -> AsyncIterator[int]:
    """The room alone, on a port of its own, as it is served."""
    folder.mkdir()  # noqa: ASYNC240 - before anything is served
    settings = ElectionSettings(database_url=url, data_dir=folder, background=False, registry_url="http://house")
    app = create_app(settings)
    app.router.routes[:0] = empty.routes
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, Books()))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="on"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


if __name__ == "__main__":
    main()
