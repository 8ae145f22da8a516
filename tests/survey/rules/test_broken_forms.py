"""Each broken questionnaire is refused with the place of its fault: sheet, row, column, character."""

import pytest

from services.survey.rules.findings import TEXTS, in_words
from services.survey.rules.sheets import from_records
from services.survey.rules.workbook import read_workbook
from services.survey.sample import make
from tests.survey.rules.forms import CHOICES, SETTINGS, Rows, findings_of, row

Place = tuple[str, int, str, str, int]
N = row("integer", "n")

BROKEN: dict[str, tuple[Rows, Rows, list[Place]]] = {
    "a function that does not exist": (
        [N, row("text", "a", relevant="foo(1)")], [], [("survey", 3, "relevant", "FUNCTION_UNKNOWN", 1)],
    ),
    "a bracket that is not closed": (
        [N, row("text", "a", relevant="foo(1")], [], [("survey", 3, "relevant", "EXPRESSION_ENDS", 6)],
    ),
    "too few arguments": (
        [N, row("text", "a", relevant="${n} > 1 and if(1, 2)")], [],
        [("survey", 3, "relevant", "FUNCTION_ARITY", 14)],
    ),
    "too many arguments": (
        [row("integer", "n", constraint="today(1) > .")], [], [("survey", 2, "constraint", "FUNCTION_ARITY", 1)],
    ),
    "a function that yields something else each time": (
        [row("calculate", "c", calculation="random()")], [],
        [("survey", 2, "calculation", "FUNCTION_NOT_OFFERED", 1)],
    ),
    "a function that needs a file": (
        [row("calculate", "c", calculation="pulldata('homes', 'a', 'b', 'c')")], [],
        [("survey", 2, "calculation", "FUNCTION_NOT_OFFERED", 1)],
    ),
    "a reference to nothing": (
        [N, row("text", "a", relevant="1 = ${m}")], [], [("survey", 3, "relevant", "REFERENCE_UNKNOWN", 5)],
    ),
    "a reference that is not closed": (
        [N, row("text", "a", relevant="${n = 1")], [], [("survey", 3, "relevant", "EXPRESSION_REFERENCE", 1)],
    ),
    "a path that leads nowhere": (
        [N, row("text", "a", relevant="/data/m = 1")], [], [("survey", 3, "relevant", "PATH_UNKNOWN", 7)],
    ),
    "a relative path that leads out of the form": (
        [N, row("text", "a", relevant="../../../n = 1")], [], [("survey", 3, "relevant", "PATH_UNKNOWN", 4)],
    ),
    "a quotation that is not closed": (
        [row("text", "a", constraint=". = 'x")], [], [("survey", 2, "constraint", "EXPRESSION_QUOTE", 5)],
    ),
    "typographic quotation marks": (
        [row("text", "a", constraint=". = “x”")], [], [("survey", 2, "constraint", "EXPRESSION_SIGN", 5)],
    ),
    "two operators in a row": (
        [row("integer", "a", constraint=". > > 1")], [], [("survey", 2, "constraint", "EXPRESSION_UNEXPECTED", 5)],
    ),
    "an operator of another language": (
        [row("integer", "a", constraint=". == 1")], [], [("survey", 2, "constraint", "EXPRESSION_UNEXPECTED", 4)],
    ),
    "an axis that is not offered": (
        [row("integer", "a", constraint="//a = 1")], [], [("survey", 2, "constraint", "EXPRESSION_NOT_OFFERED", 1)],
    ),
    "a pattern that does not compile": (
        [row("text", "a", constraint="regex(., '[a')")], [], [("survey", 2, "constraint", "PATTERN_BAD", 1)],
    ),
    "a pattern that would never end": (
        [row("text", "a", constraint="regex(., '(a+)+b')")], [], [("survey", 2, "constraint", "PATTERN_BAD", 1)],
    ),
    "a pattern that is not written out": (
        [row("text", "a", constraint="regex(., ${a})")], [], [("survey", 2, "constraint", "PATTERN_NOT_TEXT", 1)],
    ),
    "relevances in a circle": (
        [row("integer", "a", relevant="${b} = 1"), row("integer", "b", relevant="${c} = 1"),
         row("integer", "c", relevant="${a} = 1")], [], [("survey", 2, "relevant", "CYCLE", 0)],
    ),
    "a calculation of itself": (
        [row("calculate", "a", calculation="${a} + 1")], [], [("survey", 2, "calculation", "CYCLE", 0)],
    ),
    "a group that depends on what is in it": (
        [row("begin_group", "g", relevant="${a} = 1"), row("integer", "a"), row("end_group", "")], [],
        [("survey", 2, "relevant", "CYCLE", 0)],
    ),
    "calculation and relevance in a circle": (
        [row("integer", "a", relevant="${c} > 1"), row("calculate", "c", calculation="${a} * 2")], [],
        [("survey", 2, "relevant", "CYCLE", 0)],
    ),
    "a name twice": ([N, row("text", "n")], [], [("survey", 3, "name", "NAME_TWICE", 0)]),
    "a name in another group twice": (
        [N, row("begin_group", "g"), row("text", "n"), row("end_group", "")], [],
        [("survey", 4, "name", "NAME_TWICE", 0)],
    ),
    "no name": ([{"type": "text", "label": "x"}, N], [], [("survey", 2, "name", "NAME_MISSING", 0)]),
    "a name with a space": ([row("text", "a b")], [], [("survey", 2, "name", "NAME_BAD", 0)]),
    "a reserved name": ([row("text", "meta")], [], [("survey", 2, "name", "NAME_RESERVED", 0)]),
    "no type": ([{"type": "", "name": "a", "label": "x"}, N], [], [("survey", 2, "type", "TYPE_MISSING", 0)]),
    "a type that does not exist": ([row("intger", "a")], [], [("survey", 2, "type", "TYPE_UNKNOWN", 0)]),
    "a question without a text": ([{"type": "text", "name": "a"}, N], [], [("survey", 2, "label", "LABEL_MISSING", 0)]),
    "a select without a list": ([row("select_one", "a")], [], [("survey", 2, "type", "LIST_MISSING", 0)]),
    "a select with a list that is not there": (
        [row("select_one jobs", "a")], CHOICES, [("survey", 2, "type", "LIST_UNKNOWN", 0)],
    ),
    "a choice twice": (
        [row("select_one help", "a")], [*CHOICES, CHOICES[0]], [("choices", 5, "name", "CHOICE_TWICE", 0)],
    ),
    "a choice with a space": (
        [row("select_one help", "a")], [*CHOICES, {**CHOICES[0], "name": "A B"}],
        [("choices", 5, "name", "CHOICE_NAME_BAD", 0)],
    ),
    "a choice without a name": (
        [row("select_one help", "a")], [*CHOICES, {"list_name": "help", "label": "x"}],
        [("choices", 5, "name", "CHOICE_NAME_MISSING", 0)],
    ),
    "a choice without a list": (
        [row("select_one help", "a")], [*CHOICES, {"name": "X", "label": "x"}],
        [("choices", 5, "list_name", "LIST_NAME_MISSING", 0)],
    ),
    "a choice without a text": (
        [row("select_one help", "a")], [*CHOICES, {"list_name": "help", "name": "X"}],
        [("choices", 5, "label", "CHOICE_LABEL_MISSING", 0)],
    ),
    "a filter over a column that is not there": (
        [N, row("select_one help", "a", choice_filter="storey = ${n}")], CHOICES,
        [("survey", 3, "choice_filter", "PATH_UNKNOWN", 1)],
    ),
    "a group that does not end": (
        [row("begin_group", "g"), row("text", "a")], [], [("survey", 2, "type", "GROUP_UNCLOSED", 0)],
    ),
    "an end without a beginning": (
        [N, row("end_group", "")], [], [("survey", 3, "type", "END_UNMATCHED", 0)],
    ),
    "a repetition that ends as a group": (
        [row("begin_repeat", "g"), row("text", "a"), row("end_group", "")], [],
        [("survey", 4, "type", "END_WRONG", 0)],
    ),
    "an empty group": (
        [N, row("begin_group", "g"), row("end_group", "")], [], [("survey", 3, "type", "GROUP_EMPTY", 0)],
    ),
    "a calculation without a formula": (
        [row("calculate", "c")], [], [("survey", 2, "calculation", "CALCULATION_MISSING", 0)],
    ),
    "a column that is misspelt": (
        [row("text", "a", relevent="1 = 1")], [], [("survey", 1, "relevent", "COLUMN_UNKNOWN", 0)],
    ),
    "no column for types": (
        [{"name": "a", "label": "x"}], [], [("survey", 1, "type", "COLUMN_MISSING", 0)],
    ),
    "no column for names": (
        [{"type": "text", "label": "x"}], [], [("survey", 1, "name", "COLUMN_MISSING", 0)],
    ),
    "an id number asked for": ([row("text", "a", label="身份证号码")], [], [("survey", 2, "label", "ID_NUMBER", 0)]),
    "an id number asked for under another name": (
        [row("text", "id_card")], [], [("survey", 2, "label", "ID_NUMBER", 0)],
    ),
    "a sensitive question that is required": (
        [row("text", "a", consent="PARTY", required="yes")], [],
        [("survey", 2, "required", "CONSENT_REQUIRED", 0)],
    ),
    "a required question in a group with a consent": (
        [row("begin_group", "g", consent="PARTY"), row("text", "a", required="yes"), row("end_group", "")], [],
        [("survey", 3, "required", "CONSENT_REQUIRED", 0)],
    ),
    "an id number asked for in the hint": (
        [row("text", "a", hint="请填身份证号")], [], [("survey", 2, "label", "ID_NUMBER", 0)],
    ),
    "a consent that is no purpose": (
        [row("text", "a", consent="party")], [], [("survey", 2, "consent", "CONSENT_BAD", 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_questionnaire_is_refused_with_the_place(name: str) -> None:
    """VIS-2 where it asks for too much."""
    survey, choices, places = BROKEN[name]

    found = findings_of(survey, choices)

    assert [(one.sheet, one.row, one.column, one.code, one.character) for one in found] == places


def test_a_missing_sheet_and_missing_settings_are_named() -> None:
    """PRI-1. No questionnaire without a notice."""
    assert [one.code for one in read_workbook(from_records({"survey": [N]})).findings] == ["SHEET_MISSING"]
    bare = from_records({"survey": [N], "settings": [{"form_title": "x", "form_id": "1 x"}]})
    assert [(one.column, one.code) for one in read_workbook(bare).findings] == [
        ("notice_version", "SETTING_MISSING"), ("notice", "SETTING_MISSING"), ("form_id", "SETTING_BAD"),
    ]  # fmt: skip


def test_every_finding_has_words_in_both_languages() -> None:
    found = [one for survey, choices, _ in BROKEN.values() for one in findings_of(survey, choices)]

    assert all(in_words(one, True) != in_words(one, False) for one in found)
    assert all(zh and en for zh, en in TEXTS.values())


def test_the_storys_questionnaire_is_whole() -> None:
    read = read_workbook(from_records(make.records()))

    assert read.findings == ()


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    rows = [row("text", f"a{number}") for number in range(501)]

    assert [(one.row, one.code) for one in findings_of(rows)] == [(502, "TOO_MANY_ROWS")]


def test_settings_are_as_they_are_named() -> None:
    assert set(SETTINGS) == {"form_title", "form_id", "notice_version", "notice"}
