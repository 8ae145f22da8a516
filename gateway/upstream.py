"""How the gateway reaches a room: one small seam, so that a room may be an app in this process or a process apart."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RoomFailed(Exception):
    """A room did not start or stop; the message names it."""


class Upstream(Protocol):
    """A room as the gateway sees it. Calls stream through: scope, receive and send are the client's own."""

    @property
    def name(self) -> str: ...

    @property
    def most(self) -> int | None:
        """How many requests may be in it at once; None: it shares the places of the house's own process."""

    async def start(self) -> None:
        """Make it ready to be called; RoomFailed otherwise."""

    async def stop(self) -> None:
        """Let it finish; RoomFailed when it could not."""

    @property
    def is_running(self) -> bool: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class InProcess:
    """A room called directly as an ASGI app; its lifespan runs in a task of its own, from start to stop."""

    def __init__(self, name: str, app: ASGIApp) -> None:
        self.name = name
        self.most: int | None = None
        self._app = app
        self._state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """False before the start, after the stop, and when its lifespan ended by itself."""
        return self._life is not None and not self._life.done()

    async def start(self) -> None:
        self._life = asyncio.create_task(self._live(), name=f"lifespan of {self.name}")
        await self._step("startup")

    async def stop(self) -> None:
        if self._life is None:
            return
        try:
            if not self._life.done():
                await self._step("shutdown")
            await self._life
        except RoomFailed:
            raise
        except Exception as failure:
            raise RoomFailed(f"room {self.name!r}: its lifespan ended by {failure!r}") from failure
        finally:
            self._life = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Each room sees its own state and nobody else's; root_path could otherwise hide a first segment from us.
        own: MutableMapping[str, Any] = dict(scope)
        own["state"] = self._state.copy()
        own["root_path"] = ""
        await self._app(own, receive, send)

    async def _live(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        await self._app(scope, self._to_app.get, self._from_app.put)

    async def _step(self, step: str) -> None:
        """Ask for startup or shutdown and wait for its end, whichever way it ends."""
        assert self._life is not None
        await self._to_app.put({"type": f"lifespan.{step}"})
        answer = asyncio.ensure_future(self._from_app.get())
        await asyncio.wait({answer, self._life}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            raise RoomFailed(f"room {self.name!r} did not finish its {step}") from self._life.exception()
        message = answer.result()
        if message["type"] != f"lifespan.{step}.complete":
            said = str(message.get("message", "")).strip() or "no reason given"
            raise RoomFailed(f"room {self.name!r}: {step} failed: {said}")


async def start_all(rooms: list[Upstream]) -> None:
    """Start in order; when one fails, stop those that stand, last first, and tell which one failed."""
    for at, room in enumerate(rooms):
        try:
            await room.start()
        except BaseException:
            await stop_all(rooms[:at])
            raise


async def stop_all(rooms: list[Upstream]) -> list[RoomFailed]:
    """Stop the later ones side by side, then the first, which they ask; each whatever became of the others.

    Answers the failures, to be reported.
    """
    ended = await asyncio.gather(*map(_stopped, reversed(rooms[1:]))) + [await _stopped(room) for room in rooms[:1]]
    return [failure for failure in ended if failure is not None]


async def _stopped(room: Upstream) -> RoomFailed | None:
    try:
        await room.stop()
    except RoomFailed as failure:
        return failure
    return None
