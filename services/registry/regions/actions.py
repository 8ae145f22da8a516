"""Enter regions, one by hand or many from a list."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import RegionRefused, RegionTaken, RegionUnknown
from services.registry.regions.queries import known_regions
from services.registry.rules.regions import Level, is_community, level_of, parent_of
from services.registry.rules.roles import Role
from services.registry.tables.places import Region
from shared import audit
from shared.identity import Actor
from shared.problems import RoleForbidden

ENTERING = frozenset({Role.ADMINISTRATOR, Role.STREET_OFFICER})
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class NewRegionRow:
    """A region as it is to be entered."""

    code: str
    name: str
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """How many regions an import added, and how many stood already."""

    added: int
    unchanged: int


def refused(zh: str, en: str) -> RegionRefused:
    return RegionRefused(reason_zh=zh, reason_en=en)


async def enter_region(db: AsyncSession, actor: Actor, new: NewRegionRow) -> Region:
    """One region under a parent that is known. Errors: RegionRefused, RegionTaken, RegionUnknown, RoleForbidden."""
    if not actor.holds(ENTERING, new.code):
        raise RoleForbidden(needed=sorted(ENTERING))
    parent = parent_of(new.code)
    known = await known_regions(db, {new.code, parent} if parent else {new.code})
    if new.code in known:
        raise RegionTaken(code=new.code)
    if parent and parent not in known:
        raise RegionUnknown
    row = await _entered(db, new)
    audit.note(db, "region", new.code, new.code)
    return row


async def _entered(db: AsyncSession, new: NewRegionRow) -> Region:
    """The new row; of two that enter one code at once, the second is told that it is taken."""
    row = _row(new)
    values = {column.key: getattr(row, column.key) for column in Region.__table__.columns}
    found = await db.execute(insert(Region).values(values).on_conflict_do_nothing().returning(Region.code))
    if found.scalar_one_or_none() is None:
        raise RegionTaken(code=new.code)
    return row


def _row(new: NewRegionRow) -> Region:
    level = level_of(new.code)
    if level is None or (level is Level.COMMUNITY and not is_community(new.code)):
        raise refused(
            "区划代码应为 2、4、6、9 或 12 位数字，社区末三位为 001 至 399。",
            "A region code has 2, 4, 6, 9 or 12 digits; a community's last three are 001 to 399.",
        )
    return Region(
        code=new.code,
        name=new.name,
        parent=parent_of(new.code),
        level=level,
        valid_from=new.valid_from,
        valid_to=None,
    )


async def import_regions(db: AsyncSession, actor: Actor, content: bytes) -> Entered:
    """All rows of a CSV (code, name) or none. Rows that stand already with that name are left as they are."""
    rows = _parsed(content)
    wanted = {row.code for row in rows} | {parent for row in rows if (parent := parent_of(row.code))}
    known = await known_regions(db, wanted)
    names = {code: region.name for code, region in known.items()}
    added = 0
    for row in sorted(rows, key=lambda one: len(one.code)):
        if names.get(row.code, row.name) != row.name:
            raise RegionTaken(code=row.code)
        if row.code in names:
            continue
        if not actor.holds(ENTERING, row.code):
            raise RoleForbidden(needed=sorted(ENTERING))
        parent = parent_of(row.code)
        if parent and parent not in names:
            raise refused(f"{row.code} 的上级 {parent} 未登记。", f"The parent {parent} of {row.code} is not entered.")
        await _entered(db, row)
        names[row.code] = row.name
        added += 1
    audit.note(db, "region", "import", None, added=added)
    return Entered(added, len(rows) - added)


def _parsed(content: bytes) -> Sequence[NewRegionRow]:
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise csv.Error
        table = list(csv.DictReader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise refused("请上传 UTF-8 编码的 CSV。", "Upload a CSV in UTF-8.") from None
    rows = [NewRegionRow((row.get("code") or "").strip(), (row.get("name") or "").strip()) for row in table]
    if not rows or len(rows) > MOST_ROWS or any(not row.code or not 0 < len(row.name) <= 60 for row in rows):
        raise refused(
            f"CSV 需要 code 和 name 两列，1 至 {MOST_ROWS} 行，名称不超过 60 字。",
            f"The CSV needs the columns code and name, 1 to {MOST_ROWS} rows, names of at most 60 characters.",
        )
    return rows
