"""Cursors: opaque, of one list and order, and harmless when forged."""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, String, Table, Uuid, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TIMESTAMP

from shared.paging import Listed, Orders, Page, cursor_of, cut, down, paged, up
from shared.wire import Output, example

THINGS = Table(
    "thing",
    MetaData(schema="sample"),
    Column("id", Uuid(), primary_key=True),
    Column("number", Integer),
    Column("weight", BigInteger),
    Column("at", TIMESTAMP(timezone=True)),
    Column("day", Date),
    Column("label", String(20)),
)
KEYS = (up(THINGS.c.number), up(THINGS.c.at), up(THINGS.c.day), up(THINGS.c.label), up(THINGS.c.id))
ORDERS = Orders(
    "things",
    {
        "newest": (down(THINGS.c.at), down(THINGS.c.id)),
        "number": (up(THINGS.c.number), up(THINGS.c.id)),
        "mixed": (down(THINGS.c.number), up(THINGS.c.label), up(THINGS.c.id)),
        "all": KEYS,
    },
)
ID = uuid.UUID("018f0000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


def client(orders: Orders = ORDERS) -> TestClient:
    app = FastAPI()

    @app.get("/things")
    def things(page: Annotated[Page, Depends(paged(orders))]) -> dict[str, Any]:
        return {"order": page.order, "limit": page.limit, "after": None if page.after is None else list(page.after)}

    return TestClient(app)


def page(order: str, after: Sequence[Any] | None = None, limit: int = 10) -> Page:
    return Page(ORDERS, order, limit, None if after is None else tuple(after))


def forged(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def sql(asked: Page) -> str:
    return str(cut(select(THINGS.c.id), asked).compile(dialect=postgresql.dialect()))


def test_a_first_page_has_fifty_items_in_the_first_order() -> None:
    assert client().get("/things").json() == {"order": "newest", "limit": 50, "after": None}


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=-1", "limit=x", "sort=oldest", "limit=1e9", "sort="])
def test_what_is_not_offered_is_a_field_error(query: str) -> None:
    assert client().get(f"/things?{query}").status_code == 422


def test_a_cursor_brings_its_order_along() -> None:
    cursor = cursor_of(page("number"), (7, ID))

    assert client().get("/things", params={"cursor": cursor}).json()["after"] == [7, str(ID)]
    assert client().get("/things", params={"cursor": cursor, "sort": "number"}).json()["order"] == "number"


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = cursor_of(page("number"), (7, ID))

    assert client().get("/things", params={"cursor": cursor, "sort": "newest"}).status_code == 422


def test_a_cursor_of_another_list_is_refused() -> None:
    elsewhere = client(Orders("homes", ORDERS.table))

    assert elsewhere.get("/things", params={"cursor": cursor_of(page("number"), (7, ID))}).status_code == 422


@given(
    number=st.integers(-(2**31), 2**31 - 1),
    at=st.datetimes(datetime(1901, 1, 1), datetime(2198, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    day=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    label=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    identity=st.uuids(),
)
def test_a_cursor_carries_every_kind_of_key_there_and_back(
    number: int, at: datetime, day: date, label: str, identity: uuid.UUID
) -> None:
    values = (number, at, day, label, identity)
    dependency = paged(ORDERS)

    assert dependency(cursor=cursor_of(page("all"), values)).after == values


FORGED: Sequence[object] = (
    [],
    {},
    "things",
    7,
    None,
    ["things", "newest"],
    ["things", "newest", []],
    ["things", "newest", [NOON.isoformat()]],
    ["things", "newest", [NOON.isoformat(), str(ID), str(ID)]],
    ["things", "newest", ["yesterday", str(ID)]],
    ["things", "newest", ["2026-03-08T12:00:00", str(ID)]],
    ["things", "newest", ["0001-01-01T00:00:00+14:00", str(ID)]],
    ["things", "newest", ["9999-12-31T23:59:59-12:00", str(ID)]],
    ["things", "newest", [0, str(ID)]],
    ["things", "newest", [NOON.isoformat(), "018f"]],
    ["things", "newest", [NOON.isoformat(), ["a"]]],
    ["things", "number", [2**63, str(ID)]],
    ["things", "number", [1.5, str(ID)]],
    ["things", "number", [True, str(ID)]],
    ["things", "number", ["7; DROP TABLE thing", str(ID)]],
    ["things", "oldest", [7, str(ID)]],
    ["things", ["newest"], [7, str(ID)]],
    [["things"], "newest", [7, str(ID)]],
    ["things", "mixed", [7, "a\x00b", str(ID)]],
    ["things", "mixed", [7, "\ud800", str(ID)]],
    ["things", "mixed", [7, None, str(ID)]],
)


@pytest.mark.parametrize("content", FORGED, ids=str)
def test_a_forged_cursor_is_a_field_error_and_nothing_else(content: object) -> None:
    assert client().get("/things", params={"cursor": forged(content)}).status_code == 422


@pytest.mark.parametrize("cursor", ["", "a", "%", "é", "====", "e30", "\x00", "A" * 1999, "A" * 2001, "[" * 1000])
def test_what_is_no_cursor_at_all_is_a_field_error(cursor: str) -> None:
    assert client().get("/things", params={"cursor": cursor}).status_code == 422


def test_deeply_nested_json_in_a_cursor_is_a_field_error() -> None:
    deep = urlsafe_b64encode(b"[" * 1400).decode()

    assert client().get("/things", params={"cursor": deep}).status_code == 422


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_a_cursor_crash(content: bytes) -> None:
    cursor = urlsafe_b64encode(content).decode()

    assert client().get("/things", params={"cursor": cursor}).status_code == 422


def test_one_direction_is_one_row_comparison_so_that_the_index_is_walked() -> None:
    text = sql(page("newest", (NOON, ID)))

    assert "(sample.thing.at, sample.thing.id) < (" in text
    assert "ORDER BY sample.thing.at DESC, sample.thing.id DESC" in text


def test_mixed_directions_are_compared_key_by_key() -> None:
    text = sql(page("mixed", (7, "a", ID)))

    assert "sample.thing.number < " in text
    assert "sample.thing.number = " in text
    assert " OR " in text


def test_a_statement_asks_for_one_row_more_than_the_page_and_counts_nothing() -> None:
    statement = cut(select(THINGS.c.id), page("number", limit=10)).compile(dialect=postgresql.dialect())

    assert "count(" not in str(statement).lower()
    assert 11 in statement.params.values()


def test_a_cursor_says_nothing_but_where_to_go_on() -> None:
    cursor = cursor_of(page("newest"), (NOON, ID))

    assert json.loads(urlsafe_b64decode(cursor + "==")) == ["things", "newest", ["2026-03-08T12:00:00+00:00", str(ID)]]


class ThingSeen(Output):
    model_config = Output.model_config | example(name="lamp")

    name: str


def test_a_page_shows_its_items_own_example() -> None:
    schema = Listed[ThingSeen].model_json_schema()

    assert schema["examples"] == [{"items": [{"name": "lamp"}], "next": None}]
