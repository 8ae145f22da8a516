"""What the house does when more is asked than it can: `python -m bench.overload`.

Finds the capacity (good answers a second when every client waits for its answer), then asks 2, 5 and 10 times as much,
open loop: arrivals by chance that wait for nobody. The house is one process as `make run` starts it; the client is
another, cheap one on the same machine. Capacity is measured before and after each stage, since other work comes and
goes. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.gateway import UNLIMITED, _as, _free_port, _json, _resident, _running, _token, _until_ready
from bench.open_loop import Asked, Call, Pool, arrive, saturate, written

TIMES = (2, 5, 10)
CLIENTS = 12
CAPACITY_SECONDS = 5.0
CALM = 0.5
"""Of the capacity: what is asked for after an overload, to see how soon the house is itself again."""
CALM_SECONDS = 8.0
P99 = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """What came of one overload. Rates are a second, times seconds, memory MB."""

    times: int
    capacity: float
    asked: int
    good: float
    refused: float
    unanswered: int
    p50: float
    p99: float
    memory: float
    recovery: float | None
    by_call: dict[str, float]
    """Sort of call -> part of it that was answered well."""

    @property
    def part(self) -> float:
        return self.good / self.capacity

    @property
    def line(self) -> str:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.by_call.items())
        recovery = "none" if self.recovery is None else f"{self.recovery:.1f} s"
        return (
            f"{self.times:>3} × {self.capacity:.0f}/s: good {self.good:6.1f}/s = {self.part:.2f} of capacity, refused "
            f"{self.refused:6.1f}/s, unanswered {self.unanswered}, accepted p50 {1e3 * self.p50:.0f} ms, "
            f"p99 {1e3 * self.p99:.0f} ms, memory {self.memory:.0f} MB, recovery {recovery} ({shares})"
        )


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=float, default=30.0, help="of each overload")
    told.add_argument("--seed", type=int, default=1)
    given = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="linli-overload-") as folder, _house(Path(folder)) as (port, pid):
        stages = _with_uvloop(_measure(port, pid, given.seconds, random.Random(given.seed)))
    for stage in stages:
        print(stage.line)
    print(json.dumps(_summary(stages)))


def _summary(stages: Sequence[Stage]) -> dict[str, Any]:
    return {
        "capacity": round(statistics.median(stage.capacity for stage in stages), 1),
        "good_part": {str(stage.times): round(stage.part, 2) for stage in stages},
        "p99_ms": {str(stage.times): round(1e3 * stage.p99) for stage in stages},
        "memory_mb": round(max(stage.memory for stage in stages)),
        "recovery_s": {str(stage.times): stage.recovery for stage in stages},
        "unanswered": sum(stage.unanswered for stage in stages),
    }


def _with_uvloop(work: Any) -> Any:
    import uvloop  # as the house does

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@contextlib.contextmanager
def _house(folder: Path) -> Iterator[tuple[int, int]]:
    port = _free_port()
    environment = {**os.environ, **UNLIMITED, "DATA_DIR": str(folder / "data"), "PORT": str(port), "HOMES": "200"}
    command = [sys.executable, "-m", "gateway.cli", "run"]
    with (
        (folder / "house.log").open("wb") as log,
        _running(subprocess.Popen(command, env=environment, stdout=log, stderr=log)) as house,
    ):
        asyncio.run(_until_ready(port, house))
        yield port, house.pid


async def _measure(port: int, pid: int, seconds: float, chance: random.Random) -> list[Stage]:
    calls = await _calls(port)
    pool = Pool(port)
    stages = []
    try:
        await saturate(pool, calls, CLIENTS, 2.0, chance)
        before = await saturate(pool, calls, CLIENTS, CAPACITY_SECONDS, chance)
        print(f"capacity {before:.0f} good answers a second, {_resident(pid):.0f} MB", flush=True)
        for times in TIMES:
            watching = asyncio.create_task(_watch(pid))
            asked = await arrive(pool, calls, times * before, seconds, chance)
            watching.cancel()
            calm = await arrive(pool, calls, CALM * before, CALM_SECONDS, chance)
            after = await saturate(pool, calls, CLIENTS, CAPACITY_SECONDS, chance)
            memory = max((await asyncio.gather(watching, return_exceptions=True), MEMORY)[1])
            stages.append(_stage(times, (before + after) / 2, asked, seconds, memory, _recovery(calm)))
            before = after
    finally:
        pool.close()
    return stages


MEMORY: list[float] = [0.0]


async def _watch(pid: int) -> None:
    MEMORY[:] = [0.0]
    while True:
        MEMORY.append(_resident(pid))
        await asyncio.sleep(0.5)


def _stage(
    times: int, capacity: float, asked: Sequence[Asked], seconds: float, memory: float, recovery: float | None
) -> Stage:
    good = sorted(one.seconds for one in asked if one.good)
    named: dict[str, list[bool]] = {}
    for one in asked:
        named.setdefault(one.name, []).append(one.good)
    return Stage(
        times,
        capacity,
        len(asked),
        len(good) / seconds,
        sum(one.status in {429, 503} for one in asked) / seconds,
        sum(one.status == 0 for one in asked),
        good[len(good) // 2] if good else 0.0,
        good[int(len(good) * 0.99)] if good else 0.0,
        memory,
        recovery,
        {name: sum(ends) / len(ends) for name, ends in sorted(named.items())},
    )


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
    token, url = await _token(port), f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(headers=_as(token)) as session:
        compounds = await _json(session.get(f"{url}/v1/compounds"))
        place = {"compound_id": compounds["items"][0]["id"], "building": "3", "entrance": "2"}
        report = {"place": place, "kind": "HELP", "category": "facilities.stair_lamp", "words": "楼道灯不亮"}
        made = [await _json(session.post(f"{url}/v1/tickets", json=report)) for _ in range(20)]
    body = json.dumps(report).encode()
    return [
        Call("me", 2, written("GET", "/v1/me", port, token)),
        Call("one ticket", 3, written("GET", f"/v1/tickets/{made[0]['id']}", port, token)),
        Call("new ticket", 3, written("POST", "/v1/tickets", port, token, body)),
        Call("list", 2, written("GET", "/v1/tickets?limit=20", port, token)),
    ]


if __name__ == "__main__":
    main()
