"""What a room does unasked: relay its events, seal its audit, follow the registry, run its jobs."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select

from shared import audit, idempotency, outbox
from shared.clock import hold
from shared.following import follow
from shared.house import ENDING_SECONDS, House
from shared.telemetry import FAILURES, PASSED, log

BEAT_SECONDS = 1.0
FOLLOW_SECONDS = 20.0
UNKNOWN_SECONDS = 0.5
PURGE_SECONDS = 3_600.0
TOLD_AGAIN_SECONDS = 0.25


class Background:
    """The tasks of one running room. Each pass that fails is logged and counted, and tried again at the next beat."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tasks: list[asyncio.Task[None]] = []
        self._passes: list[asyncio.Task[None]] = []
        self._wakes: list[asyncio.Event] = []
        self._beats: list[asyncio.Event] = []
        self._ending = False

    async def start(self) -> None:
        house = self._house
        await read_offset(house)
        self._every(FOLLOW_SECONDS, "follow", lambda: _zero(follow(house)))
        if house.settings.sample:
            self._every(BEAT_SECONDS, "clock", lambda: _zero(read_offset(house)))
        if not house.settings.background:
            return
        self._every(BEAT_SECONDS, "seal", lambda: _seal(house), woken=True)
        self._every(BEAT_SECONDS, "relay", lambda: _relay(house), woken=True)
        self._every(PURGE_SECONDS, "purge", lambda: _zero(_purge(house)))
        for name, step in house.room.passes.items():
            self._every(BEAT_SECONDS, name, lambda step=step: step(house))  # type: ignore[misc]  # bound per loop turn
        self._tasks.append(asyncio.create_task(house.jobs.work(), name=f"{house.name}:jobs"))
        self._tasks.append(asyncio.create_task(self._spread(), name=f"{house.name}:wake"))

    async def stop(self) -> None:
        """A pass at work is let end: one that is cancelled amid its statement leaves a connection behind. Jobs end as
        jobs.py says. What has not ended after ENDING_SECONDS (work in a thread hears no cancellation, a statement waits
        for a database that hangs) is left behind: all of it is done again, as after a kill."""
        self._ending = True
        for beat in self._beats:
            beat.set()
        for task in self._tasks:
            task.cancel()
        tasks = [*self._passes, *self._tasks]
        waiting = await _left_of(set(tasks), ENDING_SECONDS - 1)
        ends = time.monotonic() + 1
        while waiting and time.monotonic() < ends:
            for task in waiting:  # again and again: a library may have swallowed it
                task.cancel()
            waiting = await _left_of(waiting, TOLD_AGAIN_SECONDS)
        if waiting:
            left = sorted(task.get_name() for task in waiting)
            log.warning("background work was left behind", room=self._house.name, work=left)
        await asyncio.gather(*(task for task in tasks if task.done()), return_exceptions=True)

    def _every(self, seconds: float, work: str, step: Callable[[], Awaitable[int]], woken: bool = False) -> None:
        wake = asyncio.Event()
        self._beats.append(wake)
        if woken:
            self._wakes.append(wake)
        self._passes.append(
            asyncio.create_task(self._repeat(seconds, work, step, wake), name=f"{self._house.name}:{work}")
        )

    async def _repeat(self, seconds: float, work: str, step: Callable[[], Awaitable[int]], wake: asyncio.Event) -> None:
        while not self._ending:
            done = 0
            try:
                done = await step()
                PASSED.labels(self._house.name, work).set_to_current_time()
            except Exception as fault:
                FAILURES.labels(self._house.name, work).inc()
                log.warning("background pass failed", room=self._house.name, work=work, fault=repr(fault))
            if not done and not self._ending:
                await _wait(wake, self._pause(work, seconds))

    def _pause(self, work: str, seconds: float) -> float:
        """Twice a second while no key is known, so that a room may start before the registry."""
        return UNKNOWN_SECONDS if work == "follow" and self._house.published is None else seconds

    async def _spread(self) -> None:
        """One write wakes every pass that follows writes, at most five times a second."""
        while True:
            await self._house.wake.wait()
            self._house.wake.clear()
            for wake in self._wakes:
                wake.set()
            await asyncio.sleep(0.2)


async def _left_of(tasks: "set[asyncio.Task[None]]", seconds: float) -> "set[asyncio.Task[None]]":
    """Those that have not ended after so long."""
    return (await asyncio.wait(tasks, timeout=seconds))[1] if tasks else set()


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the wake.
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
    finally:
        wake.clear()


async def _zero(work: Awaitable[None]) -> int:
    await work
    return 0


async def _seal(house: House) -> int:
    async with house.database.write() as session, session.begin():
        return await audit.seal(session, house.metadata)


async def _relay(house: House) -> int:
    return await outbox.relay(house.database, house.metadata, house.neighbour("registry"), house.name)


async def _purge(house: House) -> None:
    async with house.database.write() as session, session.begin():
        await idempotency.purge(session, house.metadata)
    for purge in house.room.purges:
        async with house.database.write() as session, session.begin():
            await purge(session)


async def read_offset(house: House) -> None:
    """Sample mode: take the clock's offset from the room's own table, so that every process agrees."""
    if not house.settings.sample:
        return
    clock = house.metadata.tables[f"{house.metadata.schema}.clock"]
    async with house.database.read() as session:
        await hold(session)
        seconds = (await session.execute(select(clock.c.offset_seconds))).scalar_one_or_none()
        house.clock.offset = timedelta(seconds=seconds or 0)
