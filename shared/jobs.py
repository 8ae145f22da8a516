"""What happens later: a room's own queue in its own schema, deferred in the transaction that wants it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import procrastinate
from procrastinate import RetryStrategy
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from shared.telemetry import FAILURES, log

POLL_SECONDS = 0.5
STALLED_SECONDS = 30
TRIES = RetryStrategy(max_attempts=20, exponential_wait=2)

Job = Callable[..., Awaitable[None]]


class Jobs:
    """One room's queue. Every job must be idempotent: one whose worker died is run again.

    Arguments are stored in clear: pass ids only, never personal values.
    """

    def __init__(self, room: str, url: str, concurrency: int = 2, *, prepared_statements: bool = True) -> None:
        self.room = room
        conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connected: dict[str, int | None] = {"connect_timeout": 5}
        if not prepared_statements:
            connected["prepare_threshold"] = None
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=conninfo, min_size=1, max_size=concurrency + 1, kwargs=connected
            )
        )
        self._concurrency = concurrency

    def add(self, jobs: Mapping[str, Job]) -> None:
        """Name the functions of the queue; each takes its arguments by name."""
        for name, job in jobs.items():
            self._app.task(name=name, queue=self.room, retry=TRIES)(job)

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
        """Run jobs until cancelled; what is at work gets ten seconds to end."""
        sweeping = asyncio.create_task(self._sweep())
        try:
            await self._app.run_worker_async(
                queues=[self.room],
                concurrency=self._concurrency,
                listen_notify=False,
                fetch_job_polling_interval=POLL_SECONDS,
                install_signal_handlers=False,
                shutdown_graceful_timeout=10,
                delete_jobs="successful",
            )
        finally:
            while not sweeping.done():  # before Python 3.12 a wait inside a library can swallow a cancellation
                sweeping.cancel()
                await asyncio.wait({sweeping}, timeout=1)

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
            await asyncio.sleep(STALLED_SECONDS / 2)

    async def rescue(self) -> int:
        """Put jobs back whose worker's heartbeat stopped; how many."""
        manager = self._app.job_manager
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
        for job in stalled:
            await manager.retry_job(job, retry_at=datetime.now(UTC))
        return len(stalled)


def schema_statements() -> str:
    """The queue's own DDL, for the room's first migration; unqualified: run it with the room's search_path."""
    return str(procrastinate.schema.SchemaManager.get_schema())
