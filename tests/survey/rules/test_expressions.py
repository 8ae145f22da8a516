"""Expressions yield what XPath 1.0 and the XLSForm reference say; the expected values were worked out by hand."""

import pytest

from services.survey.rules.answers import check_answers
from services.survey.rules.evaluating import Scene, evaluate
from services.survey.rules.expressions import ExpressionFault, parse
from services.survey.rules.functions import FUNCTIONS, PLACED
from services.survey.rules.instance import instance_of
from services.survey.rules.values import text_of
from tests.survey.rules.forms import NOW, form_of, row

FORM = form_of(
    [
        row("text", "zh"),
        row("integer", "n"),
        row("decimal", "d"),
        row("select_one help", "one"),
        row("select_multiple help", "many"),
        row("date", "born"),
        row("dateTime", "seen"),
        row("text", "none"),
        row("text", "spaced"),
        row("begin repeat", "person"),
        row("text", "who"),
        row("integer", "age"),
        row("end repeat", "person_end"),
        row("begin repeat", "nobody"),
        row("integer", "empty_age"),
        row("end repeat", "nobody_end"),
        row("text", "own"),
    ]
)
ANSWERS = {
    "zh": "刘大爷",
    "n": 3,
    "d": "2.5",
    "one": "RICE",
    "many": ["RICE", "LAMP"],
    "born": "1950-02-28",
    "seen": "2026-11-23T10:30:00+08:00",
    "spaced": "a  b c",
    "person": [{"who": "a", "age": 70}, {"who": "b", "age": 8}, {"who": "c", "age": 35}],
    "own": "OLD",
}

