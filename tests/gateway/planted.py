"""Rooms that speak real ASGI and do one thing each, and a gateway over them: what these tests are built from."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import Gateway, Plan
from gateway.dispatch import Family
from gateway.settings import GatewaySettings
from gateway.upstream import InProcess

Answering = Callable[[Scope, Receive, Send], Awaitable[None]]


class PlantedRoom:
    """An ASGI app with a lifespan; `events` keeps what happened to it, `seen` the scopes of its requests."""

    def __init__(self, answer: Answering, events: list[str] | None = None, name: str = "room") -> None:
        self.answer = answer
        self.events = events if events is not None else []
        self.name = name
        self.fails_at = ""
        self.seen: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self.seen.append(scope)
            await self.answer(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            if self.fails_at == step:
                await send({"type": f"lifespan.{step}.failed", "message": "no database"})
                return
            if step == "startup":
                scope["state"]["of"] = self.name
            self.events.append(f"{self.name} {step}")
            await send({"type": f"lifespan.{step}.complete"})


def saying(status: int = 200, body: bytes = b"{}", headers: list[tuple[bytes, bytes]] | None = None) -> Answering:
    """A room that always says the same."""
    sent = headers if headers is not None else [(b"content-type", b"application/json")]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    return answer


async def read_body(receive: Receive) -> int:
    """How many bytes a room was sent."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return size


async def measure(scope: Scope, receive: Receive, send: Send) -> None:
    """A room that answers how much it was sent."""
    body = json.dumps({"size": await read_body(receive)}).encode()
    await saying(201, body)(scope, receive, send)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """A room that answers what it saw of a request."""
    seen = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
        "state": scope["state"],
    }
    await saying(200, json.dumps(seen).encode())(scope, receive, send)


async def crash(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the room fell over a secret: 4711")


async def crash_halfway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/csv")]})
    await send({"type": "http.response.body", "body": b"a,b\n", "more_body": True})
    raise RuntimeError("the room fell over halfway")


class Waiting:
    """A room that answers only once it is told to."""

    def __init__(self) -> None:
        self.entered = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.entered.release()
        await self.go_on.wait()
        await saying()(scope, receive, send)


CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Planted", "version": "1"},
    "paths": {
        "/v1/tickets": {
            "get": {"operationId": "list_tickets", "security": [{"bearer": []}], "responses": {}},
            "post": {
                "operationId": "report_ticket",
                "security": [{"bearer": []}],
                "requestBody": {"content": {"application/json": {}}},
                "responses": {},
            },
        },
        "/v1/tickets/{ticket_id}": {"get": {"operationId": "read_ticket", "responses": {}}},
        "/v1/tickets/{ticket_id}/photos": {
            "post": {
                "operationId": "add_photo",
                "requestBody": {"content": {"multipart/form-data": {}}},
                "responses": {},
            }
        },
        "/v1/tickets/imports": {
            "post": {
                "operationId": "import_tickets",
                "requestBody": {"content": {"text/csv": {}}},
                "x-body-limit": 200 * 1024 * 1024,
                "responses": {},
            }
        },
        "/v1/tickets/stream": {
            "get": {"operationId": "stream_tickets", "responses": {"200": {"content": {"text/event-stream": {}}}}}
        },
        "/v1/ballots": {"post": {"operationId": "cast_ballot", "responses": {}}},
    },
}
FAMILIES = (Family("/v1/tickets", "ticket"), Family("/v1/ballots", "ticket"), Family("/open311", "ticket"))


def settings(**changes: Any) -> GatewaySettings:
    """Settings of a test's gateway, independent of the environment it runs in."""
    return GatewaySettings(**{"public_url": "http://linli.test", "port": 0, **changes})


def plan(room: ASGIApp, **changes: Any) -> Plan:
    """One room, `ticket`, behind the gateway."""
    return Plan(
        **{
            "rooms": [InProcess("ticket", room)],
            "contracts": {"ticket": CONTRACT},
            "families": FAMILIES,
            **changes,
        }
    )


@contextlib.asynccontextmanager
async def living(app: ASGIApp) -> AsyncIterator[None]:
    """Run an app's lifespan around a test; RuntimeError when it does not start."""
    to_app: asyncio.Queue[Any] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    life = asyncio.ensure_future(app({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    started = await from_app.get()
    if started["type"] != "lifespan.startup.complete":
        await life
        raise RuntimeError(started["message"])
    try:
        yield
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await from_app.get()
        await life


@contextlib.asynccontextmanager
async def door(room: Answering | PlantedRoom, *, client: str = "203.0.113.7", **changes: Any) -> AsyncIterator[Any]:
    """A client of a living gateway over one planted room; `changes` are settings."""
    planted = room if isinstance(room, PlantedRoom) else PlantedRoom(room)
    app = Gateway(settings(**changes), plan(planted))
    async with living(app), calling(app, client) as client_:
        yield client_


def calling(app: ASGIApp, client: str = "203.0.113.7", host: str = "linli.test") -> httpx2.AsyncClient:
    """A client that calls the app itself, as if from an address."""
    transport = httpx2.ASGITransport(app=app, client=(client, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{host}")
