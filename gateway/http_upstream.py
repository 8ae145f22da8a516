"""A room that is a process apart: forwarded byte by byte over pooled connections, bounded, with a circuit."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from multidict import CIMultiDict
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from shared.loopback import tells_of_proxy
from shared.problems import Busy, NeighbourDown
from shared.telemetry import log

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 75.0
"""How long a room may say nothing; event streams send a sign of life every fifteen seconds."""
IDLE_SECONDS = 20.0
"""Less than a room keeps an idle connection, so that it does not close one just as we use it."""
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 1.0
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})

# RFC 9110 7.6.1, and what each hop says for itself.
HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade", b"date", b"server", b"expect",
    }
)  # fmt: skip
PROXIED = (b"via", b"1.1 gateway")
"""What a room is told of a caller who came through a proxy; the proxy's own words are not passed on."""


@dataclass(slots=True)
class Circuit:
    """Remembers failures to connect: after a few in a row it refuses at once for a second, then lets one try."""

    failures: int = 0
    open_until: float = 0.0

    def is_open(self, now: float) -> bool:
        return now < self.open_until

    def failed(self, now: float) -> None:
        self.failures += 1
        if self.failures >= FAILURES_TO_OPEN:
            self.open_until = now + OPEN_SECONDS

    def succeeded(self) -> None:
        self.failures, self.open_until = 0, 0.0


@dataclass
class Http:
    """A room at `url`. `most` calls at once; the next is refused, so that a slow room fills only its own share."""

    name: str
    url: str
    most: int = 64
    circuit: Circuit = field(default_factory=Circuit)
    _session: aiohttp.ClientSession | None = None
    _working: int = 0

    @property
    def is_running(self) -> bool:
        """Whether we may call it; whether it answers is for its health to say."""
        return self._session is not None

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS
            ),
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request. Busy when the room has its share already, NeighbourDown when it does not answer."""
        if self._working >= self.most:
            raise Busy(retry_after=1)
        if self.circuit.is_open(time.monotonic()):
            raise NeighbourDown(neighbour=self.name, retry_after=1)
        self._working += 1
        try:
            await self._forward(scope, receive, send)
        finally:
            self._working -= 1

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        heads = CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in passed_on(scope))
        body = _Body(receive) if has_body(scope) else None
        reply = await self._ask(scope, heads, body)
        try:
            await send(_head_of(reply))
            await self._stream(reply, receive, send, body)
        finally:
            reply.close() if not reply.content.at_eof() else reply.release()

    async def _ask(self, scope: Scope, heads: CIMultiDict[str], body: "_Body | None") -> aiohttp.ClientResponse:
        """The room's head. A call that can be repeated, and sent nothing, is tried once more on a lost connection."""
        tries = 2 if scope["method"] in REPEATABLE and body is None else 1
        while True:
            tries -= 1
            try:
                reply = await self._request(scope, heads, body)
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                self.circuit.failed(time.monotonic())
                if tries and not self.circuit.is_open(time.monotonic()):
                    continue
                log.warning("room did not answer", room=self.name, fault=repr(fault))
                raise NeighbourDown(neighbour=self.name, retry_after=1) from fault
            self.circuit.succeeded()
            return reply

    async def _request(self, scope: Scope, heads: CIMultiDict[str], body: "_Body | None") -> aiohttp.ClientResponse:
        if self._session is None:
            raise NeighbourDown(neighbour=self.name, retry_after=1)
        return await self._session.request(
            scope["method"],
            target(self.url, scope),
            headers=heads,
            data=body.parts() if body is not None else None,
            allow_redirects=False,
            compress=False,
        )

    async def _stream(self, reply: aiohttp.ClientResponse, receive: Receive, send: Send, body: "_Body | None") -> None:
        """Pass chunks on as they come. A client that goes away ends the call, so that streams do not run for nobody."""
        gone = asyncio.ensure_future(_gone(receive, body))
        try:
            await _pass_chunks(reply, send, gone)
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone


async def _pass_chunks(reply: aiohttp.ClientResponse, send: Send, gone: "asyncio.Future[None]") -> None:
    while True:
        chunk = asyncio.ensure_future(reply.content.readany())
        await asyncio.wait([chunk, gone], return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]  # two kinds
        if not chunk.done():
            chunk.cancel()
            return
        part = chunk.result()  # a stream that is cut raises here: the head is out, so the door cuts the client too
        if not part:
            break
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Body:
    """The client's body as it comes; `whole` once its end was seen."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.whole = asyncio.Event()

    async def parts(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise aiohttp.ClientPayloadError("the client went away while sending")
            if part := message.get("body", b""):
                yield part
            if not message.get("more_body", False):
                self.whole.set()
                return


async def _gone(receive: Receive, body: _Body | None) -> None:
    """Ends when the client has gone; the body's own reader comes first."""
    if body is not None:
        await body.whole.wait()
    while (await receive())["type"] != "http.disconnect":
        continue


def has_body(scope: Scope) -> bool:
    """Whether the request announces a body."""
    heads = {name: value for name, value in scope["headers"] if name in {b"content-length", b"transfer-encoding"}}
    return b"transfer-encoding" in heads or heads.get(b"content-length", b"0") != b"0"


def target(url: str, scope: Scope) -> URL:
    """The same path and query, byte by byte, at the room."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return URL(f"{url}{path}?{query}" if query else f"{url}{path}", encoded=True)


def passed_on(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The request's headers less those of this hop, and who the client is, said by us and by nobody else.

    A caller can make a room take him for less local than he is, never for more: `Via` is there whenever he sent a
    sign of a proxy. What he names in `Connection` takes nothing away: a room in our own process sees it too, and he
    could name what we say (the request's id, its trace, its host).
    """
    told = [(name, value) for name, value in scope["headers"] if not tells_of_proxy(name.decode("latin-1"))]
    heads = [(name, value) for name, value in told if name not in HOP_BY_HOP]
    if len(told) < len(scope["headers"]):
        heads.append(PROXIED)
    if scope.get("client"):
        heads.append((b"x-forwarded-for", scope["client"][0].encode()))
        heads.append((b"x-forwarded-proto", scope.get("scheme", "http").encode()))
    return heads


def _head_of(reply: aiohttp.ClientResponse) -> Message:
    heads = [(name.lower(), value) for name, value in reply.raw_headers if name.lower() not in HOP_BY_HOP]
    return {"type": "http.response.start", "status": reply.status, "headers": heads}
