"""How long the registry takes to import a register and to answer its figures: `make bench WHAT=roll`.

Writes a register of so many homes as an office would (XLSX), sends it through the registry's own API with the queue at
work, then reads the register a hundred times: at once, and when PostgreSQL has tidied up (autovacuum, in a minute);
beside a read that costs next to nothing, so that the machine's other work shows. Ends with one line of JSON.
"""

import asyncio
import io
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import xlsxwriter

from migrations.roles import address
from migrations.run import prepare
from services.registry.sample.homes import sample_homes
from shared.postgres import Postgres
from tests.registry.api.places import Office, office

HEADINGS = ("楼号", "单元", "房号", "建筑面积", "业主姓名", "身份证号", "联系电话", "产权性质", "备注")


def workbook(homes: int) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, HEADINGS)
    for number, home in enumerate(sample_homes(homes), 1):
        area = home.area.hundredths / 100 if home.area else ""
        names = "、".join(owner.name for owner in home.owners)
        numbers = "、".join(owner.number or "" for owner in home.owners)
        basis = "未售公房" if home.owners[0].number is None else "房改房"
        remark = "".join(f"出租，租户{tenant.name}{tenant.phone}" for tenant in home.tenants)
        place = (home.address.building, home.address.entrance, home.address.room)
        phone = home.owners[0].phone or ""
        sheet.write_row(number, 0, (*place, area, names, numbers if numbers.strip("、") else "", phone, basis, remark))
    book.close()
    return file.getvalue()


async def measure(url: str, folder: Path, homes: int) -> dict[str, float]:
    content = workbook(homes)
    async with office(address(url, role="registry"), folder) as desk:
        # A beat beside the import shows for how long the event loop was ever kept from others.
        pauses: list[float] = []
        beat = asyncio.create_task(_beat(pauses))
        begun = time.perf_counter()
        found = await _taken(desk, content)
        seconds = time.perf_counter() - begun
        beat.cancel()
        report = found["report"]
        assert isinstance(report, dict)
        assert report["homes_added"] == homes, found
        at_once = await _p95(desk.register)
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE registry.home")
        tidied = await _p95(desk.register)
        least = await _p95(lambda: desk.get(desk.path))
    return {
        "homes": homes,
        "file_mb": round(len(content) / 1e6, 1),
        "import_s": round(seconds, 1),
        "longest_pause_ms": round(max(pauses) * 1000),
        "register_p95_ms": round(tidied, 1),
        "register_at_once_p95_ms": round(at_once, 1),
        "least_read_p95_ms": round(least, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "child_peak_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


async def _p95(ask: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds that 95 of a hundred askings stay under."""
    times = []
    for _ in range(100):
        begun = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - begun)
    return statistics.quantiles(times, n=20)[-1] * 1000


async def _taken(desk: Office, content: bytes) -> dict[str, object]:
    found: dict[str, object] = await desk.taken(content)
    while found["state"] == "QUEUED":
        path = f"{desk.path}/roll-imports/{found['id']}"
        found = await desk.get(path, wait="25")
    return found


async def _beat(pauses: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        pauses.append(time.perf_counter() - begun - 0.01)


def main() -> None:
    homes = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root PostgreSQL is another user
        with Postgres(folder, throwaway=True) as postgres:
            print(json.dumps(asyncio.run(measure(prepare(postgres.url()), folder / "data", homes))))


if __name__ == "__main__":
    main()
