"""How a process serves one room, or only does its background work, and how it ends: drained, in order."""

import gc
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import psycopg
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.database import WHAT_IT_IS
from shared.sealing import SealingFault
from shared.settings import RoomSettings, SettingsRefused, read_settings
from shared.telemetry import configure_logs

DRAIN_SECONDS = 10
"""How long requests under way, streams among them, may take to end after SIGTERM; then they are cut."""
LAST_SECONDS = 20.0
"""After so long a process that was told to end is ended, whatever holds it (ADR 42); a container is given 30 s."""
KEEP_ALIVE_SECONDS = 75
"""Longer than whoever asks keeps an idle connection (the gateway, a proxy before it): else a request meets its end."""
SAID_BY_GATEWAY = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


REFUSED = 2
NOT_STARTED = 3
CUT = 1
LISTENING: Mapping[str, Any] = {
    "lifespan": "on",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "ws": "none",
    "timeout_graceful_shutdown": DRAIN_SECONDS,
    "timeout_keep_alive": KEEP_ALIVE_SECONDS,
}
"""How every process of the house serves."""
COLLECTED_AFTER = (10_000, 20, 20)
"""Python looks for cycles when so many more objects were made than let go. Its own 700 are fewer than 64 requests have
under way: it would look all the time, take what is at work for what stays, and walk whole rolls again and again."""
Kind = TypeVar("Kind", bound=RoomSettings)


def main(create: Callable[[Kind], FastAPI], kind: type[Kind], arguments: Sequence[str]) -> None:
    """`python -m services.<room>` serves; `python -m services.<room> worker` only does the room's background work.

    Both answer `/internal/health` and `/internal/metrics`; a worker answers nothing else.
    """
    configure_logs()
    is_worker = list(arguments) == ["worker"]
    with in_one_line():
        if arguments and not is_worker:
            raise SettingsRefused(f"{' '.join(arguments)}: nothing, or worker")
        settings = read_settings(kind, **({"background": True} if is_worker else {}))
        if settings.sample:
            refuse_real(settings.database_url)
        app = create(settings)
    serve(
        TakenIn(OnlyInside(app) if is_worker else app),
        settings.host,
        settings.port,
        date_header=False,
        # Only the gateway reaches a room; it alone says who the client is.
        proxy_headers=True,
        forwarded_allow_ips="*",
    )


def serve(app: ASGIApp, host: str, port: int, **more: Any) -> None:
    """Serve until SIGTERM or SIGINT, let what is under way end, and leave with 0: it is what was asked for."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)  # until uvicorn listens for it, and when it raises it once more at its end
    settle()
    server = Server(uvicorn.Config(app, host=host, port=port, **LISTENING, **more))
    server.run()
    if not server.started:
        raise SystemExit(NOT_STARTED)


class Server(uvicorn.Server):
    """uvicorn, bounded: requests are drained, rooms end their work, and what still holds the process is left to the
    next one. A thread at work cannot be cancelled, and Python's own end would wait for it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._last = threading.Timer(LAST_SECONDS, _end)
        self._last.daemon = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.bound_end()
        super().handle_exit(sig, frame)

    def bound_end(self) -> None:
        """From now on it has LAST_SECONDS. Call it before `should_exit` is set."""
        if not self.should_exit:
            self._last.start()

    def has_ended(self) -> None:
        """Its loop is closed: what the process does afterwards is not cut."""
        self._last.cancel()


def _end() -> None:
    """As a kill would, which loses nothing that was acknowledged, but with the word why."""
    sys.stderr.write(f"linli: what was at work did not end in {LAST_SECONDS:.0f} s; it is left to the next start\n")
    sys.stderr.flush()
    os._exit(CUT)


def settle() -> None:
    """Take what a start made, and what lives as long as the process, out of every later collection.

    Else the collector walks all of it again and again, and every request of that moment waits for it: 190 ms of a
    house in one process, every few seconds (bench/README.md, overload).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def refuse_real(url: str) -> None:
    """Sample sign-ins need no secret: SettingsRefused when the database said to be a real house's (ADR 31)."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            said = connection.execute(WHAT_IT_IS).fetchone()
    except psycopg.OperationalError as fault:
        raise SettingsRefused(f"SAMPLE=1, and the database does not answer: {' '.join(str(fault).split())}") from fault
    if said == ("REAL",):
        raise SettingsRefused("SAMPLE=1, and the database holds a real house")


@contextmanager
def in_one_line() -> Iterator[None]:
    """A setting or key that is wrong ends the process with one line and exit code 2."""
    try:
        yield
    except (SettingsRefused, SealingFault) as fault:
        sys.stderr.write(f"linli: {fault}\n")
        raise SystemExit(REFUSED) from None


def new_key() -> bytes:
    """A secret for `secret()` to keep."""
    return secrets.token_bytes(32)


class OnlyInside:
    """What a worker answers: how it is, and what it counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in {"/internal/health", "/internal/metrics"}:
            await Response(status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class TakenIn:
    """A room as its server calls it: what the gateway said of the client is in the scope, and no longer in the head.

    So a room apart sees a request as a room of the gateway's own process does, and takes a sign of a proxy for what
    it is there too: one before the gateway (shared/loopback.py).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [line for line in scope["headers"] if line[0] not in SAID_BY_GATEWAY]}
        await self._app(scope, receive, send)
