"""How a process serves one room, or only does its background work, and how it ends: drained, in order."""

import asyncio
import os
import signal
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.telemetry import configure_logs

DRAIN_SECONDS = 20
KEEP_ALIVE_SECONDS = 75
"""Longer than the gateway keeps an idle connection."""
SAID_BY_GATEWAY = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


def main(app: FastAPI, arguments: Sequence[str]) -> None:
    """`python -m services.<room>` serves; `python -m services.<room> worker` only works in the background."""
    configure_logs()
    if list(arguments) == ["worker"]:
        asyncio.run(_work(app))
        return
    uvicorn.run(
        TakenIn(app),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(os.environ.get("PORT") or "8000"),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        # Only the gateway reaches a room; it alone says who the client is.
        proxy_headers=True,
        forwarded_allow_ips="*",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


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


async def _work(app: FastAPI) -> None:
    """The room's lifespan without a server, until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with app.router.lifespan_context(app):
        await ended.wait()
