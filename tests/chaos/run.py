"""`python -m tests.chaos.run`: clients work, the house is beaten, then it must hold exactly what was acknowledged.

Prints the plan's seed, each fault with its recovery, and what is wrong; the last line is JSON. It ends with 1 when
anything is wrong.
"""

import argparse
import asyncio
import contextlib
import json
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg

from tests.chaos import house_checks
from tests.chaos.caller import Caller, Temper
from tests.chaos.checker import Wrong
from tests.chaos.faults import Blow, Fault, Weather, plan
from tests.chaos.house_checks import Listener
from tests.chaos.ledger import Ledger
from tests.chaos.processes import House, Shape, in_order
from tests.chaos.tasks import Tasks
from tests.chaos.tickets import Tickets
from tests.chaos.workload import Field, Look, Place, Workload

Say = Callable[[str], object]
Over = Callable[[], bool]
RECOVERED_WITHIN = 20.0
TOGETHER = ("registry", "ticket", "survey", "election", "meeting")


@dataclass(frozen=True, slots=True)
class Asked:
    """One run: how long, which seed, what house, which clients."""

    seconds: float
    seed: int
    shape: Shape = field(default_factory=lambda: Shape(workers={"meeting": 2}))
    workloads: tuple[Workload, ...] = field(default_factory=lambda: (Tickets(), Tasks()))
    weather: Weather | None = field(default_factory=Weather)
    """None: no fault but those that clients make."""
    temper: Temper = field(default_factory=Temper)
    least_blows: int = 5
    """So many are dealt even if the time is up, on a slow machine."""
    rest_seconds: float = 60.0
    """How long the house may take to come to rest before what is missing then counts as missing."""
    logs: Path | None = None
    """Where the processes' logs go when the run is over."""


@dataclass
class Outcome:
    """What a run found."""

    ledger: Ledger
    wrong: list[Wrong] = field(default_factory=list)
    recoveries: list[tuple[Fault, float | None]] = field(default_factory=list)
    rested: bool = False
    """Whether every effect came in time."""
    rest_seconds: float = 0.0
    feed: int = 0

    def summary(self) -> dict[str, object]:
        """The line of JSON."""
        found = [seconds for _, seconds in self.recoveries if seconds is not None]
        return {
            "acknowledged": len(self.ledger.acknowledged()),
            "wrong": len(self.wrong),
            "faults": len(self.recoveries),
            "kills": sum(fault.blow is not Blow.FREEZE for fault, _ in self.recoveries),
            "tries": sum(self.ledger.outcomes.values()),
            "replayed": self.ledger.replayed,
            "events": self.feed,
            "recovery_s": {
                "median": round(statistics.median(found), 2) if found else None,
                "worst": round(max(found), 2) if found else None,
            },
            "rest_s": round(self.rest_seconds, 1),
        }


async def play(asked: Asked, say: Say = print) -> Outcome:
    """Build the house in a temporary folder, play, let it come to rest, judge, and clear up."""
    with tempfile.TemporaryDirectory(prefix="linli-chaos-") as folder:
        house = House(Path(folder), asked.shape)
        try:
            began = time.monotonic()
            await house.start()
            async with _clients(house, asked) as (session, place):
                say(f"seed {asked.seed}; the house of {len(house.programs)} processes is ready after "
                    f"{time.monotonic() - began:.1f} s")  # fmt: skip
                return await _Run(house, asked, session, place, say).play()
        except BaseException:
            say(house.said())
            raise
        finally:
            await house.stop()
            if asked.logs is not None:
                house.keep_logs(asked.logs)


@contextlib.asynccontextmanager
async def _clients(house: House, asked: Asked) -> AsyncIterator[tuple[aiohttp.ClientSession, Place]]:
    async with aiohttp.ClientSession(house.url, connector=aiohttp.TCPConnector(limit=0)) as session:
        await ready(session)
        look = Look(house.address())
        ((compound, code),) = look("SELECT id, code FROM registry.compound")
        yield session, Place(str(compound), str(code))


