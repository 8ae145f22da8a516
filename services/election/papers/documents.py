"""What is printed: ballots with a slip for the issue and a stub for the voter, and issue lists by entrance.

The part that goes into the box bears a number and never a home; the home stands on the slip that is torn off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.election.elections.nominees import Name, names_of
from services.election.elections.queries import election_to_run, most_marks
from services.election.errors import NotPrinted
from services.election.papers.codes import SHORT, code_of, qr_of
from services.election.papers.queries import Sheet, run_of, sheets_of
from services.election.printing.setting import Document, NotSet, set_document
from services.election.rules.parameters import NAMED, Preset
from services.election.tables import Election, Item, PrintRun
from shared.days import SHANGHAI
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.sealing import Keys
from shared.telemetry import log

TEMPLATES = Path(__file__).parent / "templates"
RETRY_AFTER = 10


@dataclass(frozen=True, slots=True)
class Printable:
    """A run of ballots with all that its documents say."""

    election: Election
    run: PrintRun
    sheets: Sequence[Sheet]
    names: Sequence[Name]
    items: Sequence[Item]


async def printable(reads: ReadingFactory, actor: Actor, keys: Keys, election_id: UUID, number: int) -> Printable:
    """Read whole before anything is set: no connection waits for a printer. Errors: ElectionUnknown, RoleForbidden,
    PrintRunUnknown."""
    async with reads() as db:
        election = await election_to_run(db, actor, election_id, lock=False)
        run = await run_of(db, election.id, number)
        items = select(Item).where(Item.election_id == election.id).order_by(Item.number)
        return Printable(
            election,
            run,
            await sheets_of(db, run),
            await names_of(db, keys, election.id),
            (await db.execute(items)).scalars().all(),
        )


async def ballots_of(keys: Keys, found: Printable) -> Document:
    """The ballots of a run, one sheet each. Errors: NotPrinted."""
    election = found.election
    codes = {sheet.paper.number: code_of(keys, election.id, sheet.paper.number) for sheet in found.sheets}
    data = (
        _head(election)
        | {
            "named": Preset(election.preset) in NAMED,
            "most": most_marks(election) if Preset(election.preset) in NAMED else 0,
            "signed": election.kind in ("T1", "T6"),  # BAL-5: on paper an owners' vote is signed by hand
            "names": [{"number": one.number, "name": one.name, "words": one.words} for one in found.names],
            "items": [{"number": one.number, "title": one.title, "words": one.words} for one in found.items],
            "papers": [
                {
                    "number": sheet.paper.number,
                    "replaces": sheet.paper.replaces or 0,
                    "label": sheet.home.label,
                    "code": codes[sheet.paper.number][:SHORT],
                    "qr": qr_of(election.id, sheet.paper.number, codes[sheet.paper.number]),
                }
                for sheet in found.sheets
            ],
        }
    )
    return await _set("ballots.typ", data, found.run.made_at, [paper["qr"] for paper in data["papers"]], tagged=False)


async def issue_list_of(found: Printable) -> Document:
    """Who got which paper: one list an entrance, to be signed at the doors. Errors: NotPrinted."""
    groups = groupby(found.sheets, key=lambda sheet: (sheet.home.building, sheet.home.entrance))
    data = _head(found.election) | {
        "run": found.run.number,
        "entrances": [
            {
                "building": building,
                "entrance": entrance,
                "rows": [{"label": one.home.label, "number": one.paper.number} for one in sheets],
            }
            for (building, entrance), sheets in groups
        ],
    }
    return await _set("issue_list.typ", data, found.run.made_at, [])


def _head(election: Election) -> dict[str, Any]:
    return {
        "title": election.title,
        "words": election.words,
        "opens": _day(election.opens_at),
        "closes": _day(election.closes_at),
        "digest": (election.text_digest or b"").hex()[:16],
        "id": str(election.id),
    }


def _day(instant: datetime) -> str:
    local = instant.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


async def _set(
    template: str, data: dict[str, Any], made_at: datetime, codes: Sequence[str], tagged: bool = True
) -> Document:
    try:
        return await set_document((TEMPLATES / template).read_text(), data, made_at, codes, tagged=tagged)
    except NotSet as fault:
        log.warning("a document could not be set", template=template, fault=str(fault))
        raise NotPrinted(retry_after=RETRY_AFTER) from fault


def file_name(election_id: UUID, kind: str, number: int) -> str:
    return f"{kind}-{str(election_id)[-6:]}-{number}.pdf"
