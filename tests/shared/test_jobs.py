"""Work for later: queued with the write that wants it, done once, taken up again when its worker died."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shared.jobs import LONGEST_PAUSE, Jobs, pause_after
from tests.shared.tiny import Tiny, running

Rows = Callable[[str], list[tuple[object, ...]]]
PATIENCE = 30


@pytest.fixture
async def impatient(tiny: Tiny, tiny_url: str, tmp_path: Path) -> AsyncIterator[Tiny]:
    """A room whose worker is taken for dead after a second."""
    async with running(tiny_url, tmp_path / "impatient", job_stalled_seconds=1.0) as room:
        yield room


@contextlib.asynccontextmanager
async def _working(jobs: Jobs) -> AsyncIterator[None]:
    task = asyncio.create_task(jobs.work())
    try:
        yield
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=1)


@contextlib.contextmanager
def _away(url: str, function: str) -> Iterator[None]:
    """The database lacks this function of the queue for a while, so that statements of the worker fail."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER FUNCTION tiny.{function} RENAME TO away")  # type: ignore[arg-type]
        try:
            yield
        finally:
            connection.execute(f"ALTER FUNCTION tiny.away RENAME TO {function}")  # type: ignore[arg-type]


async def _until(rows: Rows, statement: str, holds: Callable[[list[tuple[object, ...]]], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds(await asyncio.to_thread(rows, statement)):
            pass  # the look itself takes its time


async def _defer(room: Tiny, name: str) -> None:
    async with room.house.database.write() as session, session.begin():
        await room.house.jobs.defer(session, "add_later", name=name)


async def test_a_job_exists_only_if_its_transaction_commits(tiny: Tiny, rows: Rows) -> None:
    async with tiny.house.database.write() as session, session.begin():
        await tiny.house.jobs.defer(session, "add_later", name="kept")
    async with tiny.house.database.write() as session:
        await tiny.house.jobs.defer(session, "add_later", name="undone")
        await session.rollback()

    await tiny.house.jobs.catch_up()

    assert rows("SELECT name FROM thing") == [("kept",)]


async def test_a_job_whose_worker_died_is_taken_up_again(tiny: Tiny, rows: Rows) -> None:
    async with tiny.house.database.write() as session, session.begin():
        await tiny.house.jobs.defer(session, "add_later", name="rescued")
    async with tiny.house.database.write() as session, session.begin():
        connection = await session.connection()  # a worker took it, and was killed a minute ago
        await connection.exec_driver_sql(
            "INSERT INTO tiny.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        )
        await connection.exec_driver_sql(
            "UPDATE tiny.procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM tiny.procrastinate_workers)"
        )
    await tiny.house.jobs.catch_up()
    assert rows("SELECT name FROM thing") == []

    rescued = await tiny.house.jobs.rescue()
    await tiny.house.jobs.catch_up()

    assert rescued == 1
    assert rows("SELECT name FROM thing") == [("rescued",)]


async def test_a_worker_that_lost_its_database_is_followed_by_another(
    impatient: Tiny, rows: Rows, tiny_url: str
) -> None:
    workers = "SELECT id FROM procrastinate_workers"
    async with _working(impatient.house.jobs):
        await _until(rows, workers, bool)
        first = rows(workers)
        with _away(tiny_url, "procrastinate_fetch_job_v2"):
            await _until(rows, workers, lambda found: not set(first) & set(found))
        await _defer(impatient, "after")

        await _until(rows, "SELECT name FROM thing", lambda found: found == [("after",)])


async def test_a_job_whose_end_was_not_written_down_is_taken_up_again(
    impatient: Tiny, rows: Rows, tiny_url: str
) -> None:
    with _away(tiny_url, "procrastinate_finish_job_v1"):
        async with _working(impatient.house.jobs):
            await _defer(impatient, "twice")
            await _until(rows, "SELECT name FROM thing", lambda found: len(found) > 1)

    async with _working(impatient.house.jobs):
        await _until(rows, "SELECT status FROM procrastinate_jobs", lambda found: found == [])


def test_a_job_waits_no_longer_than_half_of_what_the_outage_lasted() -> None:
    waited = 0
    for tries in range(1, 17):
        assert pause_after(tries) <= max(2, waited / 2 + 2)
        waited += pause_after(tries)
    assert [pause_after(0), pause_after(17), pause_after(10**6)] == [1, LONGEST_PAUSE, LONGEST_PAUSE]