async def ready(session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get("/health/ready") as reply:
                    if reply.status == 200:
                        return
            await asyncio.sleep(0.05)


class _Run:
    def __init__(self, house: House, asked: Asked, session: aiohttp.ClientSession, place: Place, say: Say) -> None:
        self._house, self._asked, self._session, self._say = house, asked, session, say
        self._chance = random.Random(asked.seed)
        self._ending = self._rested = False
        self._listener = Listener()
        self._outcome = Outcome(Ledger())
        self._look = Look(house.address())
        self._place = place

    async def play(self) -> Outcome:
        asked, outcome = self._asked, self._outcome
        clients = [
            asyncio.create_task(self._client(workload, number))
            for workload in asked.workloads
            for number in range(workload.clients)
        ]
        listening = asyncio.create_task(self._listener.listen(self._field(lambda: self._rested)))
        try:
            await self._suffer()
            self._ending = True
            await self._rest([*clients], listening)
        finally:
            for task in (*clients, listening):
                task.cancel()
            await asyncio.gather(*clients, listening, return_exceptions=True)
        outcome.wrong += await self._judge()
        outcome.feed = len(house_checks.feed_of(self._look))
        return outcome

    async def _rest(self, clients: list[asyncio.Task[None]], listening: asyncio.Task[None]) -> None:
        """Every client knows the outcome of its last write, every effect has come, the reader has read to the end."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._asked.rest_seconds):
                await asyncio.gather(*clients)
                await self._until_rested()
                self._rested = True
                await listening
                self._outcome.rested = True
        except TimeoutError:
            self._say("the house did not come to rest in time")
        self._outcome.rest_seconds = time.monotonic() - began

    def _field(self, over: Over) -> Field:
        return Field(self._place, self._outcome.ledger, self._caller, over, self._look)

    def _caller(self, person: str) -> Caller:
        chance = random.Random(self._chance.random())
        return Caller(self._session, self._outcome.ledger, person, chance, self._asked.temper)

    async def _client(self, workload: Workload, number: int) -> None:
        # A write that is on its way when the time is up is repeated until its outcome is known.
        await workload.client(self._field(lambda: self._ending), number)

    async def _suffer(self) -> None:
        """Blow after blow, in the plan's order and not before its moments.

        Blows overlap, but of three in a row the third waits until a write came through since the first: a house that
        never gets to its feet, on a slow machine, would show nothing.
        """
        asked, began = self._asked, time.monotonic()
        end = began + asked.seconds
        faults = plan(asked.seed, asked.seconds, self._house.targets, asked.weather) if asked.weather else []
        blows: list[asyncio.Task[None]] = []
        times: list[float] = [began, began]
        for fault in faults:
            await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
            await self._on_its_feet(times[-2])
            if (now := time.monotonic()) >= end and len(blows) >= asked.least_blows:
                break
            times.append(now)
            blows.append(asyncio.create_task(self._blow(fault, now - began)))
        await asyncio.gather(*blows)
        await asyncio.sleep(max(0.0, end - time.monotonic()))

    async def _on_its_feet(self, since: float) -> None:
        """Until a write came through since then; not for ever."""
        end = time.monotonic() + RECOVERED_WITHIN
        while self._outcome.ledger.last_at < since and time.monotonic() < end:  # noqa: ASYNC110 - clients write it
            await asyncio.sleep(0.02)

    async def _blow(self, fault: Fault, at: float) -> None:
        since = await self._house.suffer(fault)
        touched = self._touched(fault.target)
        seconds = await self._recovered(since, touched) if touched else None
        self._outcome.recoveries.append((fault, seconds))
        after = "" if seconds is None else f"; its writes again after {seconds:.2f} s"
        self._say(f"  {at:5.1f} s  {fault}{after}")

    def _touched(self, target: str) -> frozenset[str]:
        """The sorts of writes that cannot do without this process; of a worker none: others take its place."""
        writes = {what: room for workload in self._asked.workloads for what, room in workload.writes.items()}
        everybody = target in {"postgres", "gateway", "registry", "house"}
        return frozenset(what for what, room in writes.items() if everybody or room == target)

    async def _recovered(self, since: float, of: frozenset[str]) -> float | None:
        """How long until a write of these sorts that began after it was acknowledged."""
        while time.monotonic() < since + RECOVERED_WITHIN:
            if (seconds := self._outcome.ledger.recovery(since, of)) is not None:
                return seconds
            await asyncio.sleep(0.02)
        return None

    async def _until_rested(self) -> None:
        rooms = self._house.shape.rooms
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                behind = await asyncio.to_thread(self._behind, rooms)
                if behind == 0:
                    return
            await asyncio.sleep(0.2)

    def _behind(self, rooms: Sequence[str]) -> int:
        return house_checks.waiting(self._look, rooms) + sum(
            one.unfinished(self._look) for one in self._asked.workloads
        )

    async def _judge(self) -> list[Wrong]:
        ledger, rooms = self._outcome.ledger, self._house.shape.rooms
        found = list(ledger.refused)
        for workload in self._asked.workloads:
            found += workload.check(ledger, self._look)
        found += house_checks.check_feed(self._look, rooms, self._listener)
        found += await house_checks.check_audit([(room, self._house.address(room)) for room in rooms])
        return found


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=float, default=25.0)
    told.add_argument("--seed", type=int, default=None)
    told.add_argument("--logs", type=Path, default=None, help="a folder for the logs of all processes")
    told.add_argument("--together", action="store_true", help="all rooms in one process, as `make run` has them")
    given = told.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    shape = Shape(TOGETHER, together=True) if given.together else Shape(workers={"meeting": 2})
    outcome = in_order(play(Asked(given.seconds, seed, shape, logs=given.logs)))
    print("how tries ended: " + ", ".join(f"{name} {many}" for name, many in outcome.ledger.outcomes.most_common()))
    for wrong in outcome.wrong[:50]:
        print(f"WRONG {wrong}")
    print(json.dumps({"seed": seed, **outcome.summary()}))
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
