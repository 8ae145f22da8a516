"""Decides in which of four forms a list leaves the house: JSON pages, or the whole list as NDJSON, CSV or XLSX."""

import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO, Annotated, Any, get_args

from anyio import to_thread
from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from shared.edge import Reading, Reads
from shared.paging import Listed, Orders, Page, Wire, ordered, page_of, paged
from shared.problems import HOUSE, NotAcceptable, response_of

BATCH = 500
SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767
CHUNK = 64 * 1024
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
) -> Listed[Wire] | StreamingResponse:
    """The page as JSON, or the whole list streamed from a read session of its own.

    A route that returns this names its wire type: `response_model=Listed[TicketSeen]`.
    """
    if listing.form is Form.JSON:
        return await page_of(listing.session, statement, listing.page, turn)
    return streamed(listing.sessions, ordered(statement, listing.page), listing.form, export, turn)


def streamed(
    sessions: Sessions, statement: Select[Any], form: Form, export: Export, turn: Callable[[Row[Any]], BaseModel]
) -> StreamingResponse:
    """The whole list in one of the three file forms; memory does not grow with its length."""
    content = WRITERS[form](_rows(sessions, statement, turn), export.item)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.name}.{ENDINGS[form]}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = "text/csv; charset=utf-8" if form is Form.CSV else form.value
    return StreamingResponse(content, headers=headers, media_type=media_type)


async def _rows(
    sessions: Sessions, statement: Select[Any], turn: Callable[[Row[Any]], BaseModel]
) -> AsyncIterator[list[BaseModel]]:
    """Batches of items, read through a server-side cursor."""
    async with sessions() as session:
        result = await session.stream(statement.execution_options(yield_per=BATCH))
        async for batch in result.partitions():
            yield [turn(row) for row in batch]


async def _ndjson(rows: AsyncIterator[list[BaseModel]], item: type[BaseModel]) -> AsyncIterator[str | bytes]:
    async for batch in rows:
        yield "".join(_line(entry.model_dump(mode="json")) for entry in batch)


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


async def _csv(rows: AsyncIterator[list[BaseModel]], item: type[BaseModel]) -> AsyncIterator[str | bytes]:
    named = columns(item)
    yield BYTE_ORDER_MARK + _csv_lines([list(named)])
    async for batch in rows:
        yield _csv_lines([list(cells(entry.model_dump(mode="json"), named)) for entry in batch])


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


async def _xlsx(rows: AsyncIterator[list[BaseModel]], item: type[BaseModel]) -> AsyncIterator[str | bytes]:
    """Written to a temporary file row by row (a zip's directory comes last), then sent in chunks."""
    with tempfile.TemporaryFile() as file:
        sheets = await to_thread.run_sync(_Sheets, file, columns(item))
        async for batch in rows:
            await to_thread.run_sync(sheets.write, [entry.model_dump(mode="json") for entry in batch])
        await to_thread.run_sync(sheets.close)
        file.seek(0)
        while chunk := await to_thread.run_sync(file.read, CHUNK):
            yield chunk


WRITERS: Mapping[Form, Callable[[AsyncIterator[list[BaseModel]], type[BaseModel]], AsyncIterator[str | bytes]]] = {
    Form.NDJSON: _ndjson,
    Form.CSV: _csv,
    Form.XLSX: _xlsx,
}


class _Sheets:
    """A workbook in constant memory; a new sheet begins where one is full."""

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
