"""Decides whether a workbook is a questionnaire: its sheets become a form, or a list of findings with their places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.survey.rules.dependencies import cycle_findings
from services.survey.rules.findings import Finding
from services.survey.rules.form import CONTAINERS, ROOT, SELECTS, TYPES, UNASKED, Choice, Form, Item, Kind
from services.survey.rules.meaning import expression_findings
from services.survey.rules.sheets import CHOICES, SETTINGS, SURVEY, Row, Sheet, Sheets, sheet_findings

DEEPEST = 6
MOST_FINDINGS = 200
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
CHOICE_NAME = re.compile(r"[^\s]{1,64}")
PURPOSE = re.compile(r"[A-Z][A-Z_]{1,39}", re.ASCII)
FORM_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)
RESERVED = frozenset({"meta", "instanceID", ROOT})
ID_NUMBER = re.compile(r"身份证|id[_ -]?card|id[_ -]?number|identity[_ -]?(card|number)|shenfenzheng", re.IGNORECASE)
_BEGIN = re.compile(r"begin[ _](group|repeat)", re.IGNORECASE)
_END = re.compile(r"end[ _](group|repeat)", re.IGNORECASE)
_CONTAINER = {"group": Kind.GROUP, "repeat": Kind.REPEAT}
YES = frozenset({"yes", "true", "true()", "是", "1"})
NO = frozenset({"", "no", "false", "false()", "否", "0"})


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a workbook: a form, or None with the findings that forbid it."""

    form: Form | None
    findings: tuple[Finding, ...]


def read_workbook(sheets: Sheets) -> Read:
    """The form of a workbook, if nothing is wrong with it."""
    found = list(sheet_findings(sheets))
    if found:
        return Read(None, tuple(found[:MOST_FINDINGS]))
    form, found = _built(sheets)
    found.extend(expression_findings(form))
    if not found:
        found.extend(cycle_findings(form))
    return Read(None if found else form, tuple(found[:MOST_FINDINGS]))


def published_form(sheets: Sheets) -> Form:
    """VIS-5. The form of a published version: it was judged then, and is not anew by a rule that is stricter now."""
    return _built(sheets)[0]


def _built(sheets: Sheets) -> tuple[Form, list[Finding]]:
    lists, faults = _lists(sheets.get(CHOICES))
    builder = _Builder(lists)
    builder.read(sheets[SURVEY])
    form, settings_faults = _form(sheets[SETTINGS], builder.items(), lists)
    return form, [*faults, *builder.findings, *settings_faults]


def _form(sheet: Sheet, items: tuple[Item, ...], lists: dict[str, tuple[Choice, ...]]) -> tuple[Form, list[Finding]]:
    row = sheet.rows[0]
    faults = [
        Finding(SETTINGS, row.number, name, "SETTING_MISSING", name)
        for name in ("form_title", "form_id", "notice_version", "notice")  # PRI-1: a notice before collecting
        if not row.get(name)
    ]
    for name in ("form_id", "notice_version"):
        if row.get(name) and not FORM_ID.fullmatch(row.get(name)) and name == "form_id":
            faults.append(Finding(SETTINGS, row.number, name, "SETTING_BAD", name))
        if len(row.get(name)) > 64:
            faults.append(Finding(SETTINGS, row.number, name, "CELL_TOO_LONG"))
    if len(row.get("form_title")) > 120:
        faults.append(Finding(SETTINGS, row.number, "form_title", "CELL_TOO_LONG"))
    notice = (row.get("notice_version"), row.get("notice"))
    return Form(row.get("form_id"), row.get("form_title"), *notice, items, lists), faults


def _lists(sheet: Sheet | None) -> tuple[dict[str, tuple[Choice, ...]], list[Finding]]:
    found: dict[str, list[Choice]] = {}
    faults: list[Finding] = []
    for row in sheet.rows if sheet else ():
        choices = found.setdefault(row.get("list_name"), [])
        faults.extend(_choice_findings(row, choices))
        extra = tuple((name, text) for name, text in row.cells.items() if name not in {"list_name", "name"})
        choices.append(Choice(row.get("name"), row.texts("label"), extra))
    return {name: tuple(choices) for name, choices in found.items()}, faults


def _choice_findings(row: Row, before: Sequence[Choice]) -> Iterator[Finding]:
    name = row.get("name")
    if not row.get("list_name"):
        yield Finding(CHOICES, row.number, "list_name", "LIST_NAME_MISSING")
    if not name:
        yield Finding(CHOICES, row.number, "name", "CHOICE_NAME_MISSING")
    elif not CHOICE_NAME.fullmatch(name):
        yield Finding(CHOICES, row.number, "name", "CHOICE_NAME_BAD", name)
    elif any(choice.name == name for choice in before):
        yield Finding(CHOICES, row.number, "name", "CHOICE_TWICE", name)
    if not row.texts("label"):
        yield Finding(CHOICES, row.number, "label", "CHOICE_LABEL_MISSING")


@dataclass(slots=True)
class _Open:
    """A container that is not closed yet."""

    item: Item
    children: list[Item] = field(default_factory=list)


