"""Clients of `bench.election`: voters who cast again and again, one after the other or at set moments."""

import asyncio
import json
import random
import secrets
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from bench.open_loop import Asked, Pool, written
from bench.serving import cpu_of

CLIENTS = 64
"""As many as the house lets into one room at once."""
SECONDS = 1.0
AGAIN_SECONDS = 0.1
"""After so long somebody who was turned away asks again; else refusals would be all that is measured."""


@dataclass
class Voter:
    """One owner with his home and token, and the newest revision that he has cast, by database."""

    home: str
    token: str
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a room: what is posted where, over which database (None: the empty POST), and who serves it."""

    name: str
    port: int
    election: str
    database: str | None
    pids: Sequence[int]
    pool: Pool

    def wire(self, voter: Voter) -> bytes:
        what = "nothings" if self.database is None else "ballots"
        replaces = voter.seen.get(self.database or "", 0)
        body = json.dumps({"home_id": voter.home, "marks": [1, 2], "replaces": replaces}).encode()
        path = f"/v1/elections/{self.election}/{what}"
        return written("POST", path, self.port, voter.token, body, secrets.token_hex(12))

    def learn(self, voter: Voter, asked: Asked) -> None:
        """What became of it. Whom the door turned away at once (503) asks again later."""
        if asked.status not in {201, 503}:
            raise RuntimeError(f"{self.name}: {asked.status}")
        if asked.good and self.database is not None:
            voter.seen[self.database] = voter.seen.get(self.database, 0) + 1


@dataclass(frozen=True, slots=True)
class Round:
    """Good answers, in how many seconds, and how many seconds of CPU of those who served them."""

    good: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.good / self.seconds


async def one_round(way: Way, turns: Iterator[Voter], seconds: float = SECONDS) -> Round:
    """All clients for a while, each waiting for its answer before it asks again, for whoever's turn it is."""
    good, before, began = 0, sum(map(cpu_of, way.pids)), time.perf_counter()

    async def client() -> None:
        nonlocal good
        while time.perf_counter() < began + seconds:
            voter = next(turns)
            asked = Asked(way.name, time.perf_counter())
            way.pool.ask(asked, way.wire(voter))
            await asked.ended.wait()
            way.learn(voter, asked)
            good += asked.good
            if not asked.good:
                await asyncio.sleep(AGAIN_SECONDS)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return Round(good, time.perf_counter() - began, sum(map(cpu_of, way.pids)) - before)


async def everyone_once(way: Way, voters: Sequence[Voter]) -> None:
    """So that every token has been read: what the first reading of one costs, `make bench WHAT=tokens` says."""

    async def client(number: int) -> None:
        for voter in voters[number::CLIENTS]:
            asked = Asked(way.name, time.perf_counter())
            way.pool.ask(asked, way.wire(voter))
            await asked.ended.wait()
            way.learn(voter, asked)

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))


async def rounds(ways: Iterable[Way], voters: Sequence[Voter], people: int, many: int) -> dict[str, list[Round]]:
    """Round by round, in turn, so that what else the machine does hits all; who begins changes. The first `people` of
    the voters hold all tokens. The turns go on from round to round: an election in which the same few vote again and
    again, a hundred times each, is none."""
    ways = list(ways)
    turns = {way.database: cycle(voters) for way in ways}
    for way in {way.database: way for way in reversed(ways) if way.database is not None}.values():
        await everyone_once(way, voters[:people])
    for way in ways:  # the door is widened
        await one_round(way, turns[way.database], SECONDS)
    found: dict[str, list[Round]] = {way.name: [] for way in ways}
    for turn in range(many):
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            found[way.name].append(await one_round(way, turns[way.database]))
    return found


async def at_rate(way: Way, voters: Sequence[Voter], rate: float) -> tuple[float, int]:
    """Every voter once, so many a second by chance, whatever becomes of the earlier: p99 in seconds, and how many were
    not taken (they count by how long they waited for nothing). What these voters have cast is not known afterwards."""
    due, chance, asked = time.perf_counter(), random.Random(300), list[Asked]()
    for voter in voters:
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked.append(Asked(way.name, due))
        way.pool.ask(asked[-1], way.wire(voter))
    for one in asked:
        await one.ended.wait()
    return sorted(one.seconds for one in asked)[len(asked) * 99 // 100], sum(not one.good for one in asked)


def share(part: Sequence[Round], whole: Sequence[Round]) -> float:
    return round(statistics.median(one.rate / other.rate for one, other in zip(part, whole, strict=True)), 3)


def cpu_each(found: Sequence[Round]) -> float:
    return sum(one.cpu for one in found) / max(1, sum(one.good for one in found))
