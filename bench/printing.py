"""How long ballots take to be set: `python -m bench.printing [papers]`.

Sets a run of so many ballots with eight names each, as the election room does it in its child process, and its issue
list, with a beat beside it that shows for how long the event loop was ever kept from others. Ends with one line of
JSON: seconds, size of the PDF, memory of the child, longest pause of the loop.
"""

import asyncio
import contextlib
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.election.elections.nominees import Name
from services.election.papers.documents import Printable, ballots_of, issue_list_of
from services.election.papers.queries import Sheet
from services.election.rules.parameters import Preset
from services.election.tables import Election, Paper, PrintRun, RollHome
from shared.database import new_id
from shared.sealing import Keys

NAMES = ("王秀兰", "李建国", "赵敏", "周强", "吴淼", "郑喆", "冯堃", "陈旻")
BEAT = 0.01


def run_of(papers: int) -> Printable:
    now = datetime.now(UTC)
    election = Election(
        id=new_id(),
        kind="T2",
        preset=Preset.HOUSEHOLD_BALLOT,
        title="物业管理委员会业主代表推选",
        words="每户一票,至多划三人。",
        seats=3,
        rules={},
        opens_at=now,
        closes_at=now + timedelta(days=7),
        text_digest=bytes(32),
    )
    run = PrintRun(id=new_id(), election_id=election.id, number=1, first_paper=1, papers=papers, made_at=now)
    sheets = [
        Sheet(
            Paper(election_id=election.id, number=number, replaces=None),
            RollHome(
                building=str(number // 60 + 1),
                entrance=str(number % 60 // 15 + 1),
                label=f"{number // 60 + 1}-{number % 60 // 15 + 1}-{number % 15 + 1}01",
            ),
        )
        for number in range(1, papers + 1)
    ]
    return Printable(election, run, sheets, [Name(place, name, "") for place, name in enumerate(NAMES, 1)], [])


async def measure(folder: Path, papers: int) -> dict[str, float]:
    keys, run = Keys.load(folder, create=True), run_of(papers)
    pauses: list[float] = []
    beat = asyncio.create_task(_beat(pauses))
    begun = time.perf_counter()
    ballots = await ballots_of(keys, run)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    listed = await issue_list_of(run)
    list_seconds = time.perf_counter() - begun
    beat.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beat
    assert ballots.pdf.startswith(b"%PDF-")
    assert listed.pdf.startswith(b"%PDF-")
    return {
        "papers": papers,
        "seconds": round(seconds, 1),
        "issue_list_seconds": round(list_seconds, 1),
        "pdf_mb": round(len(ballots.pdf) / 1e6, 1),
        "child_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "longest_pause_ms": round(max(pauses) * 1000),
    }


async def _beat(pauses: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(BEAT)
        pauses.append(time.perf_counter() - before - BEAT)


def main() -> None:
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder) / "keys", papers))
    print(f"{papers} ballots in {found['seconds']} s")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
