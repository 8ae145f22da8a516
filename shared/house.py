"""What a room is made of, and what it is while it runs: the one thing that the edge, the manners and the
background work of a room share."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.database import Database
from shared.identity import HouseKey, Verifier
from shared.jobs import Job, Jobs
from shared.problems import HOUSE, Answer, Refusal
from shared.sealing import Keys, secret
from shared.settings import RoomSettings
from shared.upstream import Neighbour

Pass = Callable[["House"], Awaitable[int]]
"""One pass of background work; it answers how much it did, so that a full pass is followed by another at once."""


ENDING_SECONDS = 4.0
"""How long what a room has at work may take to end, once its requests are drained."""


@dataclass(frozen=True)
class Room:
    """What a service is made of. `jobs` and `passes` get the running house when it starts."""

    name: str
    title: str
    summary: str
    settings: RoomSettings
    metadata: MetaData
    routers: Sequence[APIRouter]
    errors: Mapping[type[Refusal], Answer]
    jobs: Callable[["House"], Mapping[str, Job]] = lambda house: {}
    passes: Mapping[str, Pass] = field(default_factory=dict)
    purges: Sequence[Callable[[AsyncSession], Awaitable[None]]] = ()
    """What the room forgets, once an hour, each in a transaction of its own."""
    webhooks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    started: Callable[["House"], Awaitable[None]] | None = None


class House:
    """A running room: `request.app.state.room`."""

    def __init__(self, room: Room) -> None:
        keys, makes_keys = room.settings.keys, room.settings.makes_keys
        self.room = room
        self.name = room.name
        self.settings = room.settings
        self.metadata = room.metadata
        self.errors: Mapping[type[Refusal], Answer] = {**HOUSE, **room.errors}
        self.keys = Keys.load(keys, create=makes_keys)
        self.house_key = HouseKey(secret(keys, "internal.key", _new_key, create=makes_keys))
        prepared = room.settings.prepared_statements
        self.database = Database(room.settings.database_url, room.settings.pool_size, prepared)
        self.verifier = Verifier(room.settings.public_url)
        self.published: dict[str, Any] | None = None
        self.clock = Clock()
        self.jobs = Jobs(
            room.name,
            room.settings.database_url,
            stalled_seconds=room.settings.job_stalled_seconds,
            prepared_statements=prepared,
        )
        self.writing: set[asyncio.Task[Any]] = set()
        self.wake = asyncio.Event()
        self.transports: dict[str, httpx2.AsyncBaseTransport] = {}
        """Where a neighbour lives in this very process; the others are reached over HTTP."""
        self._neighbours: dict[str, Neighbour] = {}

    def neighbour(self, name: str) -> Neighbour:
        """Another room, in this process or over HTTP at `<name>_url` of the settings."""
        if name not in self._neighbours:
            transport = self.transports.get(name) or httpx2.AsyncHTTPTransport(retries=0)
            url = "http://house" if name in self.transports else str(getattr(self.settings, f"{name}_url"))
            self._neighbours[name] = Neighbour(name, self.name, self.house_key, transport, url)
        return self._neighbours[name]

    def answer_to(self, refusal: Refusal) -> Answer:
        """The row of the error table for this refusal or its nearest ancestor."""
        for kind in type(refusal).__mro__:
            if kind in self.errors:
                return self.errors[kind]
        raise KeyError(f"{type(refusal).__name__} has no row in errors.py")

    async def written(self) -> None:
        """Let writes end whose callers were cut. Nothing of them was acknowledged: the same key tells what became of
        one that is still at work afterwards."""
        if self.writing:
            await asyncio.wait(self.writing, timeout=ENDING_SECONDS)

    async def close(self) -> None:
        for neighbour in self._neighbours.values():
            await neighbour.close()
        await self.database.close()


def _new_key() -> bytes:
    return secrets.token_bytes(32)
