"""Answers are judged as the form says, wherever they come from."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.survey.rules.answers import FAULTS, check_answers, without
from services.survey.rules.dependencies import sensitive_paths
from services.survey.rules.form import Form
from services.survey.rules.patterns import is_usable, matches
from services.survey.rules.sheets import from_records
from services.survey.rules.workbook import published_form, read_workbook
from services.survey.sample import make
from tests.survey.rules.forms import NOW, form_of, row, sheets_of

FAMILY = form_of(
    [
        row("integer", "n", constraint=". >= 0"),
        row("begin_repeat", "person", repeat_count="${n}"),
        row("integer", "age", required="yes", constraint=". < 130", constraint_message="太大"),
        row("select_one help", "wish", relevant="${age} >= 60"),
        row("calculate", "is_old", calculation="if(${age} >= 60, 1, 0)"),
        row("end_repeat", ""),
        row("calculate", "old", calculation="sum(${is_old})"),
        row("begin_group", "elders", relevant="${old} > 0"),
        row("text", "doctor", required="${old} > 1"),
        row("end_group", ""),
        row("integer", "floor"),
        row("select_one help", "near", choice_filter="floor <= ${floor}"),
        row("text", "party", consent="PARTY"),
        row("select_multiple help", "many", required="yes"),
    ]
)
GOOD: dict[str, Any] = {"n": 1, "person": [{"age": 70, "wish": "TALK"}], "many": ["LAMP"]}


def faults_of(change: dict[str, Any], consents: tuple[str, ...] = (), form: Form = FAMILY) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in check_answers(form, {**GOOD, **change}, consents, NOW).faults]


CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"n": -1}, [("/n", "CONSTRAINT"), ("/person", "REPEAT_COUNT")]),
    ({"n": 2}, [("/person", "REPEAT_COUNT")]),
    ({"n": 0, "person": []}, []),
    ({"n": None, "person": []}, []),
    ({"n": "1"}, [("/n", "WRONG_KIND")]),
    ({"n": True}, [("/n", "WRONG_KIND")]),
    ({"n": 1.5}, [("/n", "WRONG_KIND")]),
    ({"person": [{"age": 129}]}, []),
    ({"person": [{"age": 130}]}, [("/person/0/age", "CONSTRAINT")]),
    ({"person": [{}]}, [("/person/0/age", "REQUIRED")]),
    ({"person": [{"age": 59, "wish": "TALK"}]}, [("/person/0/wish", "NOT_RELEVANT")]),
    ({"person": [{"age": 60, "wish": "TALK"}]}, []),
    ({"n": 2, "person": [{"age": 70}, {"age": 80}]}, [("/elders/doctor", "REQUIRED")]),
    ({"n": 2, "person": [{"age": 70}, {"age": 80}], "elders": {"doctor": "李"}}, []),
    ({"n": 0, "person": [], "elders": {"doctor": "李"}}, [("/elders/doctor", "NOT_RELEVANT")]),
    ({"person": {"age": 70}}, [("/person", "WRONG_KIND"), ("/person", "REPEAT_COUNT")]),
    ({"person": [7]}, [("/person/0", "WRONG_KIND"), ("/person/0/age", "REQUIRED")]),
    ({"floor": 1, "near": "RICE"}, []),
    ({"floor": 1, "near": "LAMP"}, [("/near", "NOT_A_CHOICE")]),
    ({"floor": 2, "near": "LAMP"}, []),
    ({"many": ["LAMP", "LAMP"]}, [("/many", "WRONG_KIND")]),
    ({"many": ["LAMP", "NOTHING"]}, [("/many", "NOT_A_CHOICE")]),
    ({"many": []}, [("/many", "REQUIRED")]),
    ({"old": 99}, []),
    ({"other": 1}, [("/other", "UNKNOWN_FIELD")]),
    ({"party": "x"}, [("/party", "CONSENT_MISSING")]),
]


@pytest.mark.parametrize(("change", "expected"), CASES, ids=str)
def test_answers_hold_by_the_forms_own_rules(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults_of(change) == expected


def test_what_a_device_computed_is_computed_again() -> None:
    checked = check_answers(FAMILY, {**GOOD, "old": 99}, (), NOW)

    assert (checked.values["/old"], checked.values["/person/0/is_old"]) == ("1", "1")


def test_a_consent_lets_its_answer_in_and_its_absence_does_not_flag_the_rest() -> None:
    """VIS-2."""
    with_consent = check_answers(FAMILY, {**GOOD, "party": "x"}, ("PARTY",), NOW)
    without_it = check_answers(FAMILY, {**GOOD, "party": "x"}, (), NOW)

    assert (with_consent.values["/party"], with_consent.counts) == ("x", True)
    assert ("/party" in without_it.values, without_it.counts) == (False, True)


def test_what_is_computed_from_a_sensitive_answer_is_as_sensitive() -> None:
    """PRI-1."""
    form = form_of(
        [
            row("begin_group", "g", consent="PARTY"),
            row("text", "party"),
            row("end_group", ""),
            row("calculate", "is_party", calculation="if(${party} = 'x', 1, 0)"),
            row("calculate", "shown", calculation="concat('p', ${is_party})"),
            row("calculate", "other", calculation="1 + 1"),
        ]
    )

    assert sensitive_paths(form) == {"/data/g/party", "/data/is_party", "/data/shown"}


def test_what_must_not_be_kept_is_taken_out() -> None:
    """VIS-2."""
    sent = {"a": {"b": 1, "c": [{"d": 2}, {"d": 3}]}}

    assert without(sent, {"/a/b", "/a/c/1/d"}) == {"a": {"c": [{"d": 2}, {}]}}


def test_a_relevance_that_does_not_hold_empties_what_depends_on_it() -> None:
    form = form_of(
        [
            row("integer", "a"),
            row("integer", "b", relevant="${a} = 1"),
            row("integer", "c", relevant="${b} = 2"),
            row("calculate", "s", calculation="coalesce(${b}, 'none')"),
        ]
    )

    checked = check_answers(form, {"a": 0, "b": 2, "c": 3}, (), NOW)

    assert [(one.pointer, one.code) for one in checked.faults] == [("/b", "NOT_RELEVANT"), ("/c", "NOT_RELEVANT")]
    assert checked.values == {"/a": "0", "/s": "none"}


@pytest.mark.parametrize(
    ("pattern", "usable"),
    [
        ("1[3-9][0-9]{9}", True),
        ("[一-龥]{2,10}", True),
        ("a*b*c*", True),
        ("(a+)+", False),
        ("(a|b*)*", False),
        ("a*a*a*a*", False),
        (r"(a)\1", False),
        ("[", False),
        ("(?:a{1,21}){1,21}", False),
        ("(?:a{0,20}){0,20}", False),  # thirty letters kept the server busy for hours
        ("(a|aa){1,20}b", False),
        (r"(\d{1,3}\.){3}\d{1,3}", True),
        (r"[\w.]+@[\w.]+\.\w+", True),
        ("x" * 201, False),
    ],
)
def test_a_pattern_that_could_keep_the_server_busy_is_refused(pattern: str, usable: bool) -> None:
    assert is_usable(pattern) is usable


def test_the_worst_usable_pattern_ends_on_the_longest_answer() -> None:
    assert not matches("a*a*a*b", "a" * 200)


def test_a_published_form_is_not_judged_anew_by_a_stricter_rule() -> None:
    """VIS-5. Else a round that is under way would have no form any more; nothing fits what is no longer usable."""
    sheets = sheets_of([row("text", "a", constraint="regex(., '(a+)+')")])

    checked = check_answers(published_form(sheets), {"a": "aa"}, (), NOW)

    assert read_workbook(sheets).form is None
    assert [(one.pointer, one.code) for one in checked.faults] == [("/a", "CONSTRAINT")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["LAMP", "YES"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
STORY = read_workbook(from_records(make.records())).form
assert STORY is not None
NAMES = [item.name for item in STORY.all_items()]


@settings(deadline=None)
@given(sent=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), JSON, max_size=8))
def test_any_json_object_has_an_outcome(sent: dict[str, Any]) -> None:
    """No answer, whatever it is, makes the re-check fall over; and what fails never counts."""
    assert STORY is not None
    checked = check_answers(STORY, sent, ("PARTY",), NOW)

    assert all(fault.code in FAULTS for fault in checked.faults)
    assert not checked.counts  # the required counts of people are never right by chance in these


@settings(deadline=None)
@given(order=st.permutations(list(GOOD)))
def test_the_order_of_the_answers_plays_no_part(order: list[str]) -> None:
    sent = {name: GOOD[name] for name in order}

    assert check_answers(FAMILY, sent, (), NOW) == check_answers(FAMILY, GOOD, (), NOW)
