"""Decides in which of four forms a list leaves the house: JSON pages, or the whole list as NDJSON, CSV or XLSX."""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO, Annotated, Any, Protocol, get_args
from weakref import WeakKeyDictionary

from anyio import to_thread
from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.edge import Reading, Reads
from shared.paging import Listed, Orders, Page, Wire, ordered, page_of, paged
from shared.problems import HOUSE, Busy, NotAcceptable, response_of
from shared.telemetry import log

BATCH = 500
SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767
CHUNK = 64 * 1024
LARGEST = 256 * 1024 * 1024
DRAINED_AT_ONCE = 2
"""Exports that read the database at the same time; a pool has three connections, so one is left for the rest."""
TURN_SECONDS = 20.0
"""How long an export waits for its turn: with what it takes itself, less than the 75 s a gateway waits for a room."""
COME_AGAIN_SECONDS = 10
PATIENCE_SECONDS = 60.0
SLOWEST = 32 * 1024
"""Bytes a second; who reads more slowly, after the first minute, is cut off."""
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the machine's own code page
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
EXACT_DIGITS = 11  # a longer number, or one with a leading zero, is an identifier: a spreadsheet would round it


class Form(StrEnum):
    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


ENDINGS: Mapping[Form, str] = {Form.NDJSON: "ndjson", Form.CSV: "csv", Form.XLSX: "xlsx"}

Cell = str | int | bool | None
Sessions = Callable[[], AbstractAsyncContextManager[AsyncSession]]


def wanted_form(accept: Annotated[str | None, Header(include_in_schema=False, max_length=1000)] = None) -> Form:
    """The best form for an Accept header. Errors: NotAcceptable."""
    ranges = [_weighed(part) for part in (accept or "*/*").split(",") if part.strip()]
    weights = {form: _weight(form, ranges) for form in Form}
    best = max(Form, key=lambda form: weights[form])  # on a draw the earlier one, JSON before all
    if weights[best] <= 0:
        raise NotAcceptable(offered=[form.value for form in Form])
    return best


Wanted = Annotated[Form, Depends(wanted_form)]


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return kind, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return kind, 0.0


