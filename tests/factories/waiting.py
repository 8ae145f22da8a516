"""Whether somebody waits: how a test knows that two transactions have met."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def somebody_waits(session: AsyncSession) -> bool:
    """Whether another transaction comes to wait for a lock within ten seconds."""
    for _ in range(500):
        waits = await session.execute(text("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted), pg_sleep(0.02)"))
        if waits.one()[0]:
            return True
    return False
