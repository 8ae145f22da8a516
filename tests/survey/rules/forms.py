"""Small questionnaires for tests of rules, with true defaults."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.survey.rules.findings import Finding
from services.survey.rules.form import Form
from services.survey.rules.sheets import Sheets, from_records
from services.survey.rules.workbook import read_workbook

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai, a Monday
SETTINGS = {"form_title": "摸底", "form_id": "mo_di", "notice_version": "2026-1", "notice": "只用于本小区议事。"}
CHOICES = [
    {"list_name": "help", "name": "RICE", "label": "买米", "floor": "1"},
    {"list_name": "help", "name": "LAMP", "label": "换灯", "floor": "2"},
    {"list_name": "help", "name": "TALK", "label": "聊天", "floor": "2"},
]
Rows = Sequence[Mapping[str, str]]


def row(kind: str, name: str, **cells: str) -> dict[str, str]:
    """A row of the survey sheet with a label."""
    return {"type": kind, "name": name, "label": name, **cells}


def sheets_of(survey: Rows, choices: Rows = CHOICES, **settings: str) -> Sheets:
    return from_records({"survey": survey, "choices": choices, "settings": [{**SETTINGS, **settings}]})


def form_of(survey: Rows, choices: Rows = CHOICES) -> Form:
    read = read_workbook(sheets_of(survey, choices))
    assert read.form is not None, read.findings
    return read.form


def findings_of(survey: Rows, choices: Rows = CHOICES, **settings: str) -> list[Finding]:
    return list(read_workbook(sheets_of(survey, choices, **settings)).findings)