def _weight(form: Form, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most exact range that covers the form."""
    for covering in (form.value, form.value.split("/")[0] + "/*", "*/*"):
        found = [quality for kind, quality in ranges if kind == covering]
        if found:
            return max(found)
    return 0.0


@dataclass(frozen=True, slots=True)
class Export:
    """A list that may leave whole: its file name (no ending) and the wire type of its items."""

    name: str
    item: type[BaseModel]

    def responses(self) -> dict[int | str, dict[str, Any]]:
        """The three further media types of the 200 answer and the 406, for a route's `responses=`."""
        row = _example(self.item)
        lines = "".join(_csv_lines([list(columns(self.item)), list(cells(row, columns(self.item)))]))
        return {
            406: response_of([HOUSE[NotAcceptable]]),
            200: {
                "description": "One page as JSON, or the whole list from the cursor on, as `Accept` asks.",
                "content": {
                    Form.NDJSON.value: _content("One JSON object a line.", _line(row)),
                    Form.CSV.value: _content("UTF-8 with BOM; identifiers as text, formulas disarmed.", lines),
                    Form.XLSX.value: {"schema": {"type": "string", "format": "binary"}},
                },
            },
        }


def _content(description: str, example: str) -> dict[str, Any]:
    return {"schema": {"type": "string", "description": description}, "example": example}


def _example(item: type[BaseModel]) -> Mapping[str, Any]:
    extra = item.model_config.get("json_schema_extra")
    examples = extra.get("examples") if isinstance(extra, dict) else None
    return examples[0] if isinstance(examples, list) and examples and isinstance(examples[0], dict) else {}


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list route needs to answer in the wanted form."""

    session: AsyncSession
    sessions: Sessions
    page: Page
    form: Form


def listing(orders: Orders) -> Callable[..., Listing]:
    """The dependency of a list route: page, order and form as asked. Use as `Annotated[Listing, Depends(...)]`."""

    def asked(session: Reading, sessions: Reads, page: Page, form: Wanted) -> Listing:
        return Listing(session, sessions, page, form)

    asked.__annotations__["page"] = Annotated[Page, Depends(paged(orders))]
    return asked


async def listed(
    listing: Listing, statement: Select[Any], export: Export, turn: Callable[[Row[Any]], Wire]
) -> Listed[Wire] | Response:
    """The page as JSON, or the whole list from a read session of its own.

    A route that returns this names its wire type: `response_model=Listed[TicketSeen]`.
    """
    if listing.form is Form.JSON:
        return await page_of(listing.session, statement, listing.page, turn)
    return whole(listing.sessions, ordered(statement, listing.page), listing.form, export, turn)


def whole(
    sessions: Sessions, statement: Select[Any], form: Form, export: Export, turn: Callable[[Row[Any]], BaseModel]
) -> "Spooled":
    """The whole list in one of the three file forms; memory does not grow with its length."""

    async def drain(file: IO[bytes]) -> None:
        """Batches of items through a server-side cursor."""
        writer = await to_thread.run_sync(WRITERS[form], file, columns(export.item))
        async with sessions() as session:
            result = await session.stream(statement.execution_options(yield_per=BATCH))
            async for batch in result.partitions():
                await to_thread.run_sync(_write, writer, [turn(row) for row in batch])
                _check_size(file, export.name)
        await to_thread.run_sync(writer.close)
        _check_size(file, export.name)

    return Spooled(drain, form, f"{export.name}.{ENDINGS[form]}")


def _check_size(file: IO[bytes], name: str) -> None:
    if file.tell() > LARGEST:
        raise RuntimeError(f"the list {name} is longer than {LARGEST} bytes: it leaves page by page only")


Drain = Callable[[IO[bytes]], Awaitable[None]]


class Spooled(Response):
    """A reply that is written to a temporary file as a whole before its first byte is sent.

    So a client that reads slowly holds a file, not a connection of the pool, and what fails while the list is read is
    still answered as a problem. Its length is told: a reply that was cut is seen as cut.
    """

    def __init__(self, drain: Drain, form: str, name: str) -> None:
        """`form` is a media type: one of Form, or another."""
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(headers=headers, media_type="text/csv; charset=utf-8" if form == Form.CSV else str(form))
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.TemporaryFile() as file:
            async with turn():
                await self._drain(file)
            size = file.tell()
            self.headers["Content-Length"] = str(size)
            file.seek(0)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS + size / SLOWEST):
                    await self._send(file, send)
            except TimeoutError:  # the body stays unfinished, so that the server cuts the connection
                log.warning("an export was read too slowly", bytes=size)

    async def _send(self, file: IO[bytes], send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while chunk := await to_thread.run_sync(file.read, CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """One of DRAINED_AT_ONCE: one semaphore a loop, which is one a process wherever it serves. Errors: Busy."""
    turns = _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(DRAINED_AT_ONCE))
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await turns.acquire()
    except TimeoutError:
        raise Busy(retry_after=COME_AGAIN_SECONDS) from None
    try:
        yield
    finally:
        turns.release()


class Writer(Protocol):
    """A form in the making, in a file of its own."""

    def write(self, entries: Sequence[Mapping[str, Any]]) -> None: ...

    def close(self) -> None: ...


def _write(writer: Writer, items: Sequence[BaseModel]) -> None:
    writer.write([item.model_dump(mode="json") for item in items])


class _Lines:
    """NDJSON."""

    def __init__(self, file: IO[bytes], named: tuple[str, ...]) -> None:
        self._file = file

    def write(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._file.write("".join(map(_line, entries)).encode())

    def close(self) -> None:
        self._file.flush()


class _Table:
    """CSV, its headings first."""

    def __init__(self, file: IO[bytes], named: tuple[str, ...]) -> None:
        self._file = file
        self._named = named
        self._file.write((BYTE_ORDER_MARK + _csv_lines([list(named)])).encode())

    def write(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._file.write(_csv_lines([list(cells(entry, self._named)) for entry in entries]).encode())

    def close(self) -> None:
        self._file.flush()


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


def _csv_lines(rows: Sequence[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[disarmed(cell) for cell in row] for row in rows])
    return text.getvalue()


def disarmed(cell: Cell) -> str:
    """A cell as CSV text that no spreadsheet computes, and whose digits none rounds.

    A text that begins like a formula gets an apostrophe before it; an identifier of digits gets a tab, which
    spreadsheets take as text and imports trim away.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if cell.startswith(FORMULA_SIGNS):
        return "'" + cell
    if cell.isascii() and cell.isdigit() and (len(cell) > EXACT_DIGITS or cell.startswith("0")):
        return "\t" + cell
    return cell


class _Sheets:
    """A workbook in constant memory, kept in files of its own until its end; a new sheet begins where one is full."""

    def __init__(self, file: IO[bytes], named: tuple[str, ...]) -> None:
        from xlsxwriter import Workbook  # heavy, and needed by few requests

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(file, options)
        self._named = named
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._put(0, self._named)
        self._next = 1

    def write(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            if self._next == SHEET_ROWS:
                self._begin()
            self._put(self._next, tuple(cells(entry, self._named)))
            self._next += 1

    def _put(self, row: int, values: Sequence[Cell]) -> None:
        for column, value in enumerate(values):
            if isinstance(value, bool):
                self._sheet.write_boolean(row, column, value)
            elif isinstance(value, int):
                self._sheet.write_number(row, column, value)
            elif value is not None:
                self._sheet.write_string(row, column, value[:CELL_LENGTH])

    def close(self) -> None:
        self._book.close()


WRITERS: Mapping[Form, Callable[[IO[bytes], tuple[str, ...]], Writer]] = {
    Form.NDJSON: _Lines,
    Form.CSV: _Table,
    Form.XLSX: _Sheets,
}


def columns(item: type[BaseModel], before: str = "") -> tuple[str, ...]:
    """The columns of a wire type: its fields in order; a model inside gives `field.inner`."""
    return tuple(islice(_columns(item, before), 1000))


def _columns(item: type[BaseModel], before: str) -> Iterator[str]:
    for name, field in item.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is None or inner is item:
            yield before + name
        else:
            yield from _columns(inner, f"{before}{name}.")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds at most one of, if it does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    options = [option for option in get_args(annotation) if option is not type(None)]
    is_optional = len(options) == 1 and type(None) in get_args(annotation)
    return _model_in(options[0]) if is_optional else None


def cells(entry: Mapping[str, Any], named: Sequence[str]) -> Iterator[Cell]:
    """The cells of one item; a list or an open object becomes JSON text."""
    for name in named:
        yield _cell(_found(entry, name))


def _found(entry: Mapping[str, Any], name: str) -> Any:
    found: Any = entry
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and abs(value) < 10**EXACT_DIGITS:
        return value
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)
