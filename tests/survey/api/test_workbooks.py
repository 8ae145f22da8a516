"""Whatever file is uploaded as a questionnaire, it is read in a child, and refused in words if it is none."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest
from xlsxwriter import Workbook

from services.survey.sample.make import FILE, records
from services.survey.surveys.converting import read_file
from tests.survey.api.conftest import Office

Rows = Sequence[Mapping[str, str]]


def book(**sheets: Rows) -> bytes:
    """A workbook with these sheets, a row a mapping by heading."""
    content = io.BytesIO()
    made = Workbook(content, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        headings = list(dict.fromkeys(column for row in rows for column in row))
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(headings):
                sheet.write(number, place, row.get(column, ""))
    made.close()
    return content.getvalue()


def archive(entries: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return content.getvalue()


def encrypted() -> bytes:
    content = bytearray(archive({"xl/workbook.xml": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "spaces": (lambda: b"  \n", "empty"),
    "a text": (lambda: "类型,名称\n".encode(), "not_a_sheet"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_sheet"),
    "an old xls": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "legacy_xls"),
    "a locked workbook": (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "a locked archive": (encrypted, "encrypted"),
    "a zip bomb": (lambda: archive({"xl/workbook.xml": bytes(30_000_000)}), "zip_bomb"),
    "a thousand entries": (lambda: archive({f"x{number}": b"" for number in range(600)}), "zip_bomb"),
    "macros": (lambda: archive({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}), "macros"),
    "another archive": (lambda: archive({"word/document.xml": b"x"}), "not_a_sheet"),
    "a workbook of rubbish": (lambda: archive({"xl/workbook.xml": b"<workbook"}), "broken"),
    "half a workbook": (lambda: FILE.read_bytes()[:3000], "broken"),
    "a heading row without end": (lambda: book(survey=[{f"c{number}": "x" for number in range(80)}]), "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_that_is_no_questionnaire_is_refused_in_words(office: Office, name: str) -> None:
    make, fault = REFUSED[name]
    survey = await office.survey()

    reply = await office.upload(survey, make())

    assert (reply.status_code, reply.json()["fault"]) == (422, fault)
    assert reply.headers["content-type"] == "application/problem+json"
    assert (await office.get(office.clerk, f"/v1/surveys/{survey['id']}")).json()["latest"] == 0


async def test_a_file_that_is_too_large_is_refused_before_it_is_opened(office: Office) -> None:
    survey = await office.survey()

    reply = await office.upload(survey, bytes(2 * 1024 * 1024 + 1))

    assert reply.status_code == 413


async def test_a_fault_in_a_workbook_has_the_spreadsheets_own_row(office: Office) -> None:
    """Empty rows count, as they do for who looks for the fault."""
    survey = await office.survey()
    said = records()
    rows = [said["survey"][1], {}, {}, {**said["survey"][2], "relevant": "${nobody} > 1"}]

    reply = await office.upload(survey, book(survey=rows, choices=said["choices"], settings=said["settings"]))

    faults = [(one["sheet"], one["row"], one["column"], one["character"]) for one in reply.json()["errors"]]
    assert faults == [("survey", 5, "relevant", 1)]
    assert [one["pointer"] for one in reply.json()["errors"]] == ["/survey/3/relevant"]


async def test_a_workbook_without_its_sheets_is_refused(office: Office) -> None:
    survey = await office.survey()

    reply = await office.upload(survey, book(Blatt=[{"a": "b"}]))

    assert [(one["sheet"], one["code"]) for one in reply.json()["errors"]] == [
        ("survey", "SHEET_MISSING"),
        ("settings", "SHEET_MISSING"),
    ]


async def test_numbers_and_truths_of_a_spreadsheet_are_read_as_written() -> None:
    content = io.BytesIO()
    made = Workbook(content, {"in_memory": True})
    sheet = made.add_worksheet("choices")
    sheet.write_row(0, 0, ["list_name", "name", "label", "x"])
    sheet.write_row(1, 0, ["yes", 1, 2.5, True])
    made.close()

    sheets = await read_file(content.getvalue())

    assert dict(sheets["choices"].rows[0].cells) == {"list_name": "yes", "name": "1", "label": "2.5", "x": "true"}


async def test_the_shipped_workbook_is_what_its_maker_makes() -> None:
    """The story's questionnaire (scene 4)."""
    sheets = await read_file(FILE.read_bytes())

    said = {name: [dict(row.cells) for row in sheet.rows] for name, sheet in sheets.items()}
    assert said == records()


async def test_a_workbook_that_takes_longer_than_a_write_may_is_still_taken(office: Office) -> None:
    """The body is there before the write, its deadline and its transaction begin."""
    survey, patience = await office.survey(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
        await patience.wait()
        yield FILE.read_bytes() + b"\r\n--x--\r\n"

    headers = {**office.clerk.headers, "Content-Type": "multipart/form-data; boundary=x"}
    path = f"/v1/surveys/{survey['id']}/workbooks"
    sending = asyncio.create_task(office.client.post(path, content=body(), headers=headers))
    for _ in range(50):
        await asyncio.sleep(0)
    begun = len(office.house.writing)
    patience.set()

    assert (begun, (await sending).status_code) == (0, 201)
