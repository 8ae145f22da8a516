"""Files as offices and attackers send them: read by a child process, or refused in words."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from services.registry.errors import RollFileRefused
from services.registry.rolls.reading import REASONS, read_sheets
from services.registry.rules.heads import counted
from services.registry.rules.roll import counted_homes, owners_of, read_roll
from services.registry.rules.roll_findings import FindingKind

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 3, 8)
HEADINGS = ["楼号", "单元", "房号", "面积", "业主姓名", "身份证号", "联系电话"]
HOME = ["1", "1", "101", 60.5, "张伟", "", "14000000001"]


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    fill(book)
    book.close()
    return file.getvalue()


def sheet_of(rows: Sequence[Sequence[object]]) -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名册")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return workbook(fill)


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, content)
    return file.getvalue()


async def fault_of(data: bytes) -> str:
    with pytest.raises(RollFileRefused) as refused:
        await read_sheets(data)
    return str(refused.value.facts["fault"])


async def test_the_shared_register_gives_exactly_the_expected_figures_and_findings() -> None:
    """OWN-5, OWN-6, VOTE-1."""
    expected = json.loads((DATA / "home-register.expected.json").read_text())
    roll = read_roll(await read_sheets((DATA / "home-register.xlsx").read_bytes()), TODAY)
    count = counted(counted_homes(roll.homes, owners_of(roll.homes)))
    assert (count.homes, count.heads, count.area) == (expected["homes"], expected["heads"], expected["area_known"])
    assert list(count.area_unknown) == expected["area_unknown"]
    assert list(count.owner_unknown) == expected["owner_unknown"]
    found = [{"sheet": one.sheet, "row": one.row, "kind": one.kind.value} for one in roll.findings]
    assert found == expected["findings"]
    assert all(one.column and one.heading and one.reason_zh and one.reason_en for one in roll.findings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
async def test_csv_is_read_in_the_encodings_offices_use(encoding: str, delimiter: str) -> None:
    """OWN-5."""
    lines = "\r\n".join(delimiter.join(map(str, row)) for row in (HEADINGS, HOME, [*HOME[:2], "102", "", "李\u3400"]))
    roll = read_roll(await read_sheets(lines.encode(encoding)), TODAY)
    assert [home.address.label for home in roll.homes] == ["1-1-101", "1-1-102"]
    assert roll.homes[1].owners[0].name == "李\u3400"


async def test_numbers_dates_and_flags_are_read_as_a_person_reads_them() -> None:
    """OWN-5: an id number stored as a number has lost digits, and says so instead of naming somebody else."""
    data = sheet_of(
        [HEADINGS, [1.0, 1, 101.0, 52.300000000000004, "张伟", 149900196902220607, 14000000001], [True, None, "x"]]
    )
    sheets = await read_sheets(data)
    assert sheets[0].rows[1][:5] == ("1", "1", "101", "52.3", "张伟")
    assert "e+17" in sheets[0].rows[1][5]
    roll = read_roll(sheets, TODAY)
    assert roll.findings[0].kind is FindingKind.BAD_ID
    assert "丢失" in roll.findings[0].reason_zh


async def test_formulas_give_their_saved_result_and_are_named_without_one() -> None:
    """OWN-5."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("A&B <1>")
        sheet.write_row(0, 0, HEADINGS)
        for number, value in ((1, "77.5"), (2, "")):
            sheet.write_row(number, 0, ["1", "1", f"10{number}"])
            sheet.write_formula(number, 3, "=70+7.5", None, value)
            sheet.write_string(number, 4, f"张伟{number}")

    roll = read_roll(await read_sheets(workbook(fill)), TODAY)
    assert [home.area.hundredths if home.area else None for home in roll.homes] == [7750, None]
    assert [(one.row, one.column) for one in roll.findings if one.kind is FindingKind.FORMULA] == [(3, "D")]


async def test_hidden_sheets_and_charts_are_not_read() -> None:
    """OWN-5."""

    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("名册").write_row(0, 0, HEADINGS)
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, HEADINGS)
        hidden.hide()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=名册!$D$1:$D$2"})
        book.add_chartsheet("图").set_chart(chart)

    sheets = await read_sheets(workbook(fill))
    assert [(sheet.name, sheet.hidden, len(sheet.rows)) for sheet in sheets] == [("名册", False, 1), ("旧", True, 0)]


GOOD = sheet_of([HEADINGS, HOME])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BAD_FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "an old xls": (OLE, "legacy_xls"),
    "a locked xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "macros": (with_part(GOOD, "xl/vbaProject.bin", b"x"), "macros"),
    "a word file": (archive(**{"word/document.xml": b"<w/>"}), "not_a_sheet"),
    "a cut file": (GOOD[: len(GOOD) // 2], "broken"),
    "only the magic": (b"PK\x03\x04", "broken"),
    "a workbook of rubbish": (archive(**{"xl/workbook.xml": b"rubbish", "[Content_Types].xml": b""}), "broken"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_sheet"),
    "a page": (b"<!doctype html><table><tr><td>1", "not_a_sheet"),
    "a pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\xff\xfe\xff", "encoding"),
    "bytes of no encoding": ("楼号".encode() + b"\xff\xff\xff", "encoding"),
    "a cell of megabytes": (("楼号,房号\n" + "x" * 3_000_000).encode(), "broken"),
    "a cell of a page": (("楼号,房号\n" + "x" * 3_000).encode(), "cell_too_long"),
    "too many rows": (b"1,2\n" * 120_001, "too_large"),
    "too many columns": (b"1," * 300, "too_large"),
    "a bomb": (archive(**{"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(120_000_000)}), "zip_bomb"),
    "a thousand parts": (archive(**{f"xl/{n}.xml": b"" for n in range(1_100)}), "zip_bomb"),
}


@pytest.mark.parametrize("name", BAD_FILES)
async def test_a_file_that_is_no_register_is_refused_in_words(name: str) -> None:
    """OWN-5, bad input."""
    data, fault = BAD_FILES[name]
    assert await fault_of(data) == fault
    assert all(REASONS[fault])


async def test_a_bomb_that_lies_about_its_size_is_stopped_by_the_childs_limits() -> None:
    """Bad input: the directory says 1 kB, the data unpack to 1.5 GB; memory of this process does not grow with it."""
    zeros = bytes(1_500_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for part in zipfile.ZipFile(io.BytesIO(GOOD)).infolist():
            if part.filename != "xl/worksheets/sheet1.xml":
                opened.writestr(part.filename, zipfile.ZipFile(io.BytesIO(GOOD)).read(part.filename))
        with opened.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData><row><c t='inlineStr'><is><t>")
            for _ in range(200):
                sheet.write(b" " * len(zeros))
    data = bytearray(file.getvalue())
    end = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<I", data, end + 24, 1_000)
    assert await fault_of(bytes(data)) in {"broken", "too_large", "zip_bomb"}


async def test_one_far_cell_does_not_fill_memory_with_the_emptiness_before_it() -> None:
    """Bad input: a sheet of two cells, the second at XFD1048576, would be 17 thousand million cells."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名册")
        sheet.write(0, 0, "楼号")
        sheet.write(1_048_575, 16_383, "x")

    assert await fault_of(workbook(fill)) == "too_large"


async def test_one_long_text_referred_to_many_times_is_stopped_while_it_is_printed() -> None:
    """A file of some kilobytes, and a gigabyte of text: counted in bytes, and never kept whole."""
    data = sheet_of([HEADINGS, *[["好" * 2_000] * 20] * 600])
    assert len(data) < 200_000
    assert await fault_of(data) == "too_large"
