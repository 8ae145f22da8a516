"""The polling house of `bench.election`: `python -m bench.polls <settings.json>`, or `… --forward ROOM-PORT PORT`.

One process serves the election room three times: over an empty table alone and in the gateway's own process, and over
a table full of ballots; a second process is a gateway that reaches the first over HTTP. Beside casts each takes a
POST to `…/nothings`, which is all of a cast but the ballot.
"""

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute

from bench.serving import UNLIMITED, run_fast, server
from gateway.app import Gateway, Plan
from gateway.http_upstream import Http
from gateway.settings import GatewaySettings
from gateway.upstream import InProcess, Upstream
from services.election.app import create_app
from services.election.ballots.house import asked_by
from services.election.ballots.schemas import NewBallot
from services.election.settings import ElectionSettings
from shared import identity
from shared.identity import SignedIn
from shared.serve import settle
from shared.telemetry import configure_logs
from tests.election.api.neighbour import Books, registry_app

empty = APIRouter(prefix="/v1/elections", route_class=APIRoute)


@empty.post("/{election_id}/nothings", status_code=201)
async def post_nothing(request: Request, actor: SignedIn, election_id: UUID, ballot: NewBallot) -> dict[str, str]:
    """Everything that a cast does on HTTP, and nothing else: token, body, key."""
    await asked_by(request, actor)
    return {"election_id": str(election_id)}


def main(arguments: list[str]) -> None:
    configure_logs(as_json=True)
    identity.CACHED_SECONDS = 3_600  # a slower way must not have more tokens to read than a faster one
    if arguments[0] == "--forward":
        room, port = map(int, arguments[1:])
        run_fast(_serve_one(_gateway(Http("election", f"http://127.0.0.1:{room}"), port), port))
    else:
        run_fast(_serve_all(json.loads(Path(arguments[0]).read_text())))


def _gateway(room: Upstream, port: int) -> Gateway:
    unlimited = {name.lower(): int(most) for name, most in UNLIMITED.items()}
    return Gateway(GatewaySettings(port=port, **unlimited), Plan([room]))  # type: ignore[arg-type]


def _room(folder: Path, url: str, published: Any) -> FastAPI:
    """The room with the empty POST; the registry is a small one that answers from memory."""
    settings = ElectionSettings(database_url=url, data_dir=folder, background=False, registry_url="http://house")
    app = create_app(settings)
    app.router.routes[:0] = empty.routes
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(published, Books()))
    return app


async def _serve_all(told: dict[str, Any]) -> None:
    rooms = {name: _room(Path(one["folder"]), one["url"], told["published"]) for name, one in told["rooms"].items()}
    names = ("none", "million", "gateway")
    sockets = {name: socket.create_server(("127.0.0.1", 0), backlog=256) for name in names}
    ports = {name: int(taken.getsockname()[1]) for name, taken in sockets.items()}
    # The gateway starts the room that is also served alone.
    starting = [
        ("gateway", server(_gateway(InProcess("election", rooms["none"]), ports["gateway"]), "on")),
        ("none", server(rooms["none"], "off")),
        ("million", server(rooms["million"], "on")),
    ]
    serving = []
    for name, one in starting:
        serving.append(asyncio.ensure_future(one.serve(sockets=[sockets[name]])))
        await one.decided.wait()
    settle()  # as every process of the house does once it stands
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*serving)


async def _serve_one(app: Gateway, port: int) -> None:
    one = server(app, "on")
    serving = asyncio.ensure_future(one.serve(sockets=[socket.create_server(("127.0.0.1", port), backlog=256)]))
    await one.decided.wait()
    settle()
    print("ready", flush=True)
    await serving


if __name__ == "__main__":
    main(sys.argv[1:])
