"""A gateway behind real uvicorn on a loopback port, in this process and on this loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and read until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        try:
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


class Quiet(uvicorn.Server):
    """A server that leaves the test's signal handlers and process alone, and tells when it stands."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True
        finally:
            self.decided.set()


def listening_socket() -> socket.socket:
    """On a free port. Named as TCP: only there asyncio turns Nagle's delay off (a split answer took 40 ms more)."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(256)
    return listening


@contextlib.asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[Served]:
    """Serve the app as `linli` does: httptools, lifespan on, no access log of uvicorn's own, no proxy believed."""
    listening = listening_socket()
    config = uvicorn.Config(
        app, lifespan="on", access_log=False, log_config=None, server_header=False, proxy_headers=False, ws="none"
    )
    server = Quiet(config)
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    await server.decided.wait()
    try:
        if not server.started:
            raise RuntimeError("the server did not start")
        yield Served(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        listening.close()
