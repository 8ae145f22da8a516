"""What time it is: read here and nowhere else, with an offset that sample and test mode may set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LOCK = 7_315_004


@dataclass(slots=True)
class Clock:
    """Aware UTC now plus the sample offset. The offset moves the field's deadlines, never the life of a token."""

    offset: timedelta = field(default=timedelta(0))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


async def hold(session: AsyncSession) -> None:
    """Nobody else sets or reads a stored offset until this transaction ends.

    Without it who read the old offset just before a new one was committed would set the clock back to it afterwards.
    """
    await session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
