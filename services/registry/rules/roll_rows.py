"""OWN-5: which rows of a sheet are homes, which are titles, totals, notes or empty, and what merged cells mean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.registry.rules.addresses import Unreadable, parse_building
from services.registry.rules.numerals import plain
from services.registry.rules.roll_findings import Place
from services.registry.rules.roll_headings import Field, Layout, column_letter, layout_at

_TOTAL = re.compile(r"(本页)?(总计|合计|小计|共计|累计)")
_NOTE = re.compile(r"(填表|制表|填报|审核|复核|负责人|经办|日期|备注|说明|注|附|\d+[.、]\D)")
_MEANING = (Field.OWNER, Field.PUBLIC_UNIT, Field.ID_NUMBER, Field.PHONE, Field.CO_OWNER, Field.TENANT)
_PLACING = (Field.HOME, Field.BUILDING, Field.ENTRANCE, Field.ROOM)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as read: every cell a string. `uncomputed`: (row from 1, column from 0) of formulas without result."""

    name: str
    rows: Sequence[Sequence[str]]
    hidden: bool = False
    uncomputed: frozenset[tuple[int, int]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that claims to be a home; `building` and `entrance` are filled down from the rows above."""

    sheet: str
    number: int
    cells: Sequence[str]
    layout: Layout
    uncomputed: frozenset[tuple[int, int]]
    building: str = ""
    entrance: str = ""
    continues: bool = False

    def text(self, what: Field) -> str:
        column = self.layout.columns.get(what)
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    def has(self, what: Field) -> bool:
        return what in self.layout.columns

    def is_uncomputed(self, what: Field) -> bool:
        column = self.layout.columns.get(what)
        return column is not None and (self.number, column) in self.uncomputed

    def place(self, what: Field, home: str | None = None) -> Place:
        column = self.layout.columns.get(what)
        letter = "" if column is None else column_letter(column)
        return Place(self.sheet, self.number, letter, self.layout.headings.get(what, ""), home)


def rows_of(sheet: Sheet, layout: Layout) -> Iterator[Row]:
    """The rows below the headings that claim to be homes, in order, with merged cells filled down."""
    building, entrance = _building_in(sheet.name), ""
    skip_to = layout.first_row
    words = {sheet.rows[layout.heading_row - 1][column] for column in _columns_of(layout, sheet)} - {""}
    for index in range(layout.first_row - 1, len(sheet.rows)):
        cells = sheet.rows[index]
        if index + 1 < skip_to or not any(cell.strip() for cell in cells):
            continue
        repeated = layout_at(sheet.rows, index) if words & set(cells) else None
        if repeated:
            layout, skip_to = repeated, repeated.first_row
            continue
        row = Row(sheet.name, index + 1, cells, layout, sheet.uncomputed)
        section = _section(row)
        if section:
            building, entrance = section, ""
            continue
        if _is_no_home(row):
            continue
        building, entrance = _filled(row, building, entrance)
        yield replace(row, building=building, entrance=entrance, continues=_continues(row))


def _columns_of(layout: Layout, sheet: Sheet) -> list[int]:
    width = len(sheet.rows[layout.heading_row - 1])
    return [column for column in layout.columns.values() if column < width]


def _building_in(name: str) -> str:
    """A sheet called "3号楼" says which building its rows are in; "1-6号楼" and "Sheet1" do not."""
    written = plain(name)
    try:
        return parse_building(written) if re.search(r"号楼|栋|幢|座|#", written) else ""
    except Unreadable:
        return ""


def _section(row: Row) -> str:
    """A row that holds nothing but "3号楼": the building of the rows below it."""
    filled = [cell for cell in row.cells if cell.strip()]
    return _building_in(filled[0]) if len(filled) == 1 else ""


def _is_no_home(row: Row) -> bool:
    """Totals, notes under the list, and numbered rows left empty."""
    filled = [plain(cell) for cell in row.cells if plain(cell)]
    if _TOTAL.match(filled[0]) or (row.text(Field.SERIAL) and _TOTAL.match(plain(row.text(Field.SERIAL)))):
        return True
    if any(row.is_uncomputed(one) for one in (Field.ROOM, Field.HOME)):
        return False
    if all(_NOTE.match(cell) for cell in filled) and not plain(row.text(Field.ROOM)):
        return True
    if any(plain(row.text(one)) for one in (*_MEANING, Field.ROOM, Field.HOME)) or _has_area(row):
        return False
    # A numbered row with a place and a remark ("空置") may hide a home: it is reported, not skipped (OWN-6).
    return not (plain(row.text(Field.BUILDING)) and plain(row.text(Field.REMARK)))


def _has_area(row: Row) -> bool:
    return any(plain(row.text(one)) for one in Field if one.value.endswith("area"))


def _filled(row: Row, building: str, entrance: str) -> tuple[str, str]:
    """Blank building: the one above. Blank entrance: the one above, unless another building begins here."""
    own_building, own_entrance = row.text(Field.BUILDING).strip(), row.text(Field.ENTRANCE).strip()
    begins = bool(own_building) and _differs(own_building, building)
    return own_building or building, own_entrance or ("" if begins else entrance)


def _differs(left: str, right: str) -> bool:
    try:
        return parse_building(left) != parse_building(right)
    except Unreadable:
        return plain(left) != plain(right)


def _continues(row: Row) -> bool:
    """A further owner of the home above: a name, and no place, number or area of its own."""
    places = any(plain(row.text(one)) for one in (*_PLACING, Field.SERIAL))
    uncomputed = any(row.is_uncomputed(one) for one in _PLACING)
    return bool(plain(row.text(Field.OWNER))) and not places and not uncomputed and not _has_area(row)
