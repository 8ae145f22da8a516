"""Lists in four forms: what Accept asks for, cells no spreadsheet computes, and length that costs no memory."""

import asyncio
import csv
import io
import json
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import Integer, Row, Select, String, Uuid, func, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import DBAPIError
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from shared.database import Database
from shared.edge import reading, reads
from shared.exports import Export, Form, Listing, Wanted, cells, columns, disarmed, listed, listing, whole
from shared.paging import Listed, Orders, down, up
from shared.problems import NotAcceptable
from shared.wire import Output, example

XLSX = Form.XLSX.value


class PlaceSeen(Output):
    model_config = Output.model_config | example(building="3", room="0501")

    building: str
    room: str | None


class LampSeen(Output):
    model_config = Output.model_config | example(
        code="140109013001", title="=1+1", works=False, number=7, place={"building": "3", "room": "0501"}, marks=["a"]
    )

    code: str
    title: str
    works: bool
    number: int
    place: PlaceSeen | None
    marks: list[str]


NUMBERS = func.generate_series(1, 1234).table_valued("n", name="numbers").render_derived()
NUMBER = sql_cast(NUMBERS.c.n, Integer)
LABEL = sql_cast(NUMBER % 10, String)
ID = sql_cast(func.lpad(sql_cast(NUMBER, String), 32, "0"), Uuid)
ORDERS = Orders("lamps", {"number": (up(NUMBER), up(ID)), "label": (down(LABEL), up(NUMBER))})
EXPORT = Export("lamps", LampSeen)
ALL: Select[Any] = select(NUMBER.label("number"), literal("=cmd|' /C calc'!A0").label("title"))


def seen(row: Row[Any]) -> LampSeen:
    place = PlaceSeen(building=str(row.number), room=None) if row.number % 2 else None
    return LampSeen(
        code="140109013001", title=row.title, works=True, number=row.number, place=place, marks=["灯", "a,b"]
    )


@pytest.fixture
async def database(database_urls: Mapping[str, str]) -> AsyncIterator[Database]:
    database = Database(database_urls["registry"], 2)
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()

    @app.get("/lamps", response_model=Listed[LampSeen], responses=EXPORT.responses())
    async def list_lamps(asked: Annotated[Listing, Depends(listing(ORDERS))], most: int = 1234) -> Any:
        return await listed(asked, ALL.where(most >= NUMBER), EXPORT, seen)

    async def session() -> AsyncIterator[Any]:
        async with database.read() as open_one:
            yield open_one

    async def refused(_: Request, refusal: NotAcceptable) -> Response:
        return JSONResponse(refusal.facts, 406)

    app.dependency_overrides[reading] = session
    app.dependency_overrides[reads] = lambda: database.read
    app.add_exception_handler(NotAcceptable, refused)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://lamps") as http:
        yield http


