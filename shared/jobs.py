"""What happens later: a room's own queue in its own schema, deferred in the transaction that wants it."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Queued
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from shared.telemetry import FAILURES, log

POLL_SECONDS = 0.5
LONG_SECONDS = 2
"""How long a job at work may take to end when its worker does; then it is cut, and tried again by another."""
STALLED_SECONDS = 30.0
LONGEST_PAUSE = 900
MOST_TRIES = 1_000

Job = Callable[..., Awaitable[None]]
Found = TypeVar("Found")


class Patience(BaseRetryStrategy):
    """When a job that failed is tried again: soon at first, at most a quarter of an hour later, for ten days.

    After a neighbour's outage no job waits longer than half of what the outage lasted.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Queued) -> RetryDecision | None:
        if job.attempts >= MOST_TRIES:
            return None
        return RetryDecision(retry_in={"seconds": pause_after(job.attempts)})


def pause_after(tries: int) -> int:
    """Seconds until the next try."""
    return min(LONGEST_PAUSE, math.ceil(1.5 ** min(tries, 40)))


class _Connector(procrastinate.PsycopgConnector):
    """The queue's own connection to the database; `failed` is set by each statement that did not come through."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.failed = asyncio.Event()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Signs of life and ends of jobs. Nobody waits for the end of a job's task, so nothing is raised there: the
        worker is ended because of it, and what it held is taken up again."""
        try:
            await self._watched(super().execute_query_async(query, **arguments))
        except ConnectorException as fault:
            log.warning("queue could not be written", fault=repr(fault.__cause__))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        return await self._watched(super().execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return await self._watched(super().execute_query_all_async(query, **arguments))

    async def _watched(self, statement: Awaitable[Found]) -> Found:
        try:
            return await statement
        except ConnectorException:
            self.failed.set()
            raise


class Jobs:
    """One room's queue. Every job must be idempotent: one whose worker died is run again.

    Arguments are stored in clear: pass ids only, never personal values.
    """

    def __init__(
        self,
        room: str,
        url: str,
        concurrency: int = 2,
        *,
        stalled_seconds: float = STALLED_SECONDS,
        prepared_statements: bool = True,
    ) -> None:
        self.room = room
        conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connected: dict[str, int | None] = {"connect_timeout": 5}
        if not prepared_statements:
            connected["prepare_threshold"] = None
        self._connector = _Connector(conninfo=conninfo, min_size=1, max_size=concurrency + 1, kwargs=connected)
        self._app = procrastinate.App(connector=self._connector)
        self._concurrency = concurrency
        self._stalled = stalled_seconds

    def add(self, jobs: Mapping[str, Job]) -> None:
        """Name the functions of the queue; each takes its arguments by name."""
        for name, job in jobs.items():
            self._app.task(name=name, queue=self.room, retry=Patience())(job)

    async def defer(self, session: AsyncSession, name: str, /, once: str | None = None, **arguments: str | int) -> None:
        """Queue a job in the session's transaction. With `once`, not while one with that lock still waits."""
        raw = await (await session.connection()).get_raw_connection()
        deferrer = self._app.configure_task(name, queue=self.room, queueing_lock=once, connection=raw.driver_connection)
        await deferrer.defer_async(**arguments)

    async def open(self) -> None:
        await self._app.open_async()

    async def close(self) -> None:
        await self._app.close_async()

    async def work(self) -> None:
        """Run jobs until cancelled; what is at work gets LONG_SECONDS to end."""
        sweeping = asyncio.create_task(self._sweep())
        try:
            while True:
                await self._one_worker()
                FAILURES.labels(self.room, "worker").inc()
                log.warning("worker lost its database; another takes its place", room=self.room)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await _ended(sweeping, 1)

    async def _one_worker(self) -> None:
        """A worker until one of its statements failed.

        It may then hold a job whose end, or whose very start, was never written down: the job is nobody's to look
        after while this worker lives. So it does not go on; under the next one the sweep takes such jobs up.
        """
        self._connector.failed.clear()
        failed = asyncio.create_task(self._connector.failed.wait())
        working = asyncio.create_task(
            self._app.run_worker_async(
                queues=[self.room],
                concurrency=self._concurrency,
                listen_notify=False,
                fetch_job_polling_interval=POLL_SECONDS,
                install_signal_handlers=False,
                shutdown_graceful_timeout=LONG_SECONDS,
                delete_jobs="successful",
                update_heartbeat_interval=self._stalled / 3,
                stalled_worker_timeout=self._stalled,
            )
        )
        try:
            await asyncio.wait({working, failed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            failed.cancel()
            await _ended(working, LONG_SECONDS + 0.5)
            if not working.cancelled() and (fault := working.exception()) is not None:
                log.warning("worker ended", room=self.room, fault=repr(fault))

    async def catch_up(self) -> None:
        """Run every job that waits now, then return."""
        await self._app.run_worker_async(
            queues=[self.room], wait=False, listen_notify=False, install_signal_handlers=False
        )

    async def _sweep(self) -> None:
        """Jobs of a worker that was killed are taken up again."""
        while True:
            try:
                await self.rescue()
            except Exception as fault:
                FAILURES.labels(self.room, "jobs").inc()
                log.warning("sweep of jobs failed", room=self.room, fault=repr(fault))
            await asyncio.sleep(self._stalled / 2)

    async def rescue(self) -> int:
        """Put jobs back whose worker's heartbeat stopped; how many."""
        manager = self._app.job_manager
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled))
        for job in stalled:
            await manager.retry_job(job, retry_at=datetime.now(UTC))
        return len(stalled)


async def _ended(task: "asyncio.Task[None]", patience: float) -> None:
    """Cancel until it ends: before Python 3.12 a wait inside a library can swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience)


def schema_statements() -> str:
    """The queue's own DDL, for the room's first migration; unqualified: run it with the room's search_path."""
    return str(procrastinate.schema.SchemaManager.get_schema())
