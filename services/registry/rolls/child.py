"""Opens an uploaded register in a process of its own, with limits on memory and time, and prints its cells.

Run by path (`python -I child.py < file`): it imports nothing of the house. Standard output is JSON lines: a sheet
`{"sheet", "hidden", "uncomputed"}`, then its rows as arrays of strings, at last `{"end": true}`; or one
`{"fault": …}` that names why the file is refused.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

MEMORY = 1024 * 1024 * 1024
SECONDS = 60
ENTRIES = 1_000
UNPACKED = 300 * 1024 * 1024
RATIO = 200
ROWS = 120_000
COLUMNS = 200
CELL = 2_000
CELLS = 2_000_000
PRINTED = 24 * 1024 * 1024  # of UTF-8: what the reading process keeps is a small multiple of it
EXACT = 10**15  # a spreadsheet keeps fifteen digits: longer numbers have lost their last ones

Cell = int | float | str | bool | date | datetime | time | timedelta | None
_FORMULA = re.compile(
    rb'<c\s(?:[^>]*\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[\s>/](?:[^<]*</f>)?[^<]*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_TARGET = re.compile(rb"<Relationship\s[^>]*>")


class Fault(Exception):
    """The file is refused; the text is the fault's name."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    out = Printer()
    try:
        for line in read(data):
            out.print(line)
        out.print({"end": True})
    except Fault as fault:
        out.end({"fault": str(fault)})
    except MemoryError:
        out.end({"fault": "too_large"})
    sys.stdout.buffer.flush()


class Printer:
    """Prints until the limit."""

    def __init__(self) -> None:
        self.left = PRINTED
        self.cells = CELLS

    def print(self, line: object) -> None:
        text = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        self.left -= len(text)
        self.cells -= len(line) if isinstance(line, list) else 0
        if self.left < 0 or self.cells < 0:
            raise Fault("too_large")
        sys.stdout.buffer.write(text)

    def end(self, line: object) -> None:
        """The last word, whatever was printed before."""
        sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")


def read(data: bytes) -> Iterator[object]:
    if not data.strip():
        raise Fault("empty")
    if data.startswith(b"PK"):
        return read_xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        # Both an old .xls and a locked .xlsx are this container; the locked one names its stream.
        raise Fault("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "legacy_xls")
    return read_csv(data)


def inspect(data: bytes) -> zipfile.ZipFile:
    """Read the archive's directory before anything is unpacked."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, OverflowError):
        raise Fault("broken") from None
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Fault("encrypted")
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > max(RATIO * len(data), 4 * 1024 * 1024):
        raise Fault("zip_bomb")
    if any("vbaproject" in name.lower() for name in names):
        raise Fault("macros")
    if "xl/workbook.xml" not in names:
        raise Fault("not_a_sheet")
    return archive


def read_xlsx(data: bytes) -> Iterator[object]:
    archive = inspect(data)
    if b"macroEnabled" in part(archive, "[Content_Types].xml"):
        raise Fault("macros")
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # heavy, and only here

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        parts = sheet_parts(archive)
        for about in book.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            hidden = about.visible is not SheetVisibleEnum.Visible
            uncomputed = formulas(part(archive, parts.get(about.name, "")))
            yield {"sheet": about.name, "hidden": hidden, "uncomputed": [] if hidden else uncomputed}
            if not hidden:
                yield from rows_of(book.get_sheet_by_name(about.name).to_python(skip_empty_area=False))
    except (Fault, MemoryError):
        raise
    except BaseException:  # a panic of the Rust reader is a BaseException: whatever it stumbles on is a broken file
        raise Fault("broken") from None


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One file of the archive; empty when it is missing or damaged (the reader itself will then complain)."""
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, zlib.error):
        return b""


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> path of its XML."""
    targets: dict[str, str] = {}
    for tag in _TARGET.findall(part(archive, "xl/_rels/workbook.xml.rels")):
        target = attribute(tag, "Target")
        targets[attribute(tag, "Id")] = target[1:] if target.startswith("/") else f"xl/{target}"
    found = {}
    for tag in _SHEET.findall(part(archive, "xl/workbook.xml")):
        found[unescaped(attribute(tag, "name"))] = targets.get(attribute(tag, r"\w+:id"), "")
    return found


def attribute(tag: bytes, name: str) -> str:
    match = re.search(rf'\s{name}="([^"]*)"', tag.decode("utf-8", "replace"))
    return match.group(1) if match else ""


def unescaped(text: str) -> str:
    for sign, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(sign, plain)
    return text


def formulas(xml: bytes) -> list[tuple[int, int]]:
    """Cells (row from 1, column from 0) that hold a formula and no result."""
    if b"<f" not in xml:
        return []
    return [(int(row), column(letters.decode())) for letters, row in _FORMULA.findall(xml)]


def column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def rows_of(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        if number > ROWS or len(row) > COLUMNS:
            raise Fault("too_large")
        yield trimmed([text_of(cell) for cell in row])


def trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    if any(len(cell) > CELL for cell in cells):
        raise Fault("cell_too_long")
    return cells


def text_of(cell: Cell) -> str:
    """A cell as a person reads it: 101.0 -> "101"; a number too long to be exact keeps its "e+"."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT:
            return format(float(cell), ".15e")
        return str(int(cell)) if cell == int(cell) else format(cell, ".10g")
    return "" if cell is None else str(cell).replace("\0", "")


def read_csv(data: bytes) -> Iterator[object]:
    text = decoded(data)
    if text.lstrip()[:1] == "<" or "\0" in text:
        raise Fault("not_a_sheet")
    csv.field_size_limit(CELL * 4)
    head = "\n".join(text.splitlines()[:20])
    delimiter = max(",\t;|", key=head.count)
    yield {"sheet": "CSV", "hidden": False, "uncomputed": []}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from rows_of(list(row) for row in rows)
    except csv.Error:
        raise Fault("broken") from None


def decoded(data: bytes) -> str:
    """UTF-8 (with or without mark), UTF-16 with mark, or GB18030, which holds GBK and GB2312."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif any(sign < 9 or 13 < sign < 27 for sign in data[:4096]):
        raise Fault("not_a_sheet")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Fault("encoding")


if __name__ == "__main__":
    main()
