"""Everything that a thief of the database and the folder would hold, cell by cell, and what in it can be read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

CHINESE = re.compile("[㐀-鿿]")
PHONE = re.compile(r"(?<![\w.])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w.])")
ID_NUMBER = re.compile(r"(?<!\w)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx](?!\w)")
PLAIN = (b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"%PDF", b"{", b"[", b"<")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row; JSON and arrays are text, bytes are what of them reads as text. `noise`: not all of it."""

    column: str
    text: str
    noise: bool


def cells(admin_url: str) -> Iterator[Cell]:
    """Every value of every table of every schema, the queues' and the technique's too."""
    tables = (
        "SELECT n.nspname, k.relname FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace"
        " WHERE k.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'cleaning')"
    )
    with psycopg.connect(admin_url) as connection:
        for schema, table in connection.execute(tables).fetchall():
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))
            names = [column.name for column in cursor.description or ()]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    if value is not None:
                        yield _cell(f"{schema}.{table}.{name}", value)


def _cell(column: str, value: object) -> Cell:
    if not isinstance(value, bytes):
        return Cell(column, str(value), noise=False)
    text = value.decode("utf-8", "ignore")
    return Cell(column, text, noise=text.encode() != value)


def clear(found: Iterable[Cell], personal: Iterable[str]) -> set[str]:
    """Columns in which something of a person can be read: one of these values, or any phone or id number."""
    known = re.compile("|".join(re.escape(one) for one in sorted(personal, key=len, reverse=True)))
    return {
        f"{cell.column}: {hit[0]}"
        for cell in found
        for pattern in (known, PHONE, ID_NUMBER)
        if (hit := pattern.search(cell.text))
    }


def worded(found: Iterable[Cell]) -> set[str]:
    """Columns that hold words in clear."""
    return {cell.column for cell in found if not cell.noise and CHINESE.search(cell.text)}


def people_of(register: Path) -> set[str]:
    """Names, id numbers and phones in an office's register, by the headings of its columns."""
    from python_calamine import CalamineWorkbook  # only this looks into a workbook

    book = CalamineWorkbook.from_path(register)
    rows = [
        [str(cell).strip() for cell in row]
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    ]
    heads = next(row for row in rows if "业主姓名" in row)
    found: set[str] = set()
    for row in rows:
        if len(row) == len(heads) and row != heads:
            of = dict(zip(heads, row, strict=True))
            found |= {one for one in re.split("[、,，/ ]", of["业主姓名"]) if 2 <= len(one) <= 3}
            numbers = {one for one in (of["身份证号码"], of["联系电话"]) if len(one) > 6}
            found |= numbers | {one.replace(" ", "") for one in numbers}
    return found


def said_in_clear(page: Path) -> set[str]:
    """The columns that a page of the documentation says hold words in clear."""
    return set(re.findall(r"`(\w+\.\w+\.\w+)`", page.read_text("utf-8")))


def readable(folder: Path, personal: Iterable[str]) -> set[str]:
    """Stored files of a known kind, or with something of a person in them."""
    known = [one.encode() for one in personal]
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and _is_readable(path.read_bytes(), known)
    }


def _is_readable(content: bytes, known: list[bytes]) -> bool:
    return content.startswith(PLAIN) or any(one in content for one in known)
