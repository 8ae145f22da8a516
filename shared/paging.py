"""Decides how a long list is cut into pages: keyset paging in closed orders, one statement a page, no count."""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError
from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, asc, bindparam, desc, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.wire import YEARS, Output

MOST = 200
USUAL = 50
CURSOR_LENGTH = 2000
LONGEST_INTEGER = 2**63 - 1

Wire = TypeVar("Wire", bound=BaseModel)
Item = TypeVar("Item")
Value = str | int | bool | date | datetime | uuid.UUID


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. The column may be an expression, but never NULL: wrap it in coalesce()."""

    column: ColumnElement[Any]
    descending: bool = False


def up(column: Any) -> Key:
    return Key(column)


def down(column: Any) -> Key:
    return Key(column, descending=True)


@dataclass(frozen=True, slots=True)
class Orders:
    """The closed list of orders of one list: name -> keys, the last of which is unique. The first is the default.

    `name` names the list itself, so that the cursor of one list is refused by another.
    """

    name: str
    table: Mapping[str, tuple[Key, ...]]

    @property
    def default(self) -> str:
        return next(iter(self.table))


@dataclass(frozen=True, slots=True)
class Page:
    """What a caller asked for: at most `limit` items in an order, after the item with these key values."""

    orders: Orders
    order: str
    limit: int
    after: tuple[Value, ...] | None

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.orders.table[self.order]


def _generic_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """The example of a page is a page of its item's example."""
    items: tuple[Any, ...] = model.__pydantic_generic_metadata__["args"]
    extra = getattr(items[0], "model_config", {}).get("json_schema_extra") if items else None
    if isinstance(extra, dict) and isinstance(examples := extra.get("examples"), list):
        schema["examples"] = [{"items": examples[:1], "next": None}]


class Listed(Output, Generic[Wire]):
    """One page: its items, and the cursor of the page after it (null on the last)."""

    model_config = ConfigDict(json_schema_extra=_generic_example)

    items: list[Wire]
    next: str | None


def paged(orders: Orders) -> Callable[..., Page]:
    """The query parameters `limit`, `cursor` and `sort` of one list, as a dependency.

    A cursor that is forged, cut, or of another list or order is a field error (422) at `query/cursor`, told only
    after the caller's right to look was checked.
    """
    names = tuple(orders.table)

    def known(cursor: str | None) -> str | None:
        if cursor is not None:
            _read(orders, cursor)
        return cursor

    def page(limit: int, sort: str | None, cursor: str | None) -> Page:
        if cursor is None:
            return Page(orders, sort or orders.default, limit, None)
        order, after = _read(orders, cursor)
        if sort not in (None, order):
            raise RequestValidationError([{**_FOREIGN, "input": cursor}])
        return Page(orders, order, limit, after)

    page.__annotations__ |= {
        "limit": Annotated[int, Query(ge=1, le=MOST, description="How many items a page holds at most.")],
        "sort": Annotated[
            Literal[names] | None, Query(description=f"The order of the list; `{orders.default}` if left out.")
        ],
        "cursor": Annotated[
            str | None,
            Query(max_length=CURSOR_LENGTH, description="`next` of the page before; leave out for the first page."),
            AfterValidator(known),
        ],
    }
    page.__defaults__ = (USUAL, None, None)
    return page


async def page_of(
    session: AsyncSession, statement: Select[Any], page: Page, turn: Callable[[Row[Any]], Wire]
) -> Listed[Wire]:
    """One page of `statement`, each row turned into its wire type. One statement, no count."""
    rows = (await session.execute(cut(statement, page))).all()
    shown = rows[: page.limit]
    following = cursor_of(page, key_values(page, shown[-1])) if len(rows) > page.limit else None
    return Listed[Any](items=[turn(row) for row in shown], next=following)


