"""A room that is one process apart, or several alike: forwarded byte by byte, pooled, with a circuit for each."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from multidict import CIMultiDict
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from shared.loopback import tells_of_proxy
from shared.problems import NeighbourDown
from shared.telemetry import log

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 75.0
"""How long a room may say nothing; event streams send a sign of life every fifteen seconds."""
IDLE_SECONDS = 20.0
"""Less than a room keeps an idle connection, so that it does not close one just as we use it."""
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 1.0
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""What is as good when it arrives twice (RFC 9110 9.2.2): tried once more, at another instance if there is one."""

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
    """Remembers failures to answer: after a few in a row only one call a second is let through, to see."""

    failures: int = 0
    open_until: float = 0.0

    def lets_through(self, now: float) -> bool:
        if self.failures < FAILURES_TO_OPEN:
            return True
        if now < self.open_until:
            return False
        self.open_until = now + OPEN_SECONDS  # this one tries; the next does in a second, unless it succeeds
        return True

    def failed(self, now: float) -> None:
        self.failures += 1
        self.open_until = now + OPEN_SECONDS

    def succeeded(self) -> None:
        self.failures = 0


@dataclass(slots=True)
class Instance:
    """One process of a room, at `http://host:port`."""

    url: str
    circuit: Circuit = field(default_factory=Circuit)


class Http:
    """A room at `urls` (by comma): several of them are the same room, and are called in turn.

    `most` is how many requests the door lets into it at once, so that a slow room fills its own places and no others'.
    """

    def __init__(self, name: str, urls: str, most: int = 64) -> None:
        self.name = name
        self.most: int | None = most
        self.instances = [Instance(url.strip().rstrip("/")) for url in urls.split(",") if url.strip()]
        self._session: aiohttp.ClientSession | None = None
        self._turn = 0

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
        # Its own second try would come beside ours, and send what is left of a body that was streamed.
        self._session._retry_connection = False

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request. Errors: NeighbourDown (it does not answer), ClientDisconnect (nobody is there)."""
        heads = CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in passed_on(scope))
        body = await _body_of(scope, receive)
        reply = await self._ask(scope, heads, body)
        try:
            await send(_head_of(reply))
            if reply.content.is_eof():  # most replies are whole by now: nothing to wait for, nobody to watch
                await send({"type": "http.response.body", "body": reply.content.read_nowait(), "more_body": False})
            else:
                await self._stream(reply, receive, send, body)
        finally:
            reply.close() if not reply.content.at_eof() else reply.release()

    async def _ask(self, scope: Scope, heads: CIMultiDict[str], body: "bytes | _Body | None") -> aiohttp.ClientResponse:
        """The room's head. What can be repeated is tried once more when the connection was lost before the head came.

        What could not even connect has sent nothing: whatever it is, it goes to another instance, if there is one.
        """
        may_repeat = scope["method"] in REPEATABLE and not isinstance(body, _Body)
        tried: list[Instance] = []
        while True:
            instance = self._next(tried)
            if instance is None:
                raise NeighbourDown(neighbour=self.name, retry_after=1)
            tried.append(instance)
            try:
                reply = await self._request(instance, scope, heads, body)
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                if isinstance(body, _Body) and body.is_cut:
                    raise ClientDisconnect from fault  # the client's fault, which says nothing of the room
                instance.circuit.failed(time.monotonic())
                log.warning("room did not answer", room=self.name, at=instance.url, fault=repr(fault))
                # Silence is no lost connection: asked again, a room that has too much to do would have twice that.
                is_lost = not isinstance(fault, aiohttp.SocketTimeoutError)
                if (may_repeat and is_lost) or self._is_elsewhere(fault, tried):
                    may_repeat = False
                    continue
                raise NeighbourDown(neighbour=self.name, retry_after=1) from fault
            instance.circuit.succeeded()
            return reply

    def _next(self, tried: list[Instance]) -> Instance | None:
        """The next in turn whose circuit lets a call through, one that was tried already only if there is no other.

        When one has just failed, another is asked whatever its circuit says: it may have come back a moment ago.
        """
        self._turn += 1
        at = self._turn % len(self.instances)
        in_turn = self.instances[at:] + self.instances[:at]
        untried = [one for one in in_turn if one not in tried]
        now = time.monotonic()
        willing = (one for one in untried or tried if one.circuit.lets_through(now))
        return next(willing, untried[0] if tried and untried else None)

    def _is_elsewhere(self, fault: Exception, tried: list[Instance]) -> bool:
        """Whether nothing was sent and there is an instance that was not asked yet."""
        return isinstance(fault, aiohttp.ClientConnectorError) and len(tried) < len(self.instances)

    async def _request(
        self, instance: Instance, scope: Scope, heads: CIMultiDict[str], body: "bytes | _Body | None"
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise NeighbourDown(neighbour=self.name, retry_after=1)
        return await self._session.request(
            scope["method"],
            target(instance.url, scope),
            headers=heads,
            data=body.parts() if isinstance(body, _Body) else body,
            allow_redirects=False,
            compress=False,
        )

    async def _stream(
        self, reply: aiohttp.ClientResponse, receive: Receive, send: Send, body: "bytes | _Body | None"
    ) -> None:
        """Pass chunks on as they come. A client that goes away ends the call, so that streams do not run for nobody."""
        gone = asyncio.ensure_future(_gone(receive, body if isinstance(body, _Body) else None))
        try:
            await _pass_chunks(reply, send, gone)
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone


async def _pass_chunks(reply: aiohttp.ClientResponse, send: Send, gone: "asyncio.Future[None]") -> None:
    while True:
        chunk = asyncio.ensure_future(reply.content.readany())
        try:
            await asyncio.wait([chunk, gone], return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]  # two kinds
        finally:
            if not chunk.done():
                chunk.cancel()
        if not chunk.done():
            return
        part = chunk.result()  # a stream that is cut raises here: the head is out, so the door cuts the client too
        if not part:
            break
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body_of(scope: Scope, receive: Receive) -> "bytes | _Body | None":
    """None without a body; bytes when it is whole already, as the door's gathered ones are; else as it comes."""
    if not has_body(scope):
        return None
    first = await receive()
    if first["type"] == "http.disconnect":
        raise ClientDisconnect
    return _Body(first, receive) if first.get("more_body", False) else bytes(first.get("body", b""))


class _Body:
    """The client's body as it comes; `whole` once its end was seen, `is_cut` when it ended before."""

    def __init__(self, first: Message, receive: Receive) -> None:
        self._first = first
        self._receive = receive
        self.whole = asyncio.Event()
        self.is_cut = False

    async def parts(self) -> AsyncIterator[bytes]:
        message = self._first
        while True:
            if part := message.get("body", b""):
                yield part
            if not message.get("more_body", False):
                self.whole.set()
                return
            message = await self._more()

    async def _more(self) -> Message:
        try:
            message = await self._receive()
        except ClientDisconnect:  # the door stopped it
            self.is_cut = True
            raise
        if message["type"] == "http.disconnect":
            self.is_cut = True
            raise ClientDisconnect
        return message


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