async def walked(client: httpx2.AsyncClient, query: str) -> list[int]:
    """Every number of the list, page by page."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(f"/lamps?{query}", params={"cursor": cursor} if cursor else None)).json()
        found += [item["number"] for item in page["items"]]
        cursor = page["next"]
    return found


async def test_pages_hold_every_row_once_and_in_order(client: httpx2.AsyncClient) -> None:
    assert await walked(client, "limit=200") == list(range(1, 1235))


async def test_pages_in_mixed_order_hold_every_row_once(client: httpx2.AsyncClient) -> None:
    found = await walked(client, "limit=199&sort=label")

    assert found == sorted(range(1, 1235), key=lambda number: (-(number % 10), number))


async def test_a_last_page_that_is_exactly_full_says_so(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/lamps?limit=50&most=50")).json()

    assert (len(page["items"]), page["next"]) == (50, None)


async def test_an_empty_list_is_an_empty_page(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/lamps?most=0")).json() == {"items": [], "next": None}


async def test_lines_of_json_hold_the_whole_list(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps", headers={"Accept": "application/x-ndjson"})

    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 1235))
    assert reply.headers["content-type"] == "application/x-ndjson"


async def test_csv_opens_in_a_spreadsheet_as_it_was_meant(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps?most=2", headers={"Accept": "text/csv"})

    assert reply.content.startswith(b"\xef\xbb\xbf")
    assert reply.headers["content-disposition"] == 'attachment; filename="lamps.csv"'
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert rows == [
        ["code", "title", "works", "number", "place.building", "place.room", "marks"],
        ["\t140109013001", "'=cmd|' /C calc'!A0", "true", "1", "1", "", '["灯", "a,b"]'],
        ["\t140109013001", "'=cmd|' /C calc'!A0", "true", "2", "", "", '["灯", "a,b"]'],
    ]


async def test_xlsx_holds_texts_as_texts_and_no_formula(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps", headers={"Accept": XLSX})

    rows = CalamineWorkbook.from_filelike(io.BytesIO(reply.content)).get_sheet_by_index(0).to_python()
    assert reply.headers["content-type"] == XLSX
    assert len(rows) == 1235
    assert rows[1] == ["140109013001", "=cmd|' /C calc'!A0", True, 1.0, "1", "", '["灯", "a,b"]']


async def test_an_export_goes_on_from_a_cursor(client: httpx2.AsyncClient) -> None:
    cursor = (await client.get("/lamps?limit=10")).json()["next"]

    reply = await client.get("/lamps", params={"cursor": cursor}, headers={"Accept": "application/x-ndjson"})

    assert len(reply.text.splitlines()) == 1224


async def test_an_empty_export_still_has_its_headings(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps?most=0", headers={"Accept": "text/csv"})

    assert len(reply.text.splitlines()) == 1


async def test_no_connection_stays_behind_after_exports(client: httpx2.AsyncClient, database: Database) -> None:
    for form in ("application/x-ndjson", "text/csv", XLSX, "application/json"):
        await client.get("/lamps", headers={"Accept": form})

    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def quiet() -> Message:
    """A client that says nothing more."""
    await asyncio.Event().wait()
    raise AssertionError("it never says anything")


@pytest.mark.parametrize("form", [Form.NDJSON, Form.CSV, Form.XLSX])
async def test_who_reads_slowly_holds_no_connection(database: Database, form: Form) -> None:
    reading, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def send(message: Message) -> None:
        reading.release()
        await go_on.wait()

    async with asyncio.timeout(20):
        slow = [
            asyncio.create_task(whole(database.read, ALL, form, EXPORT, seen)({"type": "http"}, quiet, send))
            for _ in range(3)
        ]
        for _ in slow:
            await reading.acquire()
        held = database.engine.pool.checkedout()  # type: ignore[attr-defined]
        go_on.set()
        await asyncio.gather(*slow)

    assert held == 0


async def test_who_hardly_reads_is_cut_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.exports.PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr("shared.exports.SLOWEST", 10**9)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await quiet()

    async with asyncio.timeout(20):
        await whole(database.read, ALL, Form.CSV, EXPORT, seen)({"type": "http"}, quiet, send)

    assert [message.get("more_body") for message in sent] == [None, True]


async def test_the_length_of_an_export_is_told(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps", headers={"Accept": "text/csv"})

    assert int(reply.headers["content-length"]) == len(reply.content)


async def test_a_list_that_fails_halfway_is_no_list_cut_short(database: Database) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    broken = ALL.where(literal(100) / (NUMBER - 1000) < 1_000_000)
    with pytest.raises(DBAPIError):
        await whole(database.read, broken, Form.NDJSON, EXPORT, seen)({"type": "http"}, quiet, send)

    assert sent == []


async def test_what_is_not_offered_is_refused_with_what_is(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/lamps", headers={"Accept": "application/xml"})

    assert reply.status_code == 406
    assert reply.json() == {"offered": [form.value for form in Form]}


ACCEPTED: Mapping[str, str | None] = {
    "": "application/json",
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/csv",
    "text/csv": "text/csv",
    "TEXT/CSV": "text/csv",
    "text/csv;q=0.5, application/x-ndjson": "application/x-ndjson",
    "application/json;q=0.1, text/csv;q=0.9": "text/csv",
    "text/html,application/xhtml+xml,*/*;q=0.8": "application/json",
    "application/json;q=0, */*": "application/x-ndjson",
    "text/csv;charset=utf-8": "text/csv",
    "text/csv;q=loud": None,
    "text/csv;q=nan": None,
    "application/xml": None,
    "image/*": None,
    "*/*;q=0": None,
    ";;;,,": None,
}


@pytest.mark.parametrize(("accept", "form"), ACCEPTED.items(), ids=repr)
def test_the_form_follows_accept(accept: str, form: str | None) -> None:
    app = FastAPI()

    @app.get("/")
    async def answer(form: Wanted) -> str:
        return form.value

    @app.exception_handler(NotAcceptable)
    async def refuse(request: Request, refusal: NotAcceptable) -> Response:
        return Response(status_code=406)

    reply = TestClient(app).get("/", headers={"Accept": accept})

    assert (reply.json() if form else reply.status_code) == (form or 406)


@pytest.mark.parametrize("sign", list("=+-@\t\r"))
def test_a_cell_that_begins_like_a_formula_is_disarmed(sign: str) -> None:
    assert disarmed(f"{sign}1+1") == f"'{sign}1+1"


@given(st.text())
def test_no_cell_whatever_begins_like_a_formula(text: str) -> None:
    shown = disarmed(text)

    assert not shown.startswith(("=", "+", "-", "@", "\r"))
    assert not shown.startswith("\t") or shown[1:].isdigit()
    assert shown.lstrip("'\t").endswith(text.lstrip("'\t"))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("0501", "\t0501"),
        ("140109013001", "\t140109013001"),
        ("501", "501"),
        ("72.97", "72.97"),
        (-5, "-5"),
        (None, ""),
        (True, "true"),
    ],
)
def test_identifiers_stay_text_and_numbers_numbers(cell: str | int | None, shown: str) -> None:
    assert disarmed(cell) == shown


def test_columns_follow_the_wire_type_and_cells_the_columns() -> None:
    named = columns(LampSeen)

    assert named == ("code", "title", "works", "number", "place.building", "place.room", "marks")
    assert list(cells({"code": "1", "place": None, "marks": []}, named)) == ["1", None, None, None, None, None, "[]"]


def test_every_form_is_in_the_contract_with_an_example() -> None:
    content = EXPORT.responses()[200]["content"]

    assert json.loads(content["application/x-ndjson"]["example"])["code"] == "140109013001"
    assert content["text/csv"]["example"].splitlines()[1].startswith("\t140109013001,'=1+1,false,7,3,\t0501")
    assert XLSX in content
    assert 406 in EXPORT.responses()


@pytest.mark.prove
@pytest.mark.parametrize("form", ["application/x-ndjson", "text/csv", XLSX])
async def test_a_list_of_forty_thousand_rows_leaves_in_bounded_memory(database: Database, form: str) -> None:
    long = func.generate_series(1, 40_000).table_valued("n", name="numbers").render_derived()
    statement = select(sql_cast(long.c.n, Integer).label("number"), literal("灯").label("title"))
    total = 0

    async def send(message: Message) -> None:
        nonlocal total
        total += len(message.get("body", b""))

    tracemalloc.start()
    await whole(database.read, statement, Form(form), EXPORT, seen)({"type": "http"}, quiet, send)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total > 400_000
    assert peak < 24 * 1024 * 1024
