"""Rooms that are processes apart: one retry, circuits, places of their own, and several instances of one room."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import http_upstream
from gateway.app import Gateway
from gateway.ask import NONE, ask_as
from gateway.dispatch import Family
from gateway.http_upstream import FAILURES_TO_OPEN, Circuit, Http
from tests.gateway.planted import CONTRACT, PlantedRoom, Waiting, calling, living, plan, saying, settings
from tests.gateway.scripted import GOOD, HANG_UP, nobody_listens, scripted
from tests.gateway.served import served

LIST = "/v1/tickets"
OTHER = "/v1/lamps"
FAMILIES = (Family("/v1/tickets", "ticket"), Family("/v1/lamps", "lamp"))
CONTRACTS = {
    "ticket": {**CONTRACT, "paths": {path: on for path, on in CONTRACT["paths"].items() if path != "/v1/ballots"}},
    "lamp": {
        **CONTRACT,
        "paths": {
            "/v1/lamps": {
                "get": {"operationId": "list_lamps", "x-priority": "last", "responses": {}},
                "post": {"operationId": "put_up_lamp", "responses": {}},
            }
        },
    },
}


@contextlib.asynccontextmanager
async def _door(urls: str, beside: str = "", most: int = 64, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a gateway before the room `ticket`, and before `lamp` at `beside`."""
    rooms = [Http("ticket", urls, most), *([Http("lamp", beside, most)] if beside else [])]
    app = Gateway(settings(**changes), plan(saying(), rooms=rooms, families=FAMILIES, contracts=CONTRACTS))
    async with living(app), calling(app) as client:
        yield client


def _is_told_when_to_come_back(reply: httpx2.Response) -> bool:
    is_problem = reply.headers["content-type"].startswith("application/problem+json")
    return reply.status_code == 503 and is_problem and int(reply.headers["retry-after"]) > 0


# One retry


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("HEAD", None), ("PUT", b'{"a":1}'), ("DELETE", None)])
async def test_what_can_be_repeated_is_tried_once_more_and_whole(method: str, body: bytes | None) -> None:
    async with scripted(HANG_UP, b"HTTP/1.1 204 No Content\r\n\r\n") as room, _door(room.url) as client:
        reply = await client.request(method, LIST, content=body)

    assert reply.status_code == 204
    assert room.methods == [method, method]
    assert all(request.endswith(body or b"\r\n\r\n") for request in room.seen)


async def test_it_is_tried_no_third_time() -> None:
    async with scripted(HANG_UP, HANG_UP) as room, _door(room.url) as client:
        reply = await client.get(LIST)

    assert _is_told_when_to_come_back(reply)
    assert room.methods == ["GET", "GET"]


async def test_what_may_count_twice_is_sent_once() -> None:
    async with scripted(HANG_UP) as room, _door(room.url) as client:
        reply = await client.post(LIST, json={"words": "dark"})

    assert _is_told_when_to_come_back(reply)
    assert room.methods == ["POST"]


async def test_a_kept_connection_that_the_room_closed_costs_no_read() -> None:
    async with scripted(GOOD, HANG_UP, GOOD) as room, _door(room.url) as client:
        replies = [await client.get(LIST) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [200, 200]
    assert len(room.seen) == 3


async def test_a_body_that_is_streamed_is_sent_once() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 500_000

    headers = {"Content-Length": "1500000"}
    async with scripted(HANG_UP) as room, _door(room.url) as client:
        reply = await client.post(f"{LIST}/imports", content=pieces(), headers=headers)

    assert _is_told_when_to_come_back(reply)
    assert room.methods == ["POST"]


@contextlib.asynccontextmanager
async def _silent(head: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """A room that takes requests, and says at most a head."""
    asked: list[bytes] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(head)
            await reader.readexactly(1)

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


async def test_a_room_that_is_only_slow_is_not_asked_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_upstream, "SILENT_SECONDS", 0.2)
    async with _silent() as (url, asked), _door(url) as client:
        reply = await client.get(LIST)

    assert _is_told_when_to_come_back(reply)
    assert len(asked) == 1


async def test_a_room_that_falls_silent_after_its_head_leaves_nothing_behind_when_it_is_not_waited_for() -> None:
    left: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: left.append(context))
    try:
        async with _silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") as (url, _):
            room = Http("ticket", url)
            await room.start()
            assert await ask_as(room, LIST, "", [], 0.2) == NONE
            await room.stop()
        gc.collect()
    finally:
        loop.set_exception_handler(None)

    assert left == []