class _Builder:
    """Reads the survey sheet from top to bottom into a tree."""

    def __init__(self, lists: dict[str, tuple[Choice, ...]]) -> None:
        self.lists = lists
        self.findings: list[Finding] = []
        self.open: list[_Open] = [_Open(Item("", Kind.GROUP, f"/{ROOT}", 0))]
        self.names: set[str] = set()

    def fault(self, row: Row, column: str, code: str, what: str = "") -> None:
        self.findings.append(Finding(SURVEY, row.number, column, code, what))

    def read(self, sheet: Sheet) -> None:
        for row in sheet.rows:
            self.row(row)

    def items(self) -> tuple[Item, ...]:
        for left in self.open[1:]:
            row = Row(left.item.row, {})
            self.fault(row, "type", "GROUP_UNCLOSED", left.item.name)
        while len(self.open) > 1:
            self.close()
        return tuple(self.open[0].children)

    def row(self, row: Row) -> None:
        written = row.get("type")
        if not written:
            self.fault(row, "type", "TYPE_MISSING")
        elif begins := _BEGIN.fullmatch(written):
            self.begin(row, _CONTAINER[begins[1].lower()])
        elif ends := _END.fullmatch(written):
            self.end(row, _CONTAINER[ends[1].lower()])
        else:
            self.question(row, written)

    def begin(self, row: Row, kind: Kind) -> None:
        if len(self.open) > DEEPEST:
            self.fault(row, "type", "GROUPS_TOO_DEEP")
        self.open.append(_Open(self.item(row, kind)))

    def end(self, row: Row, kind: Kind) -> None:
        if len(self.open) == 1:
            self.fault(row, "type", "END_UNMATCHED")
            return
        if self.open[-1].item.kind is not kind:
            self.fault(row, "type", "END_WRONG", self.open[-1].item.name)
        self.close()

    def close(self) -> None:
        left = self.open.pop()
        if not left.children:
            self.fault(Row(left.item.row, {}), "type", "GROUP_EMPTY", left.item.name)
        self.open[-1].children.append(replace(left.item, children=tuple(left.children)))

    def question(self, row: Row, written: str) -> None:
        first, *rest = written.split()
        kind = TYPES.get(first.lower())
        if kind is None or (rest and kind not in SELECTS):
            self.fault(row, "type", "TYPE_UNKNOWN", written)
            return
        list_name = " ".join(rest)
        if kind in SELECTS and not list_name:
            self.fault(row, "type", "LIST_MISSING")
        elif kind in SELECTS and list_name not in self.lists:
            self.fault(row, "type", "LIST_UNKNOWN", list_name)
        if kind is Kind.CALCULATE and not row.get("calculation"):
            self.fault(row, "calculation", "CALCULATION_MISSING")
        if kind not in {Kind.CALCULATE, Kind.DEVICE} and not row.texts("label"):
            self.fault(row, "label", "LABEL_MISSING")
        self.open[-1].children.append(self.item(row, kind, list_name))

    def item(self, row: Row, kind: Kind, list_name: str = "") -> Item:
        name = row.get("name")
        self.check_name(row, name)
        item = Item(
            name,
            kind,
            f"{self.open[-1].item.path}/{name}",
            row.number,
            row.texts("label"),
            row.texts("hint"),
            list_name,
            row.get("relevant"),
            row.get("constraint"),
            row.texts("constraint_message"),
            _required(row.get("required")),
            row.get("calculation"),
            row.get("choice_filter"),
            row.get("repeat_count"),
            row.get("consent"),
            row.get("replaces"),
        )
        self.check_need(row, item)
        return item

    def check_name(self, row: Row, name: str) -> None:
        """A `${name}` must mean one thing, so names are unique over the whole form."""
        if not name:
            self.fault(row, "name", "NAME_MISSING")
        elif not NAME.fullmatch(name):
            self.fault(row, "name", "NAME_BAD", name)
        elif name in RESERVED:
            self.fault(row, "name", "NAME_RESERVED", name)
        elif name in self.names:
            self.fault(row, "name", "NAME_TWICE", name)
        self.names.add(name)

    def check_need(self, row: Row, item: Item) -> None:
        """VIS-2. Only what is needed is asked: no id numbers; sensitive answers stay free."""
        asked = item.kind not in UNASKED | CONTAINERS
        if asked and any(ID_NUMBER.search(text) for text in (item.name, *(text for _, text in item.label + item.hint))):
            self.fault(row, "label", "ID_NUMBER")
        if item.required and (item.consent or any(one.item.consent for one in self.open)):
            self.fault(row, "required", "CONSENT_REQUIRED")
        if not item.consent:
            return
        if not PURPOSE.fullmatch(item.consent):
            self.fault(row, "consent", "CONSENT_BAD", item.consent)
        if item.kind is Kind.REPEAT or any(one.item.kind is Kind.REPEAT for one in self.open):
            self.fault(row, "consent", "CONSENT_REPEATED")


def _required(written: str) -> str:
    """ "" for no, "true()" for yes, else the expression."""
    if written.lower() in NO:
        return ""
    return "true()" if written.lower() in YES else written
