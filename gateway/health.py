"""Whether the house lives and is ready to serve: every room, its database, its migrations."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.ask import ask
from gateway.upstream import Upstream

SECONDS = 2.0
KEPT_SECONDS = 1.0
"""How long an answer is good for, so that a stranger's polling costs the database nothing."""


@dataclass(frozen=True, slots=True)
class RoomHealth:
    """One room as it says itself; all false when it does not answer."""

    room: str
    running: bool
    database: bool
    migrated: bool
    revision: str | None
    wanted: str | None

    @property
    def is_ready(self) -> bool:
        return self.running and self.database and self.migrated


async def health_of(room: Upstream) -> RoomHealth:
    """Ask the room's `/internal/health`."""
    told = (await ask(room, "GET", "/internal/health", SECONDS)).json() if room.is_running else None
    told = told if isinstance(told, dict) else {}
    return RoomHealth(
        room=room.name,
        running=room.is_running,
        database=told.get("database") is True,
        migrated=told.get("migrated") is True,
        revision=told.get("revision"),
        wanted=told.get("wanted"),
    )


class HealthPages:
    """`/health/live` and `/health/ready`."""

    def __init__(self, rooms: Mapping[str, Upstream], now: Callable[[], float] = time.monotonic) -> None:
        self._rooms = rooms
        self._now = now
        self._asking = asyncio.Lock()  # one looks, however long it takes; the others wait for what it found
        self._asked_at = float("-inf")
        self._found: list[RoomHealth] = []

    async def live(self, request: Request) -> Response:
        """The process answers; nothing more is claimed."""
        return JSONResponse({"status": "live"})

    async def ready(self, request: Request) -> Response:
        """200 when every room is ready, else 503; both say which."""
        async with self._asking:
            if self._now() - self._asked_at >= KEPT_SECONDS:
                self._found = list(await asyncio.gather(*map(health_of, self._rooms.values())))
                self._asked_at = self._now()
        is_ready = all(found.is_ready for found in self._found)
        body = {"status": "ready" if is_ready else "not_ready", "rooms": [asdict(found) for found in self._found]}
        return JSONResponse(body, 200 if is_ready else 503, {} if is_ready else {"Retry-After": "2"})