VECTORS: list[tuple[str, str]] = [
    # numbers and operators
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("7 div 2", "3.5"),
    ("7 mod 3", "1"),
    ("-7 mod 3", "-1"),
    ("7 mod -3", "1"),
    ("1.5 mod 0.5", "0"),
    ("1 div 0", "Infinity"),
    ("-1 div 0", "-Infinity"),
    ("0 div 0", "NaN"),
    ("'x' div 0", "NaN"),
    ("5 mod 0", "NaN"),
    ("2 - 3 - 4", "-5"),
    ("--3", "3"),
    ("-${n}", "-3"),
    ("${n}+1", "4"),
    ("${n} - 1", "2"),
    ("'3' + '4'", "7"),
    ("'a' + 1", "NaN"),
    ("true() + 1", "2"),
    (".5 + 1.", "1.5"),
    ("0.1 + 0.2 = 0.3", "false"),
    ("1000000 * 1000000", "1000000000000"),
    ("1 div 10000000", "0.0000001"),
    # comparison and truth
    ("${n} = 3", "true"),
    ("${n} = '3'", "true"),
    ("'3.0' = '3'", "false"),
    ("${n} != 3", "false"),
    ("${d} > 2 and ${d} < 3", "true"),
    ("'10' > '9'", "true"),
    ("'b' > 'a'", "false"),
    ("${none} = ''", "true"),
    ("${none} > 0", "false"),
    ("${none} < 1", "false"),
    ("not(${none} > 0)", "true"),
    ("1 = true()", "true"),
    ("'x' = true()", "true"),
    ("'' = false()", "true"),
    ("${empty_age} = ''", "true"),
    ("1 < 2 = true()", "true"),
    ("true() or 1 div 0 > 'x'", "true"),
    ("false() or false()", "false"),
    ("true() and not(false())", "true"),
    ("1 or 0 and 0", "true"),
    ("boolean('false')", "true"),
    ("boolean('')", "false"),
    ("boolean(0)", "false"),
    ("boolean(-1)", "true"),
    ("boolean-from-string('false')", "false"),
    ("boolean-from-string('1')", "true"),
    ("boolean-from-string('yes')", "false"),
    ("'true' = true()", "true"),
    # if, coalesce, once
    ("if(${n} > 2, 'many', 'few')", "many"),
    ("if(${none} = '', 'nothing', ${none})", "nothing"),
    ("if(selected(${many}, 'TALK'), 1, 2)", "2"),
    ("if('', 'a', 'b')", "b"),
    ("coalesce(${none}, ${zh})", "刘大爷"),
    ("coalesce(${none}, '', 'c')", "c"),
    ("coalesce(${n}, 9)", "3"),
    ("coalesce(${none}, '')", ""),
    ("once('NEW')", "OLD"),
    # choices
    ("selected(${one}, 'RICE')", "true"),
    ("selected(${many}, 'LAMP')", "true"),
    ("selected(${many}, 'LAM')", "false"),
    ("selected(${none}, '')", "false"),
    ("count-selected(${many})", "2"),
    ("count-selected(${none})", "0"),
    ("selected-at(${many}, 1)", "LAMP"),
    ("selected-at(${many}, 5)", ""),
    ("jr:choice-name(${one}, '${one}')", "买米"),
    ("jr:choice-name('TALK', '${many}')", "聊天"),
    ("jr:choice-name('X', '${many}')", "X"),
    # repetitions
    ("sum(${age})", "113"),
    ("sum(/data/person/age)", "113"),
    ("sum(${empty_age})", "0"),
    ("count(${person})", "3"),
    ("count(${nobody})", "0"),
    ("count(/data/person[age >= 35])", "2"),
    ("count(${person}[./age < 10])", "1"),
    ("max(${age})", "70"),
    ("min(${age})", "8"),
    ("min(${age}, 3)", "3"),
    ("max(${empty_age})", "NaN"),
    ("max(1, ${n}, 2)", "3"),
    ("count-non-empty(${who})", "3"),
    ("count-non-empty(${none} | ${zh})", "1"),
    ("/data/person[2]/who", "b"),
    ("/data/person[position() = 3]/who", "c"),
    ("/data/person[last()]/who", "c"),
    ("/data/person[age = 8]/who", "b"),
    ("/data/person[age > 9][2]/who", "c"),
    ("indexed-repeat(${who}, ${person}, 2)", "b"),
    ("indexed-repeat(${who}, ${person}, 4)", ""),
    ("indexed-repeat(${age}, ${person}, count(${person}))", "35"),
    ("join(', ', ${who})", "a, b, c"),
    ("concat(${who})", "abc"),
    ("sum(${age}) div count(${age})", "37.666666666666664"),
    ("../n", "3"),
    ("/data/*[. = 'RICE']", "RICE"),
    ("../person[1]/../zh", "刘大爷"),
    ("count(${who} | ${age})", "6"),
    ("(${who})[2]", "b"),
    ("current()/../n", "3"),
    (".", "OLD"),
    ("string-length(.)", "3"),
    # texts
    ("string(${n})", "3"),
    ("string(1.50)", "1.5"),
    ("string(true())", "true"),
    ("string-length(${zh})", "3"),
    ("string-length('')", "0"),
    ("concat('a', 1, true())", "a1true"),
    ("concat(${zh}, '(', ${n}, ')')", "刘大爷(3)"),
    ("join('-', 'a', 'b')", "a-b"),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', 2)", "llo"),
    ("substr('hello', -2)", "lo"),
    ("substr('hello', 3, 1)", ""),
    ("substring('12345', 2, 3)", "234"),
    ("substring('12345', 2)", "2345"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring('12345', 0, 3)", "12"),
    ("substring('12345', 0 div 0, 3)", ""),
    ("substring-before('1999/04/01', '/')", "1999"),
    ("substring-after('1999/04/01', '/')", "04/01"),
    ("substring-before('abc', 'x')", ""),
    ("contains(${zh}, '大')", "true"),
    ("contains('a', '')", "true"),
    ("starts-with('abc', 'ab')", "true"),
    ("ends-with('abc', 'bc')", "true"),
    ("ends-with('abc', 'ab')", "false"),
    ("translate('bar', 'abc', 'AB')", "BAr"),
    ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
    ("normalize-space(${spaced})", "a b c"),
    ('concat("it\'s", \' "ok"\')', 'it\'s "ok"'),
    # regular expressions match the whole text
    ("regex('13800138000', '1[3-9][0-9]{9}')", "true"),
    ("regex('138001380001', '1[3-9][0-9]{9}')", "false"),
    ("regex(${zh}, '[一-龥]+')", "true"),
    ("regex('ab', '^a|b$')", "false"),
    ("regex('', '[0-9]*')", "true"),
    ("regex('a\n', 'a')", "false"),
    # numbers
    ("number('2.50')", "2.5"),
    ("number('x')", "NaN"),
    ("number('')", "NaN"),
    ("number(true())", "1"),
    ("number(' 7 ')", "7"),
    ("number('1e3')", "NaN"),
    ("int(2.9)", "2"),
    ("int(-2.9)", "-2"),
    ("int('7.2')", "7"),
    ("round(2.5)", "3"),
    ("round(-2.5)", "-2"),
    ("round(2.4)", "2"),
    ("round(3.14159, 2)", "3.14"),
    ("round(1250, -2)", "1300"),
    ("round(1.005, 1)", "1"),
    ("floor(-2.1)", "-3"),
    ("ceiling(2.1)", "3"),
    ("abs(-3)", "3"),
    ("sqrt(16)", "4"),
    ("sqrt(-1)", "NaN"),
    ("pow(2, 10)", "1024"),
    ("pow(-8, 0.5)", "NaN"),
    # days: 1970-01-01 is 0; 1950-02-28 is 7247 days before it; 2026-11-23 is 20780 days after it
    ("today()", "2026-11-23"),
    ("number(today())", "20780"),
    ("number(${born})", "-7247"),
    ("int((today() - ${born}) div 365.25)", "76"),
    ("today() > ${born}", "true"),
    ("${born} < '1950-03-01'", "true"),
    ("${born} = '1950-02-28'", "true"),
    ("${born} >= date('1950-03-01')", "false"),
    ("${none} <= today()", "false"),
    ("date('2026-02-30')", ""),
    ("date(20780)", "2026-11-23"),
    ("date(today() - 3)", "2026-11-20"),
    ("date(${seen})", "2026-11-23"),
    ("today() - date('2026-11-20')", "3"),
    ("now() > today()", "true"),
    ("now() = ${seen}", "true"),
    ("now() < date-time('2026-11-23T12:00:00+08:00')", "true"),
    ("decimal-date-time('1970-01-02')", "1"),
    ("decimal-date-time('1970-01-01T12:00:00+08:00')", "0.5"),
    ("decimal-date-time('x')", "NaN"),
    ("format-date(${born}, '%Y年%n月%e日')", "1950年2月28日"),
    ("format-date(today(), '%d/%m/%y')", "23/11/26"),
    ("format-date(today(), '%a %b')", "Mon Nov"),
    ("format-date('x', '%Y')", ""),
    ("format-date(today(), '%Q')", ""),
    ("format-date-time(now(), '%Y-%m-%d %H:%M:%S')", "2026-11-23 10:30:00"),
    ("format-date-time(${seen}, '%h:%M')", "10:30"),
    ("format-date(20780 + 1, '%Y-%m-%d')", "2026-11-24"),
    ("int(format-date(today(), '%Y')) - int(format-date(${born}, '%Y'))", "76"),
    ("string(${seen})", "2026-11-23T10:30:00.000+08:00"),
    # checklists
    ("checklist(1, 2, true(), true(), false())", "true"),
    ("checklist(1, 1, true(), true())", "false"),
    ("checklist(-1, 1, 'yes', 'no')", "true"),
    ("weighted-checklist(3, -1, true(), 2, false(), 5)", "false"),
    ("weighted-checklist(3, -1, true(), 2, true(), 5)", "true"),
    # names with signs, spaces and case
    ("  1+1  ", "2"),
    ("${ n }", "3"),
    ("string-length( 'a b' )", "3"),
]


def value_at(text: str, place: str = "own", number: int = 0) -> str:
    instance = instance_of(FORM, ANSWERS, ())
    node = instance.placed[place][number].node
    names = {choice.name: choice.label[0][1] for choice in FORM.lists["help"]}
    scene = Scene(node, node, NOW, FORM.paths(), lambda path, value: names.get(value, value))
    return text_of(evaluate(parse(text), scene))


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_an_expression_yields_what_was_worked_out_by_hand(text: str, expected: str) -> None:
    assert value_at(text) == expected


def test_every_function_has_a_vector() -> None:
    called = {name for name in (*FUNCTIONS, *PLACED) if any(f"{name}(" in text for text, _ in VECTORS)}

    assert set(FUNCTIONS) | set(PLACED) == called


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        (0, "${age}", "70"),
        (1, "${age}", "8"),
        (1, "../age + 1", "9"),
        (1, "position(..)", "2"),
        (2, "position(..)", "3"),
        (2, "sum(/data/person/age)", "113"),
        (1, "${n}", "3"),
        (1, "../../person[position() = position(current()/..) - 1]/age", "70"),
        (1, "indexed-repeat(${age}, ${person}, position(..) - 1)", "70"),
        (1, "count(../../person)", "3"),
    ],
)
def test_within_a_repetition_a_name_means_the_own_one(number: int, text: str, expected: str) -> None:
    assert value_at(text, "who", number) == expected


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "EMPTY", 1),
        ("foo(1", "ENDS", 6),
        ("1 +", "ENDS", 4),
        ("1 2", "UNEXPECTED", 3),
        ("'open", "QUOTE", 1),
        ("${open", "REFERENCE", 1),
        ("${1a}", "REFERENCE", 1),
        ("1 = = 2", "UNEXPECTED", 5),
        ("“x”", "SIGN", 1),
        ("//a", "NOT_OFFERED", 1),
        ("a//b", "NOT_OFFERED", 2),
        ("@id", "NOT_OFFERED", 1),
        ("child::a", "NOT_OFFERED", 1),
        ("text()", "NOT_OFFERED", 1),
        ("(1", "ENDS", 3),
        ("1)", "UNEXPECTED", 2),
        ("a[1", "ENDS", 4),
        ("f(,1)", "UNEXPECTED", 3),
        ("f(1,)", "UNEXPECTED", 5),
        ("(" * 50 + "1" + ")" * 50, "TOO_DEEP", 42),
        ("1" + "+1" * 300, "TOO_LONG", 401),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_character(text: str, code: str, column: int) -> None:
    with pytest.raises(ExpressionFault) as fault:
        parse(text)

    assert (fault.value.code, fault.value.column) == (code, column)


def test_the_longest_expression_is_evaluated() -> None:
    assert value_at("1" + "+1" * 199) == "200"


def test_the_answers_of_the_vectors_hold() -> None:
    assert check_answers(FORM, ANSWERS, (), NOW).faults == ()