# A room that is dead


async def test_a_dead_room_is_said_at_once_and_asked_again_after_a_second() -> None:
    circuit = Circuit()
    for _ in range(FAILURES_TO_OPEN):
        assert circuit.lets_through(0.0)
        circuit.failed(0.0)

    assert not circuit.lets_through(0.9)
    assert circuit.lets_through(1.1)
    assert not circuit.lets_through(1.1)  # one looks, the others do not wait with it

    circuit.succeeded()
    assert circuit.lets_through(1.1)


async def test_a_dead_room_takes_nothing_from_the_others() -> None:
    with nobody_listens() as nobody:
        async with scripted() as lamp, _door(nobody, lamp.url) as client:
            dead = [await client.get(LIST) for _ in range(FAILURES_TO_OPEN + 2)]
            living_ = [await client.get(OTHER), await client.post(OTHER, json={})]

    assert all(map(_is_told_when_to_come_back, dead))
    assert [reply.status_code for reply in living_] == [200, 200]


async def test_clients_that_leave_while_sending_do_not_make_a_room_look_dead() -> None:
    entered = asyncio.Semaphore(0)

    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            entered.release()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await saying()(scope, receive, send)

    async with served(PlantedRoom(reading)) as room:
        app = Gateway(settings(), plan(saying(), rooms=[Http("ticket", room.url)]))
        async with served(app) as door, httpx2.AsyncClient(base_url=door.url, trust_env=False) as client:
            for _ in range(FAILURES_TO_OPEN + 1):
                await _leave_while_sending(door.port, entered)
            reply = await client.get(LIST)

    assert reply.status_code == 200


async def _leave_while_sending(port: int, entered: asyncio.Semaphore) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/tickets/imports HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 100_000)
    async with asyncio.timeout(10):
        await entered.acquire()
    writer.transport.abort()


# A room that is slow


@contextlib.asynccontextmanager
async def _slow_beside_quick(most: int, **changes: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, Waiting]]:
    waiting = Waiting()
    async with (
        served(PlantedRoom(waiting)) as slow,
        scripted() as lamp,
        _door(slow.url, lamp.url, most, **changes) as client,
    ):
        try:
            yield client, waiting
        finally:
            waiting.go_on.set()


async def _enter(client: httpx2.AsyncClient, waiting: Waiting, calls: int) -> list["asyncio.Task[httpx2.Response]"]:
    inside = [asyncio.ensure_future(client.get(f"{LIST}/7")) for _ in range(calls)]
    async with asyncio.timeout(10):
        for _ in inside:
            await waiting.entered.acquire()
    return inside


async def test_a_slow_room_fills_its_own_places_and_no_others() -> None:
    async with _slow_beside_quick(most=8, admit=8) as (client, waiting):
        asked = [asyncio.ensure_future(client.get(f"{LIST}/7")) for _ in range(12)]
        refused, inside = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        beside = [await client.get(OTHER), await client.post(OTHER, json={})]
        waiting.go_on.set()
        answered = await asyncio.gather(*inside)

    assert all(_is_told_when_to_come_back(one.result()) for one in refused)
    assert [reply.status_code for reply in beside] == [200, 200]
    assert 200 in {reply.status_code for reply in answered}


