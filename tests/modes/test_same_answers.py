"""One house, two doors: one before rooms in its process, one before the same rooms over HTTP. Every answer is the same.

The same in status, in headers (less connection, date and server, and the count of what is left of a rate) and in body.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.app import Gateway, Plan
from gateway.http_upstream import Http
from migrations.heads import ROOMS
from migrations.roles import address
from services.registry.rules.roles import Role
from shared.serve import TakenIn
from tests.access.calls import operations
from tests.factories.databases import database_for
from tests.factories.whole_house import WholeHouse, running
from tests.gateway.planted import living
from tests.gateway.served import served

pytestmark = pytest.mark.prove
OF_THE_HOP = {"connection", "date", "server"}
COUNTS = {"ratelimit"}
TRACE = {"X-Request-Id": "the-same-one", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
READING = ("GET", "HEAD", "OPTIONS")
UNKNOWN = "01890000-0000-7000-8000-000000000000"
WHEN_ASKED = re.compile(rb'"(as_of|checked_at)":"[^"]+"')
COMPOSED = {"inbox", "overview"}
TRIES = 10
PAGES = ("/", "/docs", "/openapi.json", "/problems", "/problems/unknown", "/health/live", "/robots.txt", "/nowhere")


@dataclass(frozen=True)
class Doors:
    """A client of each, and the house behind both."""

    whole: WholeHouse
    inside: httpx2.AsyncClient
    apart: httpx2.AsyncClient


class Living:
    """A room that lives already, as a server starts it: its lifespan is somebody else's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})


@pytest.fixture(scope="module")
def own_database(postgres: str) -> Iterator[str]:
    yield from database_for(postgres, "modes")


@pytest.fixture(scope="module")
async def doors(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    urls = {room: address(own_database, role=room) for room in ROOMS}
    async with AsyncExitStack() as stack:
        data_dir = tmp_path_factory.mktemp("house") / "data"
        whole = await stack.enter_async_context(running(urls, data_dir, sample_homes=20))
        rooms = []
        for name, app in whole.house.apps.items():
            as_served = ProxyHeadersMiddleware(TakenIn(Living(app)), "*")  # type: ignore[arg-type]
            room = await stack.enter_async_context(served(as_served))  # type: ignore[arg-type]
            rooms.append(Http(name, room.url))
        door = Gateway(whole.house.settings, Plan(rooms, sign_ins=whole.house.sign_ins))
        await stack.enter_async_context(living(door))
        both = [await stack.enter_async_context(_client(app)) for app in (whole.house, door)]
        yield Doors(whole, *both)


def _client(app: ASGIApp) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60)


def told(reply: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """What must be the same."""
    heads = [(name.lower(), value) for name, value in reply.headers.multi_items()]
    kept = [(name, "" if name in COUNTS else value) for name, value in heads if name not in OF_THE_HOP]
    return reply.status_code, sorted(kept), WHEN_ASKED.sub(b'"as_of":""', reply.content)


async def difference(doors: Doors, method: str, path: str, **request: Any) -> str | None:
    """What one door answers and the other does not."""
    request["headers"] = {**TRACE, **request.get("headers", {})}
    for _ in range(TRIES):
        one, other = [await door.request(method, path, **request) for door in (doors.inside, doors.apart)]
        if told(one) == told(other):
            return None
        if not COMPOSED & set(path.split("/")):
            break  # those wait 800 ms for each room, which a busy machine may miss
    if method not in READING and max(one.status_code, other.status_code) < 400:
        return None  # it was done, twice, each time anew
    return f"{method} {path}: {told(one)!r} | {told(other)!r}"


def _callers(doors: Doors) -> list[dict[str, str]]:
    here = doors.whole.places["here"]
    return [{}, *(doors.whole.as_role(role, here) for role in (Role.CLERK, Role.RESIDENT))]


async def test_every_read_of_every_caller_is_answered_alike(doors: Doors) -> None:
    here = doors.whole.places["here"]
    nobody, clerk, resident = _callers(doors)
    found = []

    for operation in operations(doors.whole.document):
        path = operation.at({**dict.fromkeys(operation.parameters, UNKNOWN), **here.ids})
        for method, headers in [("GET", nobody), ("GET", resident), *((method, clerk) for method in READING)]:
            found.append(await difference(doors, method, path, headers=headers))

    assert [one for one in found if one] == []
    assert len(found) > 500


async def test_every_refused_write_is_refused_alike(doors: Doors) -> None:
    here = doors.whole.places["here"]
    bodies: list[dict[str, Any]] = [{"json": {}}, {"content": b"{", "headers": {"Content-Type": "application/json"}}]
    found = []

    for operation in operations(doors.whole.document):
        if operation.is_reading:
            continue
        for headers in _callers(doors)[:2]:
            for body in bodies:
                sent = {**body, "headers": {**headers, **body.get("headers", {})}}
                path = operation.at(dict.fromkeys(operation.parameters, UNKNOWN) | {"code": here.ids["code"]})
                found.append(await difference(doors, operation.method, path, **sent))

    assert [one for one in found if one] == []
    assert len(found) > 200


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_doors_own_pages_are_the_same(doors: Doors, language: str) -> None:
    found = [await difference(doors, "GET", page, headers={"Accept-Language": language}) for page in PAGES]

    assert [one for one in found if one] == []


async def test_a_body_too_large_and_a_method_that_is_none_are_refused_alike(doors: Doors) -> None:
    clerk = _callers(doors)[1]
    found = [
        await difference(doors, "POST", "/v1/tickets", content=b"x" * 2_000_000, headers=clerk),
        await difference(doors, "DELETE", "/v1/tickets", headers=clerk),
        await difference(doors, "GET", "/internal/health", headers=clerk),
    ]

    assert [one for one in found if one] == []


async def test_what_was_written_through_one_door_is_replayed_by_the_other(doors: Doors) -> None:
    here = doors.whole.places["here"]
    report = {
        "place": {"compound_id": here.ids["compound_id"], "building": "1", "entrance": "1"},
        "kind": "HELP",
        "category": "facilities.stair_lamp",
        "words": "楼道灯又不亮了",
    }
    headers = {**doors.whole.as_role(Role.RESIDENT, here), **TRACE}

    for first, second in ((doors.inside, doors.apart), (doors.apart, doors.inside)):
        headers["Idempotency-Key"] = f"key-{id(first)}"
        written = await first.post("/v1/tickets", json=report, headers=headers)
        replayed = await second.post("/v1/tickets", json=report, headers=headers)

        assert written.status_code == 201, written.text
        assert replayed.json() == written.json()
        assert replayed.status_code == 201


def test_a_difference_is_seen() -> None:
    one = httpx2.Response(200, headers={"X-A": "1", "Date": "now"}, content=b"a")

    assert told(one) == told(httpx2.Response(200, headers={"x-a": "1", "Date": "then"}, content=b"a"))
    for other in (
        httpx2.Response(201, headers={"X-A": "1"}, content=b"a"),
        httpx2.Response(200, headers={"X-A": "2"}, content=b"a"),
        httpx2.Response(200, headers={"X-A": "1"}, content=b"b"),
    ):
        assert told(one) != told(other)
