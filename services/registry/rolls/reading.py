"""Reads an uploaded register into sheets of plain cells, or refuses the file in words; never inside this process."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio
from anyio import to_thread

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
            done = await anyio.run_process(command, input=data, check=False, start_new_session=True, env={})
    except TimeoutError:
        raise refused("too_large") from None
    if done.returncode != 0:
        # Killed by its own limits (a signal), or fell over something that nobody thought of: the file's fault anyway.
        raise refused("too_large" if done.returncode < 0 else "broken")
    return await to_thread.run_sync(_sheets, done.stdout)


def _sheets(printed: bytes) -> tuple[Sheet, ...]:
    sheets: list[Sheet] = []
    rows: list[tuple[str, ...]] = []
    for line in printed.splitlines():
        said = json.loads(line)
        if isinstance(said, list):
            rows.append(tuple(map(str, said)))
        elif "fault" in said:
            raise refused(said["fault"])
        elif "sheet" in said:
            rows = []
            uncomputed = frozenset((int(row), int(column)) for row, column in said["uncomputed"])
            sheets.append(Sheet(said["sheet"], rows, said["hidden"], uncomputed))
    return tuple(sheets)