async def test_streams_of_a_room_take_none_of_its_places() -> None:
    async with _slow_beside_quick(most=4) as (client, waiting):
        streams = [asyncio.ensure_future(client.get(f"{LIST}/stream")) for _ in range(12)]
        async with asyncio.timeout(10):
            for _ in streams:
                await waiting.entered.acquire()
        inside = await _enter(client, waiting, 1)
        waiting.go_on.set()
        answered = await asyncio.gather(*streams, *inside)

    assert {reply.status_code for reply in answered} == {200}


# Several instances of one room


async def test_instances_are_called_in_turn() -> None:
    async with scripted() as one, scripted() as two, _door(f"{one.url}, {two.url}") as client:
        for _ in range(4):
            await client.get(LIST)

    assert (len(one.seen), len(two.seen)) == (2, 2)


async def test_with_one_instance_gone_nothing_fails_not_even_what_may_not_be_repeated() -> None:
    with nobody_listens() as gone:
        async with scripted() as here, _door(f"{gone},{here.url}") as client:
            replies = [await client.request(method, LIST) for method in ("GET", "POST") for _ in range(10)]

    assert {reply.status_code for reply in replies} == {200}


async def test_an_instance_that_has_just_come_back_is_asked_when_the_other_goes() -> None:
    async with (
        scripted(*[HANG_UP] * FAILURES_TO_OPEN) as back,
        scripted() as here,
        _door(f"{back.url},{here.url}") as client,
    ):
        for _ in range(2 * FAILURES_TO_OPEN):
            await client.get(LIST)
        here.script += [HANG_UP] * 3
        replies = [await client.get(LIST) for _ in range(3)]

    assert {reply.status_code for reply in replies} == {200}


async def test_an_instance_that_is_replaced_costs_no_read() -> None:
    """What was sent to an instance just as it closed is read from the other."""
    async with (
        scripted(*[HANG_UP] * 50) as closing,
        scripted() as here,
        _door(f"{closing.url},{here.url}") as client,
    ):
        replies = await asyncio.gather(*[client.get(f"{LIST}/7") for _ in range(10)])

    assert {reply.status_code for reply in replies} == {200}


# Leaving


async def test_a_room_that_stops_ends_what_it_began() -> None:
    waiting = Waiting()
    async with contextlib.AsyncExitStack() as room_life:
        room = await room_life.enter_async_context(served(PlantedRoom(waiting)))
        async with _door(room.url) as client:
            (under_way,) = await _enter(client, waiting, 1)
            leaving = asyncio.ensure_future(room_life.aclose())
            waiting.go_on.set()
            reply = await under_way
            await leaving

    assert reply.status_code == 200


async def test_a_door_that_stops_ends_what_it_let_in() -> None:
    waiting: Any = Waiting()
    async with served(PlantedRoom(waiting)) as room, contextlib.AsyncExitStack() as door_life:
        app: ASGIApp = Gateway(settings(), plan(saying(), rooms=[Http("ticket", room.url)]))
        door = await door_life.enter_async_context(served(app))
        async with httpx2.AsyncClient(base_url=door.url, trust_env=False) as client:
            (under_way,) = await _enter(client, waiting, 1)
            leaving = asyncio.ensure_future(door_life.aclose())
            waiting.go_on.set()
            reply = await under_way
            await leaving

    assert reply.status_code == 200


async def test_one_address_holds_a_third_of_the_streams_at_most() -> None:
    waiting = Waiting()
    app = Gateway(settings(admit_streams=6), plan(PlantedRoom(waiting)))
    async with living(app), calling(app) as client, calling(app, "198.51.100.9") as other:
        held = [asyncio.ensure_future(client.get(f"{LIST}/stream")) for _ in range(2)]
        for _ in held:
            await waiting.entered.acquire()
        third = asyncio.ensure_future(client.get(f"{LIST}/stream"))
        await asyncio.wait({third}, timeout=5)
        elsewhere = asyncio.ensure_future(other.get(f"{LIST}/stream"))
        await waiting.entered.acquire()
        waiting.go_on.set()
        answered = await asyncio.gather(*held, elsewhere, third)

    assert [reply.status_code for reply in answered] == [200, 200, 200, 429]
