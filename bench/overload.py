"""What the house does when more is asked than it can: `python -m bench.overload`.

Finds the capacity (good answers a second when every client waits for its answer), then asks 2, 5 and 10 times as much,
open loop: arrivals by chance that wait for nobody. The house is one process as `make run` starts it; the client is
another, cheap one on the same machine. Each overload comes in slices with the capacity measured anew between them,
since other work comes and goes; and beside the part of the capacity stands the same by CPU time of the house and its
PostgreSQL, which other work touches less. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.open_loop import Asked, Call, Pool, arrive, saturate, written
from bench.serving import bearer, cpu_of, house, json_of, memory_of, token_at

TIMES = (2, 5, 10)
CLIENTS = 12
CAPACITY_SECONDS = 4.0
SLICES = 3
CALM = 0.5
"""Of the capacity: what is asked for after an overload, to see how soon the house is itself again."""
CALM_SECONDS = 8.0
P99 = 0.5


@dataclass(frozen=True, slots=True)
class Capacity:
    """Good answers a second, and for each second of the house's CPU time; how long the slowest hundredth took."""

    rate: float
    by_cpu: float
    p99: float


@dataclass(frozen=True, slots=True)
class Slice:
    """One piece of an overload, beside the capacity just before and after it."""

    asked: list[Asked]
    seconds: float
    cpu: float
    before: Capacity
    after: Capacity

    @property
    def good(self) -> int:
        return sum(one.good for one in self.asked)

    @property
    def part(self) -> float:
        return self.good / self.seconds / statistics.mean((self.before.rate, self.after.rate))

    @property
    def part_by_cpu(self) -> float:
        return self.good / self.cpu / statistics.mean((self.before.by_cpu, self.after.by_cpu))


@dataclass(frozen=True, slots=True)
class Stage:
    """What came of one overload. Memory in MB, recovery in seconds."""

    times: int
    slices: list[Slice]
    memory: float
    recovery: float | None

    @property
    def part(self) -> float:
        return statistics.median(one.part for one in self.slices)

    @property
    def part_by_cpu(self) -> float:
        return statistics.median(one.part_by_cpu for one in self.slices)

    @property
    def asked(self) -> list[Asked]:
        return [asked for one in self.slices for asked in one.asked]

    @property
    def unanswered(self) -> int:
        return sum(one.status == 0 for one in self.asked)

    @property
    def p99(self) -> float:
        return _slowest(self.asked, 0.99)

    @property
    def p99_at_capacity(self) -> float:
        return statistics.median(one.before.p99 for one in self.slices)

    @property
    def line(self) -> str:
        asked, seconds = self.asked, sum(one.seconds for one in self.slices)
        good, refused = sum(one.good for one in asked), sum(one.status in {429, 503} for one in asked)
        shares = ", ".join(
            f"{name} {statistics.mean(one.good for one in asked if one.name == name):.0%}"
            for name in sorted({one.name for one in asked})
        )
        return (
            f"{self.times:>3} × asked {len(asked) / seconds:6.0f}/s: good {good / seconds:5.0f}/s = {self.part:.2f} of "
            f"capacity ({self.part_by_cpu:.2f} by CPU time), refused {refused / seconds:6.0f}/s, unanswered "
            f"{self.unanswered}; p50 {1e3 * _slowest(asked, 0.5):.0f} ms, p99 {1e3 * self.p99:.0f} ms (at capacity "
            f"{1e3 * self.p99_at_capacity:.0f} ms); {self.memory:.0f} MB; recovered in {self.recovery} s ({shares})"
        )


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=float, default=30.0, help="of each overload")
    told.add_argument("--seed", type=int, default=1)
    given = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="linli-overload-") as folder, house(Path(folder), 200) as (port, pid, _):
        stages = _with_uvloop(_measure(port, pid, given.seconds, random.Random(given.seed)))
    print(json.dumps(_summary(stages)))


def _summary(stages: Sequence[Stage]) -> dict[str, Any]:
    return {
        "capacity": round(statistics.median(one.before.rate for stage in stages for one in stage.slices), 1),
        "good_part": {str(stage.times): round(stage.part, 2) for stage in stages},
        "good_part_by_cpu": {str(stage.times): round(stage.part_by_cpu, 2) for stage in stages},
        "p99_ms": {str(stage.times): round(1e3 * stage.p99) for stage in stages},
        "p99_ms_at_capacity": round(1e3 * statistics.median(stage.p99_at_capacity for stage in stages)),
        "memory_mb": round(max(stage.memory for stage in stages)),
        "recovery_s": {str(stage.times): stage.recovery for stage in stages},
        "unanswered": sum(stage.unanswered for stage in stages),
    }


