"""Decides how the cells of a workbook become rows: which sheets and columns there may be, by which names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.survey.rules.findings import Finding

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
MOST_ROWS: Mapping[str, int] = {SURVEY: 500, CHOICES: 5_000, SETTINGS: 1}
LONGEST_CELL = 4_000

# Other spellings that spreadsheets in use have.
ALIASES: Mapping[str, str] = {
    "list name": "list_name",
    "constraint message": "constraint_message",
    "constraint_msg": "constraint_message",
    "calculate": "calculation",
    "relevance": "relevant",
    "value": "name",
    "readonly": "read_only",
    "title": "form_title",
    "id_string": "form_id",
}
TRANSLATED = frozenset({"label", "hint", "constraint_message", "required_message", "guidance_hint", "media"})
KNOWN: Mapping[str, frozenset[str]] = {
    SURVEY: TRANSLATED
    | {
        "type", "name", "relevant", "constraint", "required", "calculation", "choice_filter", "repeat_count",
        "appearance", "default", "read_only", "parameters", "consent", "replaces", "note",
    },
    SETTINGS: frozenset(
        {"form_title", "form_id", "version", "default_language", "style", "notice_version", "notice", "instance_name"}
    ),
}  # fmt: skip
OWN = frozenset({"consent", "replaces", "note", "notice_version", "notice"})
"""Columns that are ours and not XLSForm's: the converter does not get them."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row, by column."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def texts(self, column: str) -> tuple[tuple[str, str], ...]:
        """The cells of `label` and `label::语言` as (language, text)."""
        found = []
        for name, text in self.cells.items():
            base, _, language = name.partition("::")
            if base == column and text:
                found.append((language.strip(), text))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Sheets = Mapping[str, Sheet]
Grid = Sequence[Sequence[str]]


def column_name(heading: str) -> str:
    """A heading as the rules know it: small letters, aliases, `label: 中文` as `label::中文`."""
    text = _SPACES.sub(" ", heading.strip())
    base, mark, language = text.partition("::")
    base = base.strip().lower()
    base = ALIASES.get(base, base)
    return f"{base}::{language.strip()}" if mark else base


def from_grids(grids: Mapping[str, Grid]) -> dict[str, Sheet]:
    """Sheets from rows of texts, the first row the headings. Other sheets than the three are left aside."""
    found = {}
    for name, grid in grids.items():
        wanted = name.strip().lower()
        if wanted in MOST_ROWS and wanted not in found:
            found[wanted] = _sheet(wanted, grid)
    return found


def _sheet(name: str, grid: Grid) -> Sheet:
    headings = tuple(column_name(cell) for cell in (grid[0] if grid else ()))
    rows = []
    for number, cells in enumerate(grid[1:], 2):
        filled = {
            column: cell.strip() for column, cell in zip(headings, cells, strict=False) if column and cell.strip()
        }
        if filled:
            rows.append(Row(number, filled))
    return Sheet(name, headings, tuple(rows))


def from_records(records: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Sheet]:
    """Sheets from JSON: a list of objects each; row numbers as in a spreadsheet."""
    found = {}
    for name, rows in records.items():
        cells = [{column_name(key): text.strip() for key, text in row.items() if text.strip()} for row in rows]
        columns = tuple(dict.fromkeys(column_name(key) for row in rows for key in row))
        numbered = tuple(Row(number, row) for number, row in enumerate(cells, 2) if row)
        found[name] = Sheet(name, columns, numbered)
    return found


def to_records(sheets: Sheets) -> dict[str, list[dict[str, str]]]:
    """The JSON form of sheets, an empty object for an empty row, so that row numbers stay."""
    return {name: list(_records(sheet)) for name, sheet in sheets.items()}


def _records(sheet: Sheet) -> Iterator[dict[str, str]]:
    next_row = 2
    for row in sheet.rows:
        for _ in range(next_row, row.number):
            yield {}
        yield dict(row.cells)
        next_row = row.number + 1


def sheet_findings(sheets: Sheets) -> Iterator[Finding]:
    """Missing sheets and columns, unknown or doubled columns, too much."""
    for name in (SURVEY, SETTINGS):
        if name not in sheets:
            yield Finding(name, 0, "", "SHEET_MISSING", name)
        elif not sheets[name].rows:
            yield Finding(name, 0, "", "SHEET_EMPTY")
    for sheet in sheets.values():
        yield from _column_findings(sheet)
        yield from _size_findings(sheet)


def _column_findings(sheet: Sheet) -> Iterator[Finding]:
    known = KNOWN.get(sheet.name)
    seen: set[str] = set()
    for column in sheet.columns:
        base = column.split("::")[0]
        translated = "::" in column and base not in TRANSLATED
        if column and known is not None and (base not in known or translated):
            yield Finding(sheet.name, 1, column, "COLUMN_UNKNOWN", column)
        if column and column in seen:
            yield Finding(sheet.name, 1, column, "COLUMN_TWICE", column)
        seen.add(column)
    if not sheet.rows:
        return
    needed = {SURVEY: ("type", "name"), CHOICES: ("list_name", "name")}.get(sheet.name, ())
    for column in needed:
        if column not in seen:
            yield Finding(sheet.name, 1, column, "COLUMN_MISSING", column)
    if sheet.name != SETTINGS and not any(column.split("::")[0] == "label" for column in seen):
        yield Finding(sheet.name, 1, "label", "COLUMN_MISSING", "label")


def _size_findings(sheet: Sheet) -> Iterator[Finding]:
    most = MOST_ROWS[sheet.name]
    if len(sheet.rows) > most:
        yield Finding(sheet.name, sheet.rows[most].number, "", "TOO_MANY_ROWS", str(most))
    for row in sheet.rows:
        for column, text in row.cells.items():
            if len(text) > LONGEST_CELL:
                yield Finding(sheet.name, row.number, column, "CELL_TOO_LONG")
