"""What the gateway costs: requests a second of a room alone, through the gateway, and through nginx: `make bench`.

One process serves the same ticket room twice, bare and in the gateway's own process; a second gateway, and nginx where
Debian's nginx-light is installed, forward to the bare room over HTTP. A client in another process asks all of them in
turn, round by round, so that what else the machine does hits all. The last line is JSON, each a median ratio to the
bare room: {"in_process": ..., "http": ..., "nginx": ... or null}; and the same by CPU time of the serving processes
(without PostgreSQL and the client), which is steadier on a busy machine.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.serving import (
    UNLIMITED,
    Round,
    asked_for,
    bearer,
    free_port,
    house,
    json_of,
    run_fast,
    running,
    server,
    token_at,
)
from gateway.app import Gateway, Plan
from gateway.house import build_house
from gateway.http_upstream import Http
from gateway.settings import GatewaySettings
from gateway.start import room_urls
from migrations.run import prepare
from shared.postgres import Postgres
from shared.telemetry import configure_logs

ROUNDS = 15
SECONDS = 0.6
PAGE = 20
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream room {{ server 127.0.0.1:{room}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://room;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
        }}
    }}
}}
"""


@dataclass(slots=True)
class Way:
    """One way to the same room: where it listens, who serves it, and what was measured of it."""

    name: str
    port: int
    pids: list[int]
    rounds: list[Round] = field(default_factory=list)

    @property
    def cpu_each(self) -> float:
        return sum(one.cpu for one in self.rounds) / sum(one.answers for one in self.rounds)


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        _serve(Path(sys.argv[2]))
        return
    if sys.argv[1:2] == ["--forward"]:
        _forward(int(sys.argv[2]), int(sys.argv[3]))
        return
    found: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root PostgreSQL is another user
        with house(folder / "data"):
            pass  # a first start makes the sample
        with _ways(folder) as ways:
            for path in asyncio.run(_paths(ways[1].port)):
                asyncio.run(_measured(ways, path))
                for way in ways[1:]:
                    ratios = [one.rate / bare.rate for bare, one in zip(ways[0].rounds, way.rounds, strict=True)]
                    found.setdefault(way.name, []).append(statistics.median(ratios))
                    spent.setdefault(way.name, []).append(ways[0].cpu_each / way.cpu_each)
                print(_line(path, ways))
    told = {name: round(statistics.median(ratios), 3) for name, ratios in found.items()}
    by_cpu = {name: round(statistics.median(ratios), 3) for name, ratios in spent.items()}
    if "nginx" not in told:
        print("nginx is not installed (apt-get install nginx-light): left out")
    print(json.dumps({"in_process": 0, "http": 0, "nginx": None} | told | {"by_cpu": by_cpu}))


def _line(path: str, ways: list[Way]) -> str:
    shown = "   ".join(
        f"{way.name} {statistics.median(one.rate for one in way.rounds):5.0f}/s {1e3 * way.cpu_each:.2f} ms CPU"
        for way in ways
    )
    return f"{path:<22.22} {shown}"


@contextlib.contextmanager
def _ways(folder: Path) -> Iterator[list[Way]]:
    """The room bare, in the gateway's process, behind another gateway, and behind nginx if there is one."""
    me = [sys.executable, "-m", "bench.gateway"]
    with contextlib.ExitStack() as stack:
        serving = stack.enter_context(running([*me, "--serve", str(folder / "data")], **UNLIMITED))
        assert serving.stdout is not None
        ports = json.loads(serving.stdout.readline() or b"{}")
        bare, port = ports["bare"], free_port()
        forward = stack.enter_context(running([*me, "--forward", str(bare), str(port)], **UNLIMITED))
        assert forward.stdout is not None
        forward.stdout.readline()
        ways = [
            Way("alone", bare, [serving.pid]),
            Way("in_process", ports["gateway"], [serving.pid]),
            Way("http", port, [serving.pid, forward.pid]),
        ]
        if program := shutil.which("nginx", path="/usr/sbin:/usr/bin"):
            ways.append(_nginx(stack, program, folder, bare, serving.pid))
        yield ways


def _nginx(stack: contextlib.ExitStack, program: str, folder: Path, room: int, pid: int) -> Way:
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, room=room, port=port))
    master = stack.enter_context(running([program, "-e", f"{folder}/nginx.log", "-c", str(config)]))
    asyncio.run(_listening(port))
    workers = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
    return Way("nginx", port, [pid, *map(int, workers)])


async def _listening(port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


async def _measured(ways: list[Way], path: str) -> None:
    token = await token_at(ways[1].port)
    for way in ways:
        way.rounds.clear()
        await asked_for(way.port, path, token, 0.5)
    for turn in range(ROUNDS):
        # Who begins changes from round to round.
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            way.rounds.append(await asked_for(way.port, path, token, SECONDS, way.pids))


async def _paths(port: int) -> list[str]:
    """A small list the room knows by heart, one ticket, one page of tickets."""
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(headers=bearer(await token_at(port))) as session:
        compounds = await json_of(session.get(f"{url}/v1/compounds"))
        place = {"compound_id": compounds["items"][0]["id"], "building": "3", "entrance": "2"}
        report = {"place": place, "kind": "HELP", "category": "facilities.stair_lamp", "words": "楼道灯不亮"}
        made = [await json_of(session.post(f"{url}/v1/tickets", json=report)) for _ in range(PAGE)]
    return ["/v1/categories", f"/v1/tickets/{made[0]['id']}", f"/v1/tickets?limit={PAGE}"]


def _serve(data_dir: Path) -> None:
    """The measured process: one house, its ticket room also bare on a port of its own."""
    configure_logs(as_json=True)
    with Postgres(data_dir) as postgres:
        run_fast(_serve_both(data_dir, room_urls(prepare(postgres.url()))))


async def _serve_both(data_dir: Path, urls: dict[str, str]) -> None:
    sockets = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(2)]
    ports = dict(zip(("bare", "gateway"), (taken.getsockname()[1] for taken in sockets), strict=True))
    # Tokens name their issuer: every door of this house says the same public address.
    whole = build_house(GatewaySettings(port=ports["gateway"], data_dir=data_dir, sample=True), urls)
    front = server(whole, "on")
    bare = server(whole.apps["ticket"], "off")  # its lifespan is the house's
    serving = asyncio.ensure_future(front.serve(sockets=[sockets[1]]))
    await front.decided.wait()
    print(json.dumps(ports), flush=True)
    await asyncio.gather(serving, bare.serve(sockets=[sockets[0]]))


def _forward(room: int, port: int) -> None:
    """A gateway over nothing but the bare room, reached over HTTP."""
    configure_logs(as_json=True)
    app = Gateway(GatewaySettings(port=port), Plan([Http("ticket", f"http://127.0.0.1:{room}")]))
    run_fast(_serve_one(app, port))


async def _serve_one(app: Gateway, port: int) -> None:
    one = server(app, "on")
    serving = asyncio.ensure_future(one.serve(sockets=[socket.create_server(("127.0.0.1", port), backlog=256)]))
    await one.decided.wait()
    print("ready", flush=True)
    await serving


if __name__ == "__main__":
    main()
