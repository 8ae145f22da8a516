"""Reads the frozen rolls of running elections again and again, so that a row changed behind its commitment is told."""

import time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rolls.drift import Checked, checked_roll
from services.election.rules.states import State
from services.election.tables import Election
from shared.house import House

RUNNING = frozenset({State.ANNOUNCED, State.OPEN, State.CLOSED, State.COUNTED, State.POSTED})
EVERY_SECONDS = 30.0


class RollDrifted(Exception):
    """A roll is not what was frozen. Tells places of rows, never homes; the desk reads them at `…/roll/check`."""

    def __init__(self, election_id: UUID, found: Checked) -> None:
        places = sorted({drift.place for drift in found.drifts})
        super().__init__(f"election {election_id}: root holds {found.root_holds}, rows {places}")


class RollWatch:
    """A pass of background work: one running election each time, in turn, and not more often than it is due."""

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self._every = every_seconds
        self._due = 0.0
        self._last: UUID | None = None

    async def __call__(self, house: House) -> int:
        """Always 0: there is never a backlog. Raises RollDrifted, which the house logs and counts."""
        if time.monotonic() < self._due:
            return 0
        self._due = time.monotonic() + self._every
        async with house.database.read() as db:
            election = await self._next(db)
            found = await checked_roll(db, election) if election else None
        if election is not None and found is not None and not found.sound:
            raise RollDrifted(election.id, found)
        return 0

    async def _next(self, db: AsyncSession) -> Election | None:
        wanted = select(Election).where(Election.state.in_(RUNNING)).order_by(Election.id).limit(1)
        after = wanted.where(Election.id > self._last) if self._last is not None else wanted
        found = (await db.execute(after)).scalar_one_or_none()
        self._last = found.id if found else None
        return found
