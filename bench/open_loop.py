"""A cheap client that asks at set moments whatever becomes of its earlier calls: HTTP/1.1 over kept connections."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

PATIENCE = 5.0
"""Seconds until an answer counts as none; its connection is dropped."""


@dataclass(frozen=True, slots=True)
class Call:
    """One sort of request, written out, and how often it comes among the others."""

    name: str
    weight: int
    wire: bytes


def written(method: str, path: str, port: int, token: str, body: bytes = b"") -> bytes:
    """The request as it goes over the wire."""
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n{length}\r\n"
    return head.encode() + body


@dataclass(slots=True)
class Asked:
    """One arrival: what for, when it was due, and how it ended (status 0: no answer in time, or no connection)."""

    name: str
    due: float
    done: float = 0.0
    status: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        self.done = time.perf_counter()
        self.ended.set()

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def seconds(self) -> float:
        return self.done - self.due


class _Line(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._asked: Asked | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._left = -1
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is of no class of asyncio's

    def ask(self, asked: Asked, wire: bytes) -> None:
        assert self._transport is not None
        self._asked, self._left, self._buffer = asked, -1, b""
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._give_up)
        self._transport.write(wire)

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            assert self._asked is not None
            self._asked.status = int(head[9:12])
            told = head.find(b"content-length:")
            length = int(head[told + 15 :].split(b"\r\n", 1)[0]) if told >= 0 else 0
            self._left = length - (len(self._buffer) - end - 4)
        else:
            self._left -= len(data)
        if self._left <= 0:
            self._end(again=True)

    def connection_lost(self, fault: Exception | None) -> None:
        if self._asked is not None:
            self._asked.status = 0
            self._end(again=False)
        self._pool.lost(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _give_up(self) -> None:
        if self._asked is not None:
            self._asked.status = 0
            self._end(again=False)
            self.close()

    def _end(self, again: bool) -> None:
        assert self._asked is not None
        self._asked.end()
        self._asked = None
        if self._patience is not None:
            self._patience.cancel()
        if again:
            self._pool.free.append(self)


@dataclass
class Pool:
    """At most so many connections to one port; who finds none free and none to open gets no answer."""

    port: int
    most: int = 1_000
    free: deque[_Line] = field(default_factory=deque)
    _lines: set[_Line] = field(default_factory=set)
    _opening: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def ask(self, asked: Asked, wire: bytes) -> None:
        if self.free:
            self.free.pop().ask(asked, wire)
        elif len(self._lines) + self._opening < self.most:
            self._opening += 1
            task = asyncio.create_task(self._open(asked, wire))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            asked.end()

    async def _open(self, asked: Asked, wire: bytes) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                _, line = await asyncio.get_running_loop().create_connection(
                    lambda: _Line(self), "127.0.0.1", self.port
                )
        except (OSError, TimeoutError):
            asked.end()
            return
        finally:
            self._opening -= 1
        self._lines.add(line)
        line.ask(asked, wire)

    def lost(self, line: _Line) -> None:
        self._lines.discard(line)
        if line in self.free:
            self.free.remove(line)

    def close(self) -> None:
        for line in list(self._lines):
            line.close()


async def arrive(pool: Pool, calls: Sequence[Call], rate: float, seconds: float, chance: random.Random) -> list[Asked]:
    """Arrivals by chance (Poisson), `rate` a second on average; all of them, once the last was decided."""
    begin = time.perf_counter()
    due = begin
    all_asked: list[Asked] = []
    weights = [call.weight for call in calls]
    while True:
        due += chance.expovariate(rate)
        if due > begin + seconds:
            break
        if (ahead := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(ahead)
        elif len(all_asked) % 16 == 0:
            await asyncio.sleep(0)  # late: catch up, but let answers in
        (call,) = chance.choices(calls, weights)
        asked = Asked(call.name, due)
        all_asked.append(asked)
        pool.ask(asked, call.wire)
    for asked in all_asked:
        await asked.ended.wait()
    return all_asked


async def saturate(
    pool: Pool, calls: Sequence[Call], clients: int, seconds: float, chance: random.Random
) -> list[Asked]:
    """What so many clients ask who each wait for their answer before they ask again."""
    end = time.perf_counter() + seconds
    weights = [call.weight for call in calls]
    all_asked: list[Asked] = []

    async def client() -> None:
        while (now := time.perf_counter()) < end:
            (call,) = chance.choices(calls, weights)
            asked = Asked(call.name, now)
            all_asked.append(asked)
            pool.ask(asked, call.wire)
            await asked.ended.wait()

    await asyncio.gather(*(client() for _ in range(clients)))
    return all_asked
