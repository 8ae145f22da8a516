"""How long a page of tickets takes of ten thousand and of a million: `make bench WHAT=tickets`.

The rows are written by SQL into two databases, spread over two hundred compounds, one of which has a tenth of all. Each
kind of reader asks the ticket room itself (in-process, with its token), the first page and one deep in the list, of few
and of many in turn, so that what else the machine does hits both. Ends with one line of JSON: the slowest p95 of a page
of a million, of ten thousand, and the largest ratio of medians of one list.
"""

import asyncio
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import httpx2
import psycopg

from migrations.roles import address
from migrations.run import prepare
from services.ticket.app import create_app
from services.ticket.settings import TicketSettings
from shared.postgres import Postgres
from tests.factories.tokens import PUBLISHED, Somebody
from tests.ticket.api.neighbour import registry_app

FEW, MANY = 10_000, 1_000_000
ASKED = 50
DEEP = 5
"""Pages turned before a deep one is measured, of two hundred each."""
LARGE, SMALL = "140109013001001", "140109013007003"
FILL = """
    INSERT INTO ticket.ticket (id, compound_id, compound_code, kind, category, words, emergency, building, entrance,
        reporter_id, taken_by, worker_id, handled_by, helping_units, state, joined, followers, has_photos, appeals,
        returns, reworks, extensions, call_tries, reported_at, started_at, due_at, original_due_at, answered_at,
        first_answered_at, extension_days, paused_seconds, awaits_calendar, version)
    SELECT gen_random_uuid(), md5(place)::uuid, place, CASE WHEN n %% 40 = 0 THEN 'COMPLAINT' ELSE 'HELP' END,
        'facilities.stair_lamp', '三层楼道灯不亮', n %% 500 = 0, (n %% 30)::text, '1',
        md5('p' || n %% 150)::uuid, md5('p' || n %% 150)::uuid, md5('w' || n %% 100)::uuid, '{}', '{}', state,
        0, 0, false, 0, 0, 0, 0, 0, at, at, at + interval '7 days', at + interval '7 days',
        CASE WHEN state = 'CLOSED' THEN at + interval '3 days' END, at + interval '1 hour', 0, 0, false, 1
    FROM (SELECT n, timestamptz '2026-03-08' - n * interval '30 seconds' AS at,
            CASE WHEN n %% 20 = 0 THEN 'IN_PROGRESS' ELSE 'CLOSED' END AS state,
            CASE WHEN n %% 10 = 0 THEN '140109013001001'
                ELSE '140109013' || lpad((n / 7 %% 20 + 1)::text, 3, '0') || lpad((n / 3 %% 10 + 1)::text, 3, '0') END
            AS place
        FROM generate_series(%s::int, %s::int) AS n) AS made
"""


def _md5(text: str) -> UUID:
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


LISTS: Mapping[str, tuple[Somebody, str]] = {
    "a clerk, newest first": (Somebody([f"CLERK@{SMALL}"]), ""),
    "a clerk of the largest compound": (Somebody([f"CLERK@{LARGE}"]), f"compound_id={_md5(LARGE)}"),
    "a clerk, by due": (Somebody([f"CLERK@{LARGE}"]), "sort=due"),
    "a clerk, overdue": (Somebody([f"CLERK@{LARGE}"]), "overdue=true"),
    "a clerk, open ones": (Somebody([f"CLERK@{LARGE}"]), "state=IN_PROGRESS"),
    "a street officer": (Somebody(["STREET_OFFICER@140109013"]), ""),
    "a street officer, oldest first": (Somebody(["STREET_OFFICER@140109013"]), "sort=oldest"),
    "a neighbour": (Somebody([f"RESIDENT@{SMALL}"], subject=_md5("p77")), ""),
    "my own": (Somebody([f"RESIDENT@{SMALL}"], subject=_md5("p77")), "mine=true"),
    "a worker's": (Somebody(["HANDLER@140109013"], subject=_md5("w77")), "assigned_to_me=true"),
}


Times = dict[int, list[float]]
"""Number of tickets -> milliseconds of each page."""


async def measure(urls: Mapping[int, str], folder: Path) -> dict[str, Times]:
    """List -> the times of its first and of a deep page."""
    async with AsyncExitStack() as stack:
        rooms = {
            size: await stack.enter_async_context(_room(address(url, role="ticket"), folder, stack))
            for size, url in urls.items()
        }
        return {name: await _asked(rooms, who, query) for name, (who, query) in LISTS.items()}


def filled(url: str, size: int) -> str:
    begun = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(FILL, (1, size))
        admin.execute("VACUUM ANALYZE ticket.ticket")
    print(f"{size:,} tickets after {time.perf_counter() - begun:.0f} s", flush=True)
    return url


def _room(url: str, folder: Path, stack: AsyncExitStack) -> httpx2.AsyncClient:
    app = create_app(TicketSettings(database_url=url, data_dir=folder, background=False))
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED))
    stack.push_async_callback(app.state.room.close)
    app.state.room.verifier.learn_keys(PUBLISHED)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://ticket", timeout=120)


async def _asked(rooms: Mapping[int, httpx2.AsyncClient], who: Somebody, query: str) -> Times:
    headers, times = who.headers, Times()
    deep = {size: await _deep(room, query, headers) for size, room in rooms.items()}
    for _ in range(ASKED):
        for size, room in rooms.items():
            for cursor in ("", deep[size]):
                begun = time.perf_counter()
                (await room.get(f"/v1/tickets?{query}{cursor}", headers=headers)).raise_for_status()
                times.setdefault(size, []).append((time.perf_counter() - begun) * 1000)
    return times


async def _deep(room: httpx2.AsyncClient, query: str, headers: dict[str, str]) -> str:
    cursor = ""
    for _ in range(DEEP):
        page = await room.get(f"/v1/tickets?limit=200&{query}{cursor}", headers=headers)
        page.raise_for_status()
        cursor = f"&cursor={page.json()['next']}" if page.json()["next"] else cursor
    return cursor


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root PostgreSQL is another user
        with Postgres(folder, throwaway=True) as postgres:
            admin = postgres.url()
            urls = {size: filled(prepare(admin, f"linli_{size}"), size) for size in (FEW, MANY)}
            found = asyncio.run(measure(urls, folder / "data"))
    ratios = {name: statistics.median(times[MANY]) / statistics.median(times[FEW]) for name, times in found.items()}
    for name, times in found.items():
        few, many = _p95(times[FEW]), _p95(times[MANY])
        print(f"{name:<32} p95 {few:6.1f} ms of {FEW:,}  {many:6.1f} ms of {MANY:,}  ratio {ratios[name]:.2f}")
    told = {
        "p95_ms": max(_p95(times[MANY]) for times in found.values()),
        "few_p95_ms": max(_p95(times[FEW]) for times in found.values()),
        "ratio": max(ratios.values()),
    }
    print(json.dumps({key: round(value, 2) for key, value in told.items()}))


if __name__ == "__main__":
    main()
