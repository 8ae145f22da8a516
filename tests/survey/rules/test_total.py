"""No expression makes the server fall over: it is refused when read, or has a value whatever the answers are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.survey.rules.evaluating import Scene, evaluate
from services.survey.rules.expressions import Expression, ExpressionFault, parse
from services.survey.rules.findings import Finding
from services.survey.rules.functions import FUNCTIONS, PLACED, arity_of
from services.survey.rules.instance import instance_of
from services.survey.rules.values import number_of, text_of, truth_of
from tests.survey.rules.forms import NOW, findings_of, row
from tests.survey.rules.test_expressions import ANSWERS, FORM

INSTANCE = instance_of(FORM, ANSWERS, ())
LEAVES = [
    "1", "0", "-1", "2.5", "1e3", "99999999999999999999", "0 div 0", "1 div 0", "'a'", "''", "'2026-02-30'",
    "'2026-11-23'", "'9999-12-31T23:59:59+00:00'", "'0001-01-01'", "'%Y%Q'", "${n}", "${many}", "${born}", "${seen}",
    "${age}", "${empty_age}", "${person}", "${none}", ".", "..", "../n", "/data/person", "/data/*", "today()", "now()",
    "true()", "false()", "9999999", "-99999999", "100000000000000000000000000000000000",
]  # fmt: skip
SIGNS = [" + ", " - ", " * ", " div ", " mod ", " = ", " != ", " < ", " >= ", " and ", " or ", " | "]
NAMED = sorted((set(FUNCTIONS) | set(PLACED)) - {"regex", "indexed-repeat"})


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        least, most = arity_of(name) or (0, 0)
        arguments = st.lists(inner, min_size=least, max_size=min(most, least + 2))
        return arguments.map(lambda found: f"{name}({', '.join(found)})")

    joined = st.tuples(inner, st.sampled_from(SIGNS), inner).map(lambda parts: f"({''.join(parts)})")
    filtered = st.tuples(st.sampled_from(["/data/person", "${age}", ".."]), inner).map(
        lambda two: f"{two[0]}[{two[1]}]"
    )
    return st.one_of(st.sampled_from(NAMED).flatmap(call), joined, filtered, inner.map(lambda one: f"-{one}"))


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES), _calls, max_leaves=8)


def _read(text: str) -> Expression | None:
    try:
        return parse(text)
    except ExpressionFault:
        return None


@given(text=EXPRESSIONS, place=st.sampled_from(["own", "n", "age", "person"]))
@settings(max_examples=400, deadline=None)
def test_an_expression_that_is_read_has_a_value(text: str, place: str) -> None:
    tree = _read(text)
    node = INSTANCE.placed[place][0].node

    if tree is not None:
        value = evaluate(tree, Scene(node, node, NOW, FORM.paths()))
        assert isinstance(text_of(value), str)
        assert isinstance(number_of(value), float)
        assert isinstance(truth_of(value), bool)


@given(text=st.text(alphabet="abn09${}()[]/.,'\"+-*=<>|@: \n一“", max_size=30))
@settings(max_examples=400, deadline=None)
def test_any_text_in_a_cell_is_a_form_or_a_finding_with_its_place(text: str) -> None:
    found = findings_of([row("integer", "n"), row("text", "a", relevant=text)])

    assert all(isinstance(one, Finding) and one.row == 3 and one.column == "relevant" for one in found)
