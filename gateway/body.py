"""How much a request may bring and how long it may take: judged by its Content-Length, and counted as it comes."""

import asyncio
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Send

from gateway.errors import BodySlow
from gateway.operations import Operation
from gateway.settings import GatewaySettings
from gateway.visit import Visit
from shared.problems import Malformed, Refusal, TooLarge

LINGER_BYTES = 16 * 1024 * 1024
LINGER_SECONDS = 3.0


class BodyCut(ClientDisconnect):
    """Raised into a room whose body is stopped: to it the client is gone. The gateway answers in its place."""


def limit_of(operation: Operation | None, settings: GatewaySettings) -> int:
    """Bytes an operation takes: its own `x-body-limit`, the file limit where it takes one, else the ordinary one."""
    if operation is None:
        return settings.body_limit
    return operation.body_limit or (settings.file_limit if operation.takes_file else settings.body_limit)


def check_length(visit: Visit, limit: int) -> bool:
    """Whether a body follows; TooLarge when its told length is over the limit."""
    told = visit.headers.get(b"content-length")
    if told is None:
        return b"transfer-encoding" in visit.headers
    if not told.isdigit() or len(told) > 15:
        raise Malformed(reason_zh="Content-Length 有误。", reason_en="Content-Length is not a length.")
    if int(told) > limit:
        raise TooLarge(limit=limit)
    return int(told) > 0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a body may take, in seconds: between two pieces, and as a whole."""

    piece: float
    whole: float


class Incoming:
    """A `receive` that stops a body once it passes the limit or keeps a room waiting; `cut` then says why."""

    __slots__ = ("_ends", "_left", "_open", "_patience", "_receive", "cut", "limit")

    def __init__(self, receive: Receive, limit: int, patience: Patience) -> None:
        self._receive = receive
        self.limit = limit
        self._left = limit
        self._patience = patience
        self._ends = asyncio.get_running_loop().time() + patience.whole
        self._open = True
        self.cut: Refusal | None = None

    async def __call__(self) -> Message:
        if not self._open:  # what comes now is the client's leaving, which may take as long as it likes
            return await self._receive()
        message = await self._next()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._open = message.get("more_body", False)
            if self._left < 0:
                self.cut = TooLarge(limit=self.limit)
                raise BodyCut
        return message

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(now + self._patience.piece, self._ends)):
                return await self._receive()
        except TimeoutError:
            self.cut = BodySlow()
            raise BodyCut from None


async def say_and_close(response: Response, receive: Receive, send: Send) -> None:
    """Answer while the client may still be sending, then hang up.

    Closing with unread bytes would reset the connection and lose the answer on its way, so a little more is read and
    dropped first; never without end.
    """
    head = [*response.raw_headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": head})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    await _linger(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _linger(receive: Receive) -> None:
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return
