"""A room's server that does to each connection what its script says, and keeps what it was sent."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
HANG_UP = b""
"""Read the request, then close without a word: what a process that is killed does."""


@dataclass
class Scripted:
    """Answers one request after the other from `script`, then GOOD."""

    script: list[bytes] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    """Each request, head and body."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def methods(self) -> list[str]:
        return [request.split(b" ", 1)[0].decode() for request in self.seen]

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until the script or the client ends it."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            while True:
                self.seen.append(await _request(reader))
                answer = self.script.pop(0) if self.script else GOOD
                if answer == HANG_UP:
                    return
                writer.write(answer)
                await writer.drain()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    told = LENGTH.search(head)
    return head + (await reader.readexactly(int(told[1])) if told else b"")


@contextlib.asynccontextmanager
async def scripted(*script: bytes) -> AsyncIterator[Scripted]:
    """Such a server on a port of its own."""
    room = Scripted(list(script))
    server = await asyncio.start_server(room.meet, "127.0.0.1", 0)
    room.port = server.sockets[0].getsockname()[1]
    try:
        yield room
    finally:
        server.close()


@contextlib.contextmanager
def nobody_listens() -> Iterator[str]:
    """An address at which every connection is refused: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
