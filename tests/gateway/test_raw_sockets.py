"""What an attacker writes by hand on a socket: requests that two readers could read in two ways, hidden paths, headers.

Each is tried in both modes: the room in the gateway's own process, and behind a server of its own. Whatever the answer,
a room never sees a second request, nor a path that is nobody's.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.app import Gateway
from gateway.http_upstream import Http
from shared.serve import TakenIn
from tests.gateway.planted import PlantedRoom, living, measure, plan, read_body, saying, settings
from tests.gateway.served import Served, served

MODES = ("one process", "rooms apart")
LAST = b"Connection: close\r\n"
HIDDEN = b"GET /v1/tickets/hidden HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


@dataclass(frozen=True)
class Attacked:
    """A gateway on a port, and the room behind it."""

    server: Served
    room: PlantedRoom

    async def statuses(self, request: bytes) -> list[int]:
        """The status of every answer that came back."""
        return [int(status) for status in STATUS.findall(await self.reply(request))]

    async def reply(self, request: bytes) -> bytes:
        async with asyncio.timeout(20):
            return await self.server.raw(request)

    @property
    def paths(self) -> list[str]:
        return [scope["path"] for scope in self.room.seen]


@contextlib.asynccontextmanager
async def _attacked(mode: str, answer: Any = measure) -> AsyncIterator[Attacked]:
    room = PlantedRoom(answer)
    async with contextlib.AsyncExitStack() as stack:
        changes = {}
        if mode == "rooms apart":
            apart = await stack.enter_async_context(served(ProxyHeadersMiddleware(TakenIn(room), "*")))  # type: ignore[arg-type]  # two spellings of ASGI
            changes = {"rooms": [Http("ticket", apart.url)]}
        app = Gateway(settings(body_piece_seconds=1, body_seconds=2), plan(room, **changes))
        yield Attacked(await stack.enter_async_context(served(app)), room)


def _post(headers: bytes, body: bytes, path: bytes = b"/v1/tickets") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked\r\n"
ENDED = b"0\r\n\r\n"
FRAMED: Mapping[str, bytes] = {
    "length and chunks": _post(b"Content-Length: 5\r\n" + CHUNKED, ENDED + HIDDEN),
    "chunks and length": _post(CHUNKED + b"Content-Length: 5\r\n", ENDED + HIDDEN),
    "a length that reaches over the end": _post(b"Content-Length: 200\r\n" + CHUNKED, ENDED + HIDDEN),
    "chunked and identity": _post(b"Transfer-Encoding: chunked, identity\r\n" + LAST, ENDED + HIDDEN),
    "identity and chunked on two lines": _post(b"Transfer-Encoding: identity\r\n" + CHUNKED + LAST, ENDED + HIDDEN),
    "chunked twice": _post(CHUNKED + CHUNKED + LAST, ENDED + HIDDEN),
    "chunked with another letter": _post(b"Transfer-Encoding: xchunked\r\n" + LAST, ENDED + HIDDEN),
    "chunked between quotes": _post(b'Transfer-Encoding: "chunked"\r\n' + LAST, ENDED + HIDDEN),
    "chunked after a vertical tab": _post(b"Transfer-Encoding: \x0bchunked\r\n" + LAST, ENDED + HIDDEN),
    "a space before the colon": _post(b"Transfer-Encoding : chunked\r\n" + LAST, ENDED + HIDDEN),
    "chunked on a folded line": _post(b"Transfer-Encoding:\r\n chunked\r\n" + LAST, ENDED + HIDDEN),
    "a space before the name": _post(b" Transfer-Encoding: chunked\r\n" + LAST, ENDED + HIDDEN),
    "a name with a null": _post(b"Transfer\x00-Encoding: chunked\r\n" + LAST, ENDED + HIDDEN),
    "two lengths": _post(b"Content-Length: 4\r\nContent-Length: 0\r\n" + LAST, b"abcd" + HIDDEN),
    "the same length twice": _post(b"Content-Length: 4\r\nContent-Length: 4\r\n" + LAST, b"abcd" + HIDDEN),
    "lengths in a list": _post(b"Content-Length: 4, 4\r\n" + LAST, b"abcd" + HIDDEN),
    "a length with a sign": _post(b"Content-Length: +4\r\n" + LAST, b"abcd" + HIDDEN),
    "a negative length": _post(b"Content-Length: -1\r\n" + LAST, b"abcd" + HIDDEN),
    "a length in hex": _post(b"Content-Length: 0x4\r\n" + LAST, b"abcd" + HIDDEN),
    "a length with a space in it": _post(b"Content-Length: 1 4\r\n" + LAST, b"abcd" + HIDDEN),
    "a length with a letter": _post(b"Content-Length: 4a\r\n" + LAST, b"abcd" + HIDDEN),
    "an empty length": _post(b"Content-Length: \r\n" + LAST, b"abcd" + HIDDEN),
    "a length beyond every number": _post(b"Content-Length: 99999999999999999999999\r\n" + LAST, b"abcd" + HIDDEN),
    "a folded length": _post(b"Content-Length:\r\n 4\r\n" + LAST, b"abcd" + HIDDEN),
    "a chunk of negative size": _post(CHUNKED + LAST, b"-1\r\nabc\r\n" + ENDED + HIDDEN),
    "a chunk size in 0x": _post(CHUNKED + LAST, b"0x3\r\nabc\r\n" + ENDED + HIDDEN),
    "a chunk size beyond every number": _post(CHUNKED + LAST, b"10000000000000003\r\nabc\r\n" + ENDED + HIDDEN),
    "a chunk size of no number": _post(CHUNKED + LAST, b"g\r\nabc\r\n" + ENDED + HIDDEN),
    "a chunk that is longer than it says": _post(CHUNKED + LAST, b"3\r\nabcdef\r\n" + ENDED + HIDDEN),
    "a chunk without its line end": _post(CHUNKED + LAST, b"3\r\nabc" + ENDED + HIDDEN),
    "a length after the body": _post(CHUNKED + LAST, b"4\r\nabcd\r\n0\r\nContent-Length: 9\r\n\r\n" + HIDDEN),
    "a host after the body": _post(CHUNKED + LAST, b"4\r\nabcd\r\n0\r\nHost: b\r\n\r\n" + HIDDEN),
    "another protocol and a body": _post(
        b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n", b"abcd" + HIDDEN
    ),
    "another protocol and chunks": _post(b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + CHUNKED, ENDED + HIDDEN),
    "another protocol and a hidden body": _post(
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: %d\r\n" % len(HIDDEN), HIDDEN
    ),
    "a header line without a colon": _post(b"nonsense\r\n" + LAST, b""),
    "a header without a name": _post(b": nonsense\r\n" + LAST, b""),
    "a header name with a space": _post(b"X Y: z\r\n" + LAST, b""),
    "a header value with a null": _post(b"X-A: b\x00c\r\n" + LAST, b""),
    "a header value with a carriage return": _post(b"X-A: b\rX-B: c\r\n" + LAST, b""),
    "two hosts": b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + LAST + b"\r\n",
    "no host": b"GET /v1/tickets HTTP/1.1\r\n" + LAST + b"\r\n",
    "a space in the target": b"GET /v1/tickets /hidden HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "a null in the target": b"GET /v1/tickets\x00 HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "a line in the target": b"GET /v1/tickets\r\n/hidden HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "no version": b"GET /v1/tickets\r\n\r\n" + HIDDEN,
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version 1.1.1": b"GET /v1/tickets HTTP/1.1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "nobody's method": b"HACK /v1/tickets HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
    "a head of 40 kB": b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 40_000 + b"\r\n" + LAST + b"\r\n",
    "a head of a megabyte": b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 2**20 + b"\r\n" + LAST + b"\r\n",
    "five thousand headers": b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\n" + b"X-A: aaaa\r\n" * 5000 + LAST + b"\r\n",
    "a target of 20 kB": b"GET /v1/tickets?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n",
}


@pytest.mark.parametrize("mode", MODES)
async def test_what_two_readers_could_read_in_two_ways_reaches_no_room(mode: str) -> None:
    found = {}
    async with _attacked(mode) as here:
        for name, request in FRAMED.items():
            here.room.seen.clear()
            statuses = await here.statuses(request)
            if here.paths or len(statuses) > 1 or not set(statuses) <= {400, 404, 405, 408, 413, 414, 431}:
                found[name] = (statuses, here.paths)

    assert found == {}


READ_ONE_WAY: Mapping[str, tuple[bytes, int]] = {
    "a length": (_post(b"Content-Length: 4\r\n" + LAST, b"abcd" + HIDDEN), 4),
    "chunks": (_post(CHUNKED + LAST, b"4\r\nabcd\r\n" + ENDED + HIDDEN), 4),
    "chunks in capitals": (_post(b"TRANSFER-ENCODING: CHUNKED\r\n" + LAST, b"4\r\nabcd\r\n" + ENDED + HIDDEN), 4),
    "a chunk extension": (_post(CHUNKED + LAST, b"4;a=b\r\nabcd\r\n" + ENDED + HIDDEN), 4),
    "a trailer": (_post(CHUNKED + LAST, b"4\r\nabcd\r\n0\r\nX-Sum: 9\r\n\r\n" + HIDDEN), 4),
    "a length on a GET": (b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + LAST + b"\r\nabcd", 4),
    "an offer of another protocol": (
        b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
        0,
    ),
}


@pytest.mark.parametrize("mode", MODES)
async def test_what_can_be_read_one_way_only_is_read_so(mode: str) -> None:
    async with _attacked(mode) as here:
        for name, (request, size) in READ_ONE_WAY.items():
            here.room.seen.clear()
            reply = await here.reply(request)
            assert STATUS.findall(reply) == [b"201"], name
            assert b'{"size": %d}' % size in reply, name
            assert here.paths == ["/v1/tickets"], name


@pytest.mark.parametrize("mode", MODES)
async def test_two_requests_on_one_connection_are_two(mode: str) -> None:
    first = _post(b"Content-Length: 4\r\n", b"abcd")

    async with _attacked(mode) as here:
        statuses = await here.statuses(first + HIDDEN)

    assert (statuses, here.paths) == ([201, 201], ["/v1/tickets", "/v1/tickets/hidden"])


INTERNAL = (
    b"/internal/clock", b"/INTERNAL/clock", b"/Internal/clock", b"/internal", b"/internal/", b"//internal/clock",
    b"/./internal/clock", b"/v1/../internal/clock", b"/v1/tickets/../../internal/clock", b"/v1/./../internal/clock",
    b"/v1/tickets/%2e%2e/%2e%2e/internal/clock", b"/v1/tickets/.%2e/%2E./internal/clock", b"/v1/%2e%2e/internal/clock",
    b"/v1/tickets/..%2f..%2finternal/clock", b"/v1/tickets/..%5c..%5cinternal/clock", b"/v1/tickets/..\\..\\internal",
    b"/%69nternal/clock", b"/%2569nternal/clock", b"/%2finternal/clock", b"/%5cinternal/clock",
    b"/v1/tickets/%252e%252e/%252e%252e/internal/clock", b"/v1/tickets/%00/../internal/clock", b"/v1/tickets/..",
    b"/v1/tickets//internal", b"/v1/tickets/.", b"/v1//tickets", b"/v1/tickets/%0d%0ainternal", b"/v1/tickets/%2f",
    b"/v1/tickets/%c0%ae%c0%ae/internal/clock/%2e%2e", b"/internal%2fclock", b"/internal;/clock", b"/internal%20/clock",
    b"http://a/internal/clock", b"http://internal/internal/clock", b"http://a//internal/clock", b"/v1/internal/clock",
    b"/internal/compounds/1?x=/v1/tickets", b"/internal/clock#/v1/tickets", b"/openrosa/../internal/clock",
)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
async def test_no_spelling_leads_to_what_rooms_tell_each_other(mode: str) -> None:
    found = {}
    async with _attacked(mode) as here:
        for target in INTERNAL:
            for method in (b"GET", b"POST"):
                request = method + b" " + target + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n" + LAST + b"\r\n"
                statuses = await here.statuses(request)
                if statuses not in ([404], [400]) or here.paths:
                    found[target] = (statuses, list(here.paths))

    assert found == {}


async def _seen(mode: str, headers: bytes, target: bytes = b"/v1/tickets") -> tuple[dict[str, list[str]], Any, bytes]:
    """The headers and the scope that the room saw, and the reply as it came."""
    async with _attacked(mode) as here:
        reply = await here.reply(b"GET " + target + b" HTTP/1.1\r\nHost: linli.test\r\n" + headers + LAST + b"\r\n")
        (scope,) = here.room.seen
    seen: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        seen.setdefault(name.decode(), []).append(value.decode("latin-1"))
    return seen, scope, reply


TOLD = (
    b"X-Forwarded-For: 10.9.8.7\r\n",
    b"X-Forwarded-For: 127.0.0.1, 10.9.8.7\r\nX-Forwarded-For: 10.9.8.7\r\n",
    b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 1\r\n",
    b"X-Real-IP: 10.9.8.7\r\nForwarded: for=10.9.8.7;host=evil.example;proto=https\r\n",
    b"X-Forwarded-For: 10.9.8.7\r\nConnection: x-forwarded-for, x-forwarded-proto\r\n",
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("headers", TOLD)
async def test_a_caller_cannot_say_who_or_where_he_is(mode: str, headers: bytes) -> None:
    _, scope, _ = await _seen(mode, headers)

    assert (scope["client"][0], scope["scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize("mode", MODES)
async def test_the_host_of_an_absolute_target_is_not_taken_for_ours(mode: str) -> None:
    seen, scope, _ = await _seen(mode, b"", b"http://evil.example/v1/tickets")

    assert (seen["host"], scope["path"]) == (["linli.test"], "/v1/tickets")


@pytest.mark.parametrize("mode", MODES)
async def test_a_header_named_as_of_one_hop_takes_nothing_from_the_room_that_we_say(mode: str) -> None:
    named = b"Connection: host, x-request-id, traceparent, authorization, content-length\r\nAuthorization: Bearer a\r\n"

    seen, _, reply = await _seen(mode, named)

    told = re.search(rb"x-request-id: (\S+)", reply)
    assert told is not None
    assert seen["x-request-id"] == [told[1].decode()]
    assert len(seen["traceparent"]) == 1
    assert seen["host"] == ["linli.test"]
    assert seen["authorization"] == ["Bearer a"]


BAD_IDS = (b"short!", b"a" * 65, b"id with spaces here", b"id;with=signs;here", b"<script>alert(1)</script>",
           b"\xe9\xe9" * 6, b'","level":"fatal","a":"', b"../../etc/passwd", b"%0d%0aSet-Cookie:%20a=b")  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
async def test_an_id_that_is_not_sane_is_replaced_everywhere(mode: str) -> None:
    for bad in BAD_IDS:
        seen, _, reply = await _seen(mode, b"X-Request-Id: " + bad + b"\r\ntraceparent: " + bad + b"\r\n")

        assert bad not in reply
        assert bad.decode("latin-1") not in seen["x-request-id"] + seen["traceparent"]
        assert len(seen["x-request-id"]) == len(seen["traceparent"]) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [b"/a\r\nSet-Cookie: a=b", b"/a\nSet-Cookie: a=b", b"/a\r\n\r\n<script>", b"/a\x00b"])
async def test_an_answer_cannot_be_split_even_by_a_room_that_does_not_look(mode: str, value: bytes) -> None:
    async with _attacked(mode, saying(302, b"", [(b"location", value)])) as here:
        reply = await here.reply(b"GET /v1/tickets HTTP/1.1\r\nHost: a\r\n" + LAST + b"\r\n")

    assert b"Set-Cookie" not in reply
    assert b"<script>" not in reply
    assert not reply.startswith(b"HTTP/1.1 302")


async def test_what_comes_after_the_body_is_no_header() -> None:
    """The server adds trailers to the very list that it gave us, also after that was judged."""
    headers = [(b"host", b"linli.test"), (b"transfer-encoding", b"chunked")]

    async def receive() -> dict[str, Any]:
        headers.append((b"authorization", b"Bearer a"))
        return {"type": "http.request", "body": b"abcd", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        return None

    room = PlantedRoom(measure)
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/tickets", "query_string": b"",
        "headers": headers, "client": ("203.0.113.7", 1), "state": {},
    }  # fmt: skip
    app = Gateway(settings(), plan(room))
    async with living(app):
        await app(scope, receive, send)  # type: ignore[arg-type]

    assert "authorization" not in {name.decode() for scope in room.seen for name, _ in scope["headers"]}
    assert len(room.seen) == 1


@pytest.mark.parametrize("mode", MODES)
async def test_a_body_that_ends_early_is_no_request(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a body: the room may have begun to read, but never sees it as whole."""
    monkeypatch.setattr("gateway.body.LINGER_SECONDS", 0.02)
    whole: list[bool] = []

    async def reading(scope: Any, receive: Any, send: Any) -> None:
        try:
            await read_body(receive)
            whole.append(scope["path"] == "/v1/tickets")
        finally:
            await saying()(scope, receive, send)

    async with _attacked(mode, reading) as here:
        statuses = await here.statuses(_post(b"Content-Length: 100\r\n" + LAST, b"half"))

    assert set(statuses) <= {400, 408}
    assert whole == []
