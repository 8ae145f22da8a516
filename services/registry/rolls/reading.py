"""Reads an uploaded register into sheets of plain cells, or refuses the file in words; never inside this process."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL

import anyio
from anyio.abc import Process

from services.registry.errors import RollFileRefused
from services.registry.rules.roll_rows import Sheet

LARGEST_FILE = 10 * 1024 * 1024
SECONDS = 90.0
CHILD = Path(__file__).with_name("child.py")
REASONS: Mapping[str, tuple[str, str]] = {
    "empty": ("文件是空的。", "The file is empty."),
    "not_a_sheet": ("这不是 XLSX 或 CSV 表格。", "This is neither an XLSX nor a CSV sheet."),
    "legacy_xls": ("旧版 .xls 请另存为 .xlsx。", "Save the old .xls as .xlsx first."),
    "encrypted": ("文件有密码，请去掉密码后再上传。", "The file has a password; remove it first."),
    "macros": ("文件带有宏，请另存为不带宏的 .xlsx。", "The file holds macros; save it as .xlsx without them."),
    "zip_bomb": ("文件解压后过大，已拒绝。", "The file unpacks to far too much and is refused."),
    "too_large": ("表格过大：最多 120,000 行、200 列。", "The sheet is too large: at most 120,000 rows, 200 columns."),
    "too_many_people": (
        "名册上的人过多：业主和使用人合计最多 150,000 人次。",
        "Too many people: at most 150,000 owners and tenants in all.",
    ),
    "failed": (
        "读入时发生意外错误，未改动任何数据；请联系系统管理员。",
        "Reading it failed unexpectedly and nothing was changed; ask the administrator.",
    ),
    "cell_too_long": ("有单元格超过 2,000 字。", "A cell holds more than 2,000 characters."),
    "encoding": ("CSV 的编码无法识别，请用 UTF-8 或 GB18030。", "The CSV is neither UTF-8 nor GB18030."),
    "broken": ("文件已损坏，无法打开。", "The file is damaged and cannot be opened."),
    "no_list": ("没有找到带表头的住户名册。", "No list of homes with headings was found."),
}


def refused(fault: str) -> RollFileRefused:
    zh, en = REASONS[fault]
    return RollFileRefused(fault=fault, reason_zh=zh, reason_en=en)


async def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """The sheets of an XLSX or CSV file, in order. Errors: RollFileRefused with one of REASONS.

    A child process opens the file: whatever is in it, this process neither unpacks it nor grows by more than its text.
    """
    if not data:
        raise refused("empty")
    command = [sys.executable, "-I", "-B", "-X", "utf8", str(CHILD)]
    try:
        with anyio.fail_after(SECONDS):
            async with await anyio.open_process(command, stderr=DEVNULL, start_new_session=True, env={}) as child:
                try:
                    sheets = await _told(child, data)
                    status = await child.wait()
                finally:
                    if child.returncode is None:
                        child.kill()
    except TimeoutError:
        raise refused("too_large") from None
    if status != 0:
        # Killed by its own limits (a signal), or fell over something that nobody thought of: the file's fault anyway.
        raise refused("too_large" if status < 0 else "broken")
    return sheets


async def _told(child: Process, data: bytes) -> tuple[Sheet, ...]:
    """Hand the file in and take its lines as they come: what was printed is never kept beside what it says."""
    assert child.stdout is not None
    sheets = _Sheets()
    rest = b""
    async with anyio.create_task_group() as both:
        both.start_soon(_hand_in, child, data)
        async for chunk in child.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sheets.take(line)
                if sheets.fault:
                    both.cancel_scope.cancel()
    if sheets.fault:
        raise refused(sheets.fault)
    return tuple(sheets.found)


async def _hand_in(child: Process, data: bytes) -> None:
    assert child.stdin is not None
    # A child that has refused the file reads no more of it.
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        await child.stdin.send(data)
    await child.stdin.aclose()


class _Sheets:
    """The sheets told so far; `fault` once the file is refused."""

    def __init__(self) -> None:
        self.found: list[Sheet] = []
        self.rows: list[tuple[str, ...]] = []
        self.fault: str | None = None

    def take(self, line: bytes) -> None:
        said = json.loads(line)
        if isinstance(said, list):
            self.rows.append(tuple(map(str, said)))
        elif "fault" in said:
            self.fault = str(said["fault"])
        elif "sheet" in said:
            self.rows = []
            uncomputed = frozenset((int(row), int(column)) for row, column in said["uncomputed"])
            self.found.append(Sheet(said["sheet"], self.rows, said["hidden"], uncomputed))
