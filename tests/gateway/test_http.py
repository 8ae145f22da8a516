"""What only real HTTP shows: streams, cut streams, big uploads, repeated headers, bodiless answers.

Each of it with the room in the gateway's process and with the room behind a server of its own.
"""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from gateway.app import Gateway
from gateway.http_upstream import Http
from tests.gateway.planted import PlantedRoom, crash, crash_halfway, echo, measure, plan, saying, settings
from tests.gateway.served import Served, served

MIB = 1024 * 1024


House = Callable[..., contextlib.AbstractAsyncContextManager[tuple[httpx2.AsyncClient, Served]]]


@pytest.fixture(params=["one process", "room apart"])
def house(request: pytest.FixtureRequest) -> House:
    """A call gives a served gateway over one planted room, in this run's mode."""
    return _one_process if request.param == "one process" else _room_apart


@contextlib.asynccontextmanager
async def _one_process(answer: Any, **changes: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, Served]]:
    async with _before(Gateway(settings(**changes), plan(PlantedRoom(answer)))) as both:
        yield both


@contextlib.asynccontextmanager
async def _room_apart(answer: Any, **changes: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, Served]]:
    async with served(PlantedRoom(answer)) as room:
        app = Gateway(settings(**changes), plan(answer, rooms=[Http("ticket", room.url)]))
        async with _before(app) as both:
            yield both


@contextlib.asynccontextmanager
async def _before(app: Gateway) -> AsyncIterator[tuple[httpx2.AsyncClient, Served]]:
    async with served(app) as server, httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client, server


async def test_the_first_event_of_a_stream_arrives_before_the_second_is_sent(house: House) -> None:
    go_on = asyncio.Event()

    async def events(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"id: 1\ndata: one\n\n", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"id: 2\ndata: two\n\n"})

    async with house(events) as (client, _), client.stream("GET", "/v1/tickets/stream") as reply:
        parts = reply.aiter_raw()
        first = await anext(parts)
        go_on.set()
        rest = b"".join([part async for part in parts])

    assert first == b"id: 1\ndata: one\n\n"
    assert rest == b"id: 2\ndata: two\n\n"


async def test_a_room_hears_of_a_client_that_goes_away(house: House) -> None:
    heard = asyncio.Event()

    async def patient(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        heard.set()

    async with house(patient) as (client, _):
        async with client.stream("GET", "/v1/tickets/stream") as reply:
            await anext(reply.aiter_raw())
        async with asyncio.timeout(5):
            await heard.wait()


async def test_a_cut_stream_is_seen_as_cut(house: House) -> None:
    async with house(crash_halfway) as (client, _):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get("/v1/tickets")


async def test_a_crash_leaves_the_connection_usable(house: House) -> None:
    async with house(crash) as (client, _):
        replies = [await client.get("/v1/tickets") for _ in range(2)]

    assert [reply.status_code for reply in replies] == [500, 500]


async def test_a_hundred_megabytes_in_chunks_pass_where_allowed_in_bounded_memory(house: House) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * MIB

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with house(measure) as (client, _):
        reply = await client.post("/v1/tickets/imports", content=pieces(), timeout=60)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert reply.json() == {"size": 100 * MIB}
    assert grown < 40_000  # kB


async def test_an_endless_upload_is_stopped_at_the_limit(house: House) -> None:
    sent = 0
    async with house(measure) as (_, server), asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST /v1/tickets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        answer = asyncio.ensure_future(reader.readline())
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"100000\r\n" + b"x" * MIB + b"\r\n")
                await writer.drain()
                sent += MIB
        writer.close()

    assert answer.result().split(b" ")[1] == b"413"
    assert sent < 64 * MIB


async def test_a_body_a_little_too_large_gets_its_answer_not_a_reset(house: House) -> None:
    async with house(measure) as (client, _):
        replies = [await client.post("/v1/tickets", content=b"x" * 4 * MIB) for _ in range(5)]

    assert [reply.status_code for reply in replies] == [413] * 5


async def test_repeated_keys_and_cookies_survive(house: House) -> None:
    async with house(echo) as (client, _):
        seen = (await client.get("/v1/tickets?a=1&a=2&b=%E4%B8%AD&a=3")).json()
    async with house(saying(200, b"", [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2; Path=/")])) as (client, _):
        cookies = (await client.get("/v1/tickets")).headers.get_list("set-cookie")

    assert seen["query"] == "a=1&a=2&b=%E4%B8%AD&a=3"
    assert cookies == ["a=1", "b=2; Path=/"]


@pytest.mark.parametrize("status", [204, 304])
async def test_bodiless_answers_stay_bodiless(status: int, house: House) -> None:
    async with house(saying(status, b"", [(b"etag", b'"7"')])) as (client, _):
        replies = [await client.get("/v1/tickets/7") for _ in range(2)]

    assert [(reply.status_code, reply.content) for reply in replies] == [(status, b"")] * 2
    assert "content-length" not in replies[0].headers
    assert "transfer-encoding" not in replies[0].headers


async def test_head_tells_the_length_and_sends_nothing(house: House) -> None:
    async with house(saying(200, b"", [(b"content-length", b"4711")])) as (client, _):
        replies = [await client.head("/v1/tickets/7") for _ in range(2)]

    assert [reply.headers["content-length"] for reply in replies] == ["4711", "4711"]


async def test_packed_bytes_pass_through_untouched(house: House) -> None:
    sent = b"\x1f\x8bnot really gzip"
    standing = house(saying(200, sent, [(b"content-encoding", b"gzip")]))
    async with standing as (client, _), client.stream("GET", "/v1/tickets/7") as reply:
        got = b"".join([part async for part in reply.aiter_raw()])

    assert got == sent


async def test_an_asterisk_is_no_path(house: House) -> None:
    async with house(saying()) as (_, server):
        answer = await server.raw(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert answer.split(b" ", 2)[1] in {b"400", b"404"}


async def test_a_room_that_does_not_start_keeps_the_server_from_starting() -> None:
    room = PlantedRoom(saying())
    room.fails_at = "startup"

    with pytest.raises(RuntimeError, match="did not start"):
        async with served(Gateway(settings(), plan(room))):
            pass
