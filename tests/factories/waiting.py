"""Whether somebody waits: how a test knows that two transactions have met."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

WAITS = """
SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
), pg_sleep(0.02)
"""
"""In this worker's own database: the cluster is that of all workers."""


async def somebody_waits(session: AsyncSession) -> bool:
    """Whether another transaction comes to wait for a lock within ten seconds."""
    for _ in range(500):
        waits = await session.execute(text(WAITS))
        if waits.one()[0]:
            return True
    return False
