"""One room is stopped while many call it: what becomes of those who call another one."""

import asyncio
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.chaos.processes import House, Shape, in_order
from tests.chaos.run import ready

CALLERS = 200
NO_TOPIC = "/v1/topics/00000000-0000-7000-8000-000000000000"
SECONDS = 8.0
SIGN_IN = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:clerk"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """How the others fared: (second of the call since the stop, status, seconds it took)."""

    others: list[tuple[float, int, float]]
    thawed_after: float
    """Seconds from the end of the stop until the room answered again."""

    def good_part(self, since: float) -> float:
        """Part of the calls begun so many seconds after the stop, or later, that were answered well."""
        found = [status == 200 for begun, status, _ in self.others if begun >= since]
        return sum(found) / len(found) if found else 0.0

    def slowest(self, since: float) -> float:
        return max(took for begun, _, took in self.others if begun >= since)


async def freeze() -> Frozen:
    """The meeting room is stopped; 200 callers ask for its lists and wait, one asks for tickets again and again."""
    with tempfile.TemporaryDirectory(prefix="linli-chaos-") as folder:
        house = House(Path(folder), Shape())
        try:
            await house.start()
            async with aiohttp.ClientSession(house.url, connector=aiohttp.TCPConnector(limit=0)) as session:
                await ready(session)
                async with session.post("/oauth/token", data=SIGN_IN) as reply:
                    token = (await reply.json())["access_token"]
                session.headers["Authorization"] = f"Bearer {token}"
                return await _freeze(house, session)
        finally:
            await house.stop()


async def _freeze(house: House, session: aiohttp.ClientSession) -> Frozen:
    pid = house.programs["meeting"].pid
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    stuck = [asyncio.create_task(_get(session, path)) for path in _paths()]
    others = []
    try:
        while (now := time.monotonic()) < began + SECONDS:
            status, took = await _get(session, "/v1/tickets?limit=5")
            others.append((now - began, status, took))
            await asyncio.sleep(0.02)
    finally:
        os.kill(pid, signal.SIGCONT)
    thaw = time.monotonic()
    while (await _get(session, NO_TOPIC))[0] not in {200, 404}:
        pass  # the call itself takes its time
    thawed = time.monotonic() - thaw
    await asyncio.gather(*stuck)
    return Frozen(others, thawed)


def _paths() -> list[str]:
    """Half of the calls are of the ordinary urgency, half lists."""
    return [NO_TOPIC, "/v1/topics"] * (CALLERS // 2)


async def _get(session: aiohttp.ClientSession, path: str) -> tuple[int, float]:
    began = time.monotonic()
    async with session.get(path) as reply:
        await reply.read()
        return reply.status, time.monotonic() - began


if __name__ == "__main__":
    found = in_order(freeze())
    print(
        f"others: {len(found.others)} calls, good {found.good_part(0):.3f}, after 4 s {found.good_part(4):.3f} and at "
        f"most {found.slowest(4):.2f} s; the room answered {found.thawed_after:.2f} s after it went on"
    )
