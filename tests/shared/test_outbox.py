"""What the world hears of a room: each fact once, none missed, and of one thing in the order in which it happened."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from services.registry.tables.schema import Base
from shared import outbox
from shared.outbox import Event, relay, tell
from tests.registry.api.houses import Registry, running

METADATA = Base.metadata


@pytest.fixture
async def registry(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as house:
        yield house


def _event(subject: str) -> Event:
    return Event("linli.registry.tried.v1", subject, None, {})


async def _tell(registry: Registry, *subjects: str) -> None:
    async with registry.house.database.write() as session, session.begin():
        for subject in subjects:
            await tell(session, METADATA, _event(subject))


async def _heard(registry: Registry, wanted: int) -> list[str]:
    """The feed once it has that many events; another worker's open transaction may hold the edge back a while."""
    async with asyncio.timeout(30):
        while True:
            await relay(registry.house.database, METADATA, registry.house.neighbour("registry"), "registry")
            async with registry.house.database.read() as session:
                rows = await session.execute(text("SELECT subject FROM registry.feed ORDER BY position"))
                heard = list(rows.scalars())
            if len(heard) >= wanted:
                return heard


async def test_more_than_a_batch_is_handed_over_whole_and_in_order(registry: Registry) -> None:
    subjects = [str(place) for place in range(2 * outbox.BATCH + 7)]
    await _tell(registry, *subjects)

    heard = await _heard(registry, len(subjects))
    await _tell(registry, "later")

    assert heard == subjects
    assert await _heard(registry, len(subjects) + 1) == [*subjects, "later"]


async def test_what_commits_late_is_not_missed(registry: Registry) -> None:
    slow = registry.house.database.write()
    await slow.begin()
    await tell(slow, METADATA, _event("late"))
    await _tell(registry, "early")
    await relay(registry.house.database, METADATA, registry.house.neighbour("registry"), "registry")

    await slow.commit()
    await slow.close()

    assert sorted(await _heard(registry, 2)) == ["early", "late"]


async def test_two_facts_of_one_locked_thing_are_told_as_they_happened(registry: Registry) -> None:
    """A transaction that wrote first elsewhere and then waited for the lock tells the second fact, not the first."""
    lock = text("SELECT pg_advisory_xact_lock(42)")
    waiting, holding = registry.house.database.write(), registry.house.database.write()
    await waiting.begin()
    await waiting.execute(text("SELECT pg_current_xact_id()"))  # its transaction id is the lower one
    await holding.begin()
    await holding.execute(lock)
    await tell(holding, METADATA, _event("first"))

    taking = asyncio.create_task(waiting.execute(lock))
    await holding.commit()
    await taking
    await tell(waiting, METADATA, _event("second"))
    await waiting.commit()
    await asyncio.gather(waiting.close(), holding.close())

    assert await _heard(registry, 2) == ["first", "second"]


async def test_a_relay_that_runs_for_long_leaves_no_statement_behind_each_time(registry: Registry) -> None:
    """As many as SQLAlchemy keeps compiled, of each room, were a quarter of the house's memory."""
    await _tell(registry, "one")
    await _heard(registry, 1)
    kept = registry.house.database.engine.sync_engine._compiled_cache
    assert kept is not None
    before = len(kept)

    for place in range(10):
        await _tell(registry, f"later {place}")
        await _heard(registry, place + 2)

    assert len(kept) <= before + 3
