"""Follows the turnout of an open election for those who look on: one look a second, however many they are (BAL-9).

What is told is what `get_turnout` tells: by the hour and in steps to the public, exactly to those who deliver.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.election.elections.queries import Turnout, election_of, turnout_of
from services.election.rules.roles import DELIVERER_ROLES
from services.election.rules.states import State
from shared.database import Database
from shared.identity import Actor

LOOK_SECONDS = 1.0
MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """One state of the turnout; equal figures have the same id. `runs`: it may still change."""

    id: str
    turnout: Turnout
    runs: bool


class Follower:
    """The looks of one process."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._kept: dict[tuple[UUID, bool], tuple[float, Told]] = {}
        self._looking = asyncio.Lock()

    async def told(self, actor: Actor, election_id: UUID) -> Told:
        """The turnout for this caller, not older than a second. Errors: ElectionUnknown."""
        async with self._database.read() as db:
            election = await election_of(db, actor, election_id)
            key = (election.id, actor.holds(DELIVERER_ROLES, election.compound_code))
            async with self._looking:
                looked, kept = self._kept.get(key, (0.0, None))
                if kept is None or time.monotonic() - looked > LOOK_SECONDS:
                    found = await turnout_of(db, actor, election, self._now())
                    kept = Told(_id(found), found, State(election.state) is State.OPEN)
                    self._keep(key, kept)
        return kept

    def _keep(self, key: tuple[UUID, bool], told: Told) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (time.monotonic(), told)

    async def follow(self, actor: Actor, election_id: UUID, after: str | None, seconds: float) -> AsyncIterator[Told]:
        """Every state that is not `after`, for so many seconds, or until nothing changes any more."""
        until = time.monotonic() + seconds
        while True:
            told = await self.told(actor, election_id)
            if told.id != after:
                after = told.id
                yield told
            if not told.runs or time.monotonic() + LOOK_SECONDS > until:
                return
            await asyncio.sleep(LOOK_SECONDS)


def _id(found: Turnout) -> str:
    """Of the figures alone: an hour that brings no step is no news."""
    buildings = [(one.building, one.cast) for one in found.buildings or ()]
    return hashlib.sha256(repr((found.households, found.cast, found.exact, buildings)).encode()).hexdigest()[:16]
