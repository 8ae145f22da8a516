"""A room that is a process apart: what it is told of the caller, and who passes for local there."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.app import Gateway
from gateway.http_upstream import Http
from shared.loopback import is_local
from shared.serve import TakenIn
from tests.gateway.planted import PlantedRoom, calling, living, plan, saying, settings
from tests.gateway.served import served

LOCAL_NAME = "127.0.0.1:8000"


class Asked(PlantedRoom):
    """A room that keeps what it makes of its callers."""

    def __init__(self) -> None:
        super().__init__(self._judge)
        self.local: list[bool] = []
        self.clients: list[str] = []

    async def _judge(self, scope: Any, receive: Any, send: Any) -> None:
        self.local.append(is_local(Request(scope)))
        self.clients.append(scope["client"][0])
        await saying()(scope, receive, send)


@contextlib.asynccontextmanager
async def _apart(client: str, host: str) -> AsyncIterator[tuple[Asked, httpx2.AsyncClient]]:
    """A gateway before a room behind a server of its own, set up as shared/serve.py does."""
    room = Asked()
    as_served = ProxyHeadersMiddleware(TakenIn(room), "*")  # type: ignore[arg-type]  # two spellings of ASGI
    async with served(as_served) as server:  # type: ignore[arg-type]
        app = Gateway(settings(), plan(room, rooms=[Http("ticket", server.url)]))
        async with living(app), calling(app, client, host) as caller:
            yield room, caller


async def test_a_caller_local_to_the_gateway_is_local_to_the_room() -> None:
    async with _apart("127.0.0.1", LOCAL_NAME) as (room, caller):
        await caller.get("/v1/tickets")

    assert (room.local, room.clients) == ([True], ["127.0.0.1"])


@pytest.mark.parametrize(
    ("client", "host", "sent"),
    [
        ("203.0.113.9", LOCAL_NAME, {}),
        ("203.0.113.9", LOCAL_NAME, {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", "evil.example", {}),
        ("127.0.0.1", "evil.example", {"Connection": "host"}),
        ("127.0.0.1", LOCAL_NAME, {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", LOCAL_NAME, {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", LOCAL_NAME, {"X-Forwarded-Host": "a"}),
        ("127.0.0.1", LOCAL_NAME, {"X-Real-IP": "127.0.0.1", "Connection": "x-real-ip"}),
        ("127.0.0.1", LOCAL_NAME, {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", LOCAL_NAME, {"Via": "1.1 nginx"}),
        ("127.0.0.1", LOCAL_NAME, {"Via": "1.1 nginx", "Connection": "via"}),
    ],
)
async def test_nobody_else_is_local_to_the_room_whatever_he_sends(client: str, host: str, sent: dict[str, str]) -> None:
    async with _apart(client, host) as (room, caller):
        await caller.get("/v1/tickets", headers=sent)

    assert room.local == [False]
    assert room.clients == [client]