def _with_uvloop(work: Any) -> Any:
    import uvloop  # as the house does

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _measure(port: int, pid: int, seconds: float, chance: random.Random) -> list[Stage]:
    calls = await _calls(port)
    pool = Pool(port)
    stages = []
    try:
        await saturate(pool, calls, CLIENTS, 2.0, chance)
        capacity = await _capacity(pool, calls, pid, chance)
        print(f"capacity {capacity.rate:.0f} good answers a second, {memory_of(pid):.0f} MB", flush=True)
        for times in TIMES:
            stage, capacity = await _overload(pool, calls, pid, times, seconds / SLICES, capacity, chance)
            print(stage.line, flush=True)
            stages.append(stage)
    finally:
        pool.close()
    return stages


async def _capacity(pool: Pool, calls: Sequence[Call], pid: int, chance: random.Random) -> Capacity:
    used = _cpu(pid)
    asked = await saturate(pool, calls, CLIENTS, CAPACITY_SECONDS, chance)
    good = sum(one.good for one in asked)
    return Capacity(good / CAPACITY_SECONDS, good / (_cpu(pid) - used), _slowest(asked, 0.99))


def _slowest(asked: Sequence[Asked], part: float) -> float:
    """Seconds within which this part of the good answers came."""
    good = sorted(one.seconds for one in asked if one.good)
    return good[int(len(good) * part)] if good else 0.0


async def _overload(
    pool: Pool,
    calls: Sequence[Call],
    pid: int,
    times: int,
    seconds: float,
    capacity: Capacity,
    chance: random.Random,
) -> tuple[Stage, Capacity]:
    """The overload in slices, then a calm in which the house recovers."""
    slices, memory, recovery = [], 0.0, None
    for turn in range(SLICES):
        used = _cpu(pid)
        asked = await arrive(pool, calls, times * capacity.rate, seconds, chance)
        cpu, memory = _cpu(pid) - used, max(memory, memory_of(pid))
        if turn == SLICES - 1:
            recovery = _recovery(await arrive(pool, calls, CALM * capacity.rate, CALM_SECONDS, chance))
        after = await _capacity(pool, calls, pid, chance)
        slices.append(Slice(asked, seconds, cpu, capacity, after))
        capacity = after
    return Stage(times, slices, memory, recovery), capacity


def _cpu(pid: int) -> float:
    """Seconds of CPU time of the house and of every process below it (PostgreSQL's), in user and system mode."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    used = 0.0
    with contextlib.suppress(FileNotFoundError):  # a connection that has just ended: PostgreSQL counts it
        used = cpu_of(pid)
    return used + sum(_cpu(int(child)) for child in below if Path(f"/proc/{child}").exists())


def _recovery(calm: Sequence[Asked]) -> float | None:
    """Seconds from the end of the overload until all of one second's arrivals were answered well and soon."""
    begin = calm[0].due
    for tenth in range(int(10 * CALM_SECONDS) - 10):
        since = begin + tenth / 10
        second = [one for one in calm if since <= one.due < since + 1]
        if second and all(one.good and one.seconds <= P99 for one in second):
            return tenth / 10
    return None


async def _calls(port: int) -> list[Call]:
    """The mix: who I am (urgent), one ticket, a new ticket, a page of tickets (last in the queue)."""
    token, url = await token_at(port), f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(headers=bearer(token)) as session:
        compounds = await json_of(session.get(f"{url}/v1/compounds"))
        place = {"compound_id": compounds["items"][0]["id"], "building": "3", "entrance": "2"}
        report = {"place": place, "kind": "HELP", "category": "facilities.stair_lamp", "words": "楼道灯不亮"}
        made = [await json_of(session.post(f"{url}/v1/tickets", json=report)) for _ in range(20)]
    body = json.dumps(report).encode()
    return [
        Call("me", 2, written("GET", "/v1/me", port, token)),
        Call("one ticket", 3, written("GET", f"/v1/tickets/{made[0]['id']}", port, token)),
        Call("new ticket", 3, written("POST", "/v1/tickets", port, token, body)),
        Call("list", 2, written("GET", "/v1/tickets?limit=20", port, token)),
    ]


if __name__ == "__main__":
    main()