def ordered(statement: Select[Any], page: Page) -> Select[Any]:
    """The whole list in the page's order, from the page's cursor on (an export follows a cursor too)."""
    statement = statement.order_by(*(desc(key.column) if key.descending else asc(key.column) for key in page.keys))
    return statement if page.after is None else statement.where(_beyond(page.keys, page.after))


def cut(statement: Select[Any], page: Page) -> Select[Any]:
    """One row more than the page holds, with the key values as the last columns of each row."""
    labelled = (key.column.label(f"key_{place}") for place, key in enumerate(page.keys))
    return ordered(statement, page).add_columns(*labelled).limit(page.limit + 1)


def key_values(page: Page, row: Row[Any]) -> tuple[Value, ...]:
    return tuple(row[-len(page.keys) :])


def _beyond(keys: Sequence[Key], after: Sequence[Value]) -> ColumnElement[bool]:
    values = [_bound(key, value) for key, value in zip(keys, after, strict=True)]
    columns = [key.column for key in keys]
    directions = {key.descending for key in keys}
    if len(directions) == 1:  # a row comparison walks one index from one place
        row, start = tuple_(*columns), tuple_(*values)
        return row < start if directions.pop() else row > start
    steps: list[ColumnElement[bool]] = []
    for place, key in enumerate(keys):
        same = [columns[earlier] == values[earlier] for earlier in range(place)]
        further = key.column < values[place] if key.descending else key.column > values[place]
        steps.append(and_(*same, further))
    return or_(*steps)


def _bound(key: Key, value: Value) -> ColumnElement[Any]:
    kind = BigInteger() if type(value) is int else key.column.type  # an INTEGER cast would overflow on a forged one
    return bindparam(None, value, type_=kind, unique=True)


# A cursor is base64url of JSON: [list, order, key values]. It is opaque to callers but no secret: it only says
# where to go on, within the filters and rights that each page applies anew. Hence no signature; but every part is
# checked, so that a forged one can neither reach the database as a wrong type nor cross to another list.
def cursor_of(page: Page, values: Sequence[Value]) -> str:
    written = [value if isinstance(value, int | str) else _written(value) for value in values]
    content = json.dumps([page.orders.name, page.order, written], separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def _written(value: date | datetime | uuid.UUID) -> str:
    return str(value) if isinstance(value, uuid.UUID) else value.isoformat()


_FOREIGN: Mapping[str, Any] = {"type": "cursor", "loc": ("query", "cursor"), "msg": "cursor of another order"}


def _read(orders: Orders, cursor: str) -> tuple[str, tuple[Value, ...]]:
    try:
        content = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        name, order, written = content
        keys = orders.table[order]
        if name != orders.name or not isinstance(written, list):
            raise ValueError("cursor of another list")
        return order, tuple(_value(key, value) for key, value in zip(keys, written, strict=True))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PydanticCustomError("cursor", "no cursor of this list") from None


def _value(key: Key, written: object) -> Value:
    return READERS[key.column.type.python_type](written)


def _integer(written: object) -> int:
    if type(written) is not int or not -LONGEST_INTEGER - 1 <= written <= LONGEST_INTEGER:
        raise ValueError("not an integer of the database")
    return written


def _boolean(written: object) -> bool:
    if not isinstance(written, bool):
        raise ValueError("not a truth value")
    return written


def _text(written: object) -> str:
    if not isinstance(written, str) or "\x00" in written:
        raise ValueError("not a storable text")
    written.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return written


def _instant(written: object) -> datetime:
    found = datetime.fromisoformat(_text(written))
    if found.tzinfo is None or found.year not in YEARS:
        raise ValueError("not an instant")
    return found


def _day(written: object) -> date:
    found = date.fromisoformat(_text(written))
    if found.year not in YEARS:
        raise ValueError("not a day")
    return found


READERS: Mapping[type, Callable[[object], Value]] = {
    uuid.UUID: lambda written: uuid.UUID(_text(written)),
    datetime: _instant,
    date: _day,
    int: _integer,
    bool: _boolean,
    str: _text,
}
