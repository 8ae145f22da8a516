"""Opens an uploaded workbook, or makes an XForm of a checked one, in a process with limits on memory and time.

Run by path (`python -I child.py read|convert`): it imports nothing of the house. Standard output is one JSON object:
`{"sheets": {name: [[cell]]}}`, `{"xform": text}`, or `{"fault": …}` that names why the input is refused.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

MEMORY = 1024 * 1024 * 1024
SECONDS = 40
ENTRIES = 500
UNPACKED = 60 * 1024 * 1024
RATIO = 200
ROWS = 6_000
COLUMNS = 60
CELL = 32_767

Cell = int | float | str | bool | date | datetime | time | timedelta | None


class Fault(Exception):
    """The input is refused; the text is the fault's name."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        said = {"sheets": read(data)} if sys.argv[1] == "read" else {"xform": convert(data)}
    except Fault as fault:
        said = {"fault": str(fault)}
    except MemoryError:
        said = {"fault": "too_large"}
    sys.stdout.write(json.dumps(said, ensure_ascii=False))
    sys.stdout.flush()


def read(data: bytes) -> dict[str, list[list[str]]]:
    """The cells of every visible sheet as a person reads them."""
    inspect(data)
    from python_calamine import CalamineWorkbook, SheetTypeEnum  # heavy, and only here

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [about.name for about in book.sheets_metadata if about.typ is SheetTypeEnum.WorkSheet]
        return {name: texts(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names[:20]}
    except (Fault, MemoryError):
        raise
    except BaseException:  # a panic of the Rust reader is a BaseException: whatever it stumbles on is a broken file
        raise Fault("broken") from None


def inspect(data: bytes) -> None:
    """Read the archive's directory before anything is unpacked."""
    if not data.strip():
        raise Fault("empty")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Fault("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "legacy_xls")
    if not data.startswith(b"PK"):
        raise Fault("not_a_sheet")
    inspect_entries(data)


def inspect_entries(data: bytes) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, OverflowError):
        raise Fault("broken") from None
    unpacked = sum(entry.file_size for entry in entries)
    names = {entry.filename.lower() for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise Fault("encrypted")
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > max(RATIO * len(data), 4 * 1024 * 1024):
        raise Fault("zip_bomb")
    if any("vbaproject" in name for name in names):
        raise Fault("macros")
    if "xl/workbook.xml" not in names:
        raise Fault("not_a_sheet")


def texts(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    if len(rows) > ROWS or any(len(row) > COLUMNS for row in rows):
        raise Fault("too_large")
    return [[text_of(cell) for cell in row] for row in rows]


def text_of(cell: Cell) -> str:
    """101.0 -> "101"; a truth as a spreadsheet's TRUE is "true"."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell == int(cell) and abs(cell) < 10**15:
        return str(int(cell))
    text = "" if cell is None else str(cell)
    if len(text) > CELL:
        raise Fault("too_large")
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def convert(data: bytes) -> str:
    """The XForm of a checked workbook, by pyxform. What it refuses is `converter`, with a row where it names one."""
    workbook = json.loads(data)
    from pyxform.errors import PyXFormError  # type: ignore[import-untyped]  # heavy, and only here
    from pyxform.xls2xform import convert as made  # type: ignore[import-untyped]

    try:
        return str(made(xlsform=workbook, validate=False, pretty_print=False).xform)
    except PyXFormError as refused:
        row = re.search(r"\[row : (\d+)\]", str(refused))
        raise Fault(f"converter {row[1] if row else 0} {refused}") from None


if __name__ == "__main__":
    main()
