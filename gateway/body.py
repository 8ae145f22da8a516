"""How much a request may bring: judged by its Content-Length, and counted where there is none."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Send

from gateway.operations import Operation
from gateway.settings import GatewaySettings
from gateway.visit import Visit
from shared.problems import Malformed, TooLarge

LINGER_BYTES = 16 * 1024 * 1024
LINGER_SECONDS = 3.0


class BodyCut(ClientDisconnect):
    """Raised into a room that reads past the limit: to it the client is gone. The gateway answers 413 in its place."""


def limit_of(operation: Operation | None, settings: GatewaySettings) -> int:
    """Bytes an operation takes: its own `x-body-limit`, the file limit where it takes one, else the ordinary one."""
    if operation is None:
        return settings.body_limit
    return operation.body_limit or (settings.file_limit if operation.takes_file else settings.body_limit)


def check_length(visit: Visit, limit: int) -> bool:
    """Whether the body must be counted as it comes (no length told); TooLarge when the told one is over."""
    told = visit.headers.get(b"content-length")
    if told is None:
        return b"transfer-encoding" in visit.headers
    if not told.isdigit() or len(told) > 15:
        raise Malformed(reason_zh="Content-Length 有误。", reason_en="Content-Length is not a length.")
    if int(told) > limit:
        raise TooLarge(limit=limit)
    return False


class Counted:
    """A `receive` that stops a body without a told length once it passes the limit."""

    __slots__ = ("_left", "_receive", "cut", "limit")

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.limit = limit
        self.cut = False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.cut = True
                raise BodyCut
        return message


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
