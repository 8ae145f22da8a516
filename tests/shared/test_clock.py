"""The sample clock: one offset for all processes of a room, and no moment at which it runs back."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from shared.background import read_offset
from shared.clock import hold
from tests.shared.tiny import METADATA, running

CLOCK = METADATA.tables["tiny.clock"]


async def test_who_reads_the_clock_while_it_is_being_set_waits_for_what_it_is_set_to(
    tiny_url: str, tmp_path: Path
) -> None:
    """What set_clock does, held before its commit; a pass that read the old offset would set the clock back."""
    async with running(tiny_url, tmp_path / "data", sample=True) as tiny:
        house = tiny.house
        async with house.database.write() as session, session.begin():
            await hold(session)
            await session.execute(CLOCK.delete())
            await session.execute(insert(CLOCK).values(id=1, offset_seconds=60))
            house.clock.offset = timedelta(seconds=60)
            reading = asyncio.create_task(read_offset(house))
            done, _ = await asyncio.wait({reading}, timeout=0.3)
        await reading
        async with house.database.write() as session, session.begin():
            await session.execute(CLOCK.delete())

    assert done == set()
    assert house.clock.offset == timedelta(seconds=60)
