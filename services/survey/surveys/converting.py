"""Reads an uploaded workbook and makes the XForm of a checked one; never inside this process."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from services.survey.errors import WorkbookRefused
from services.survey.rules.findings import Finding
from services.survey.rules.sheets import OWN, SETTINGS, Sheets, from_grids, to_records
from shared.telemetry import log

LARGEST_FILE = 2 * 1024 * 1024
SECONDS = 15.0
KEPT_XFORMS = 16
CHILD = Path(__file__).with_name("child.py")
REASONS: Mapping[str, tuple[str, str]] = {
    "empty": ("文件是空的。", "The file is empty."),
    "not_a_sheet": ("这不是 XLSX 表格。", "This is no XLSX workbook."),
    "legacy_xls": ("旧版 .xls 请另存为 .xlsx。", "Save the old .xls as .xlsx first."),
    "encrypted": ("文件有密码,请去掉密码后再上传。", "The file has a password; remove it first."),
    "macros": ("文件带有宏,请另存为不带宏的 .xlsx。", "The file holds macros; save it as .xlsx without them."),
    "zip_bomb": ("文件解压后过大,已拒绝。", "The file unpacks to far too much and is refused."),
    "too_large": ("表格过大。", "The workbook is too large."),
    "broken": ("文件已损坏,无法打开。", "The file is damaged and cannot be opened."),
}


@dataclass(frozen=True, slots=True)
class Converted:
    """An XForm, or the finding that forbids it."""

    xform: bytes
    finding: Finding | None = None


async def read_file(data: bytes) -> Sheets:
    """The sheets of an XLSX file. Errors: WorkbookRefused."""
    said = await _run("read", data)
    if "fault" in said:
        raise refused(str(said["fault"]))
    return from_grids(said["sheets"])


def refused(fault: str) -> WorkbookRefused:
    zh, en = REASONS[fault]
    return WorkbookRefused(fault=fault, reason_zh=zh, reason_en=en)


async def xform_of(sheets: Sheets, number: int) -> Converted:
    """The XForm of a checked questionnaire, made by pyxform."""
    records = {name: [_for_converter(row) for row in rows] for name, rows in to_records(sheets).items()}
    records[SETTINGS] = [{**records[SETTINGS][0], "version": str(number)}]
    wanted = json.dumps(records, sort_keys=True).encode()
    if (known := _made.get(wanted)) is not None:
        return known
    said = await _run("convert", wanted)
    if "xform" in said:
        if len(_made) >= KEPT_XFORMS:
            _made.pop(next(iter(_made)))
        _made[wanted] = Converted(str(said["xform"]).encode())
        return _made[wanted]
    fault = str(said["fault"])
    log.warning("the converter refused a questionnaire", fault=fault[:500])
    row = fault.split(" ")[1] if fault.startswith("converter ") else "0"
    return Converted(b"", Finding("survey", int(row), "", "CONVERTER"))


_made: dict[bytes, Converted] = {}
"""XForms by what they were made of: a street's one questionnaire is published for many compounds."""


def _for_converter(row: Mapping[str, str]) -> dict[str, str]:
    return {column: text for column, text in row.items() if column not in OWN}


async def _run(task: str, data: bytes) -> dict[str, Any]:
    """What the child said; a child that was killed by its limits or fell over is the input's fault."""
    command = [sys.executable, "-I", "-B", "-X", "utf8", str(CHILD), task]
    try:
        with anyio.fail_after(SECONDS):
            done = await anyio.run_process(command, input=data, check=False, start_new_session=True, env={})
    except TimeoutError:
        return {"fault": "too_large"}
    if done.returncode != 0:
        return {"fault": "too_large" if done.returncode < 0 else "broken"}
    said: dict[str, Any] = json.loads(done.stdout)
    return said
