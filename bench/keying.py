"""How long keyings take to be taken in: `python -m bench.keying [papers]`.

So many returned papers, scanned, in a house of the test's own; two persons send their readings a thousand at a time
over the room's own API. Ends with one line of JSON: seconds of the packets that brought the papers back; readings,
seconds, seconds of this process (the database is another), readings a second.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx2
from sqlalchemy import insert, update

from migrations.roles import address
from migrations.run import prepare
from services.election.app import create_app
from services.election.settings import ElectionSettings
from services.election.tables import PaperBox, PaperScan
from shared.database import new_id
from shared.postgres import Postgres
from tests.election.api.conftest import MONDAY, Hall
from tests.election.api.doors import Doors
from tests.election.api.neighbour import Books, home, registry_app
from tests.factories.tokens import PUBLISHED

PACKET, BATCH = 500, 1_000


async def measure(url: str, folder: Path, papers: int) -> dict[str, float]:
    books = Books(homes=[home(place) for place in range(papers)])
    settings = ElectionSettings(database_url=url, data_dir=folder, background=False, registry_url="http://house")
    app = create_app(settings)
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, books))
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, timeout=300) as client:
        client.base_url = "http://house"
        hall = Hall(client, app.state.room, books)
        hall.now_is(MONDAY)
        doors = Doors(hall, await hall.opened())
        packets = await _returned(doors, papers)
        await doors.close()
        await _scanned(doors, papers)
        begun, spent = time.perf_counter(), time.process_time()
        for who in doors.keyers[:2]:
            for start in range(1, papers + 1, BATCH):
                numbers = range(start, min(start + BATCH, papers + 1))
                told = await doors.key(who, *({"number": number, "marks": [number % 4 + 1]} for number in numbers))
                assert all(one["taken"] for one in told)
        seconds, spent = time.perf_counter() - begun, time.process_time() - spent
        assert (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["outstanding"] == 0
    return {
        "returns": papers,
        "returns_seconds": round(packets, 1),
        "readings": 2 * papers,
        "seconds": round(seconds, 1),
        "process_seconds": round(spent, 1),
        "readings_per_second": round(2 * papers / seconds),
    }


async def _returned(doors: Doors, papers: int) -> float:
    """All brought back by one tablet; seconds of the packets alone."""
    await doors.print()
    await doors.box()
    tablet, seconds = await doors.tablet(), 0.0
    for start in range(1, papers + 1, PACKET):
        numbers = range(start, min(start + PACKET, papers + 1))
        facts = [tablet.fact(doors, number, "RETURNED", box=1) for number in numbers]
        begun = time.perf_counter()
        told = await doors.packet(tablet, facts)
        seconds += time.perf_counter() - begun
        assert all(one["accepted"] for one in told["facts"])
    return seconds


async def _scanned(doors: Doors, papers: int) -> None:
    """The scans are put there directly: what is measured is the keying."""
    election, now = UUID(doors.election["id"]), datetime.now(UTC)
    common = {"election_id": election, "take": 1, "sha256": "0" * 64, "scanned_by": new_id(), "at": now}
    rows = [common | {"number": number, "file_id": new_id()} for number in range(1, papers + 1)]
    opened = {"opened_at": now, "opened_by": "x", "seal_found": "A 1", "witnesses": [new_id(), new_id()]}
    async with doors.hall.house.database.write() as db, db.begin():
        await db.execute(update(PaperBox).where(PaperBox.election_id == election).values(opened))
        await db.execute(insert(PaperScan), rows)


def main() -> None:
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        Path(folder).chmod(0o711)  # as root PostgreSQL is another user
        with Postgres(Path(folder) / "pg", throwaway=True) as postgres:
            url = address(prepare(postgres.url(), say=lambda line: None), role="election")
            found = asyncio.run(measure(url, Path(folder) / "data", papers))
    print(f"{found['readings']} readings in {found['seconds']} s")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
