"""Decides whether every expression of a form means something: it parses, its functions exist, its references lead."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from services.survey.rules.expressions import (
    Call,
    Expression,
    ExpressionFault,
    Literal,
    Path,
    Reference,
    every,
    parse,
)
from services.survey.rules.findings import Finding
from services.survey.rules.form import ROOT, Choice, Form, Item
from services.survey.rules.functions import NOT_OFFERED, arity_of
from services.survey.rules.patterns import is_usable

COLUMNS = ("relevant", "constraint", "required", "calculation", "choice_filter", "repeat_count")
"""The columns of the survey sheet that hold expressions."""
SHEET = "survey"


@lru_cache(maxsize=8_192)
def parsed(text: str) -> Expression:
    """The tree of an expression that is known to parse."""
    return parse(text)


def expressions_of(item: Item) -> Iterator[tuple[str, str]]:
    """(column, text) of each expression of an item."""
    for column in COLUMNS:
        if text := getattr(item, column):
            yield column, text


def expression_findings(form: Form) -> Iterator[Finding]:
    """Every fault of every expression, by row, column and character."""
    paths = form.paths()
    known = frozenset(paths.values())
    for item in form.all_items():
        for column, text in expressions_of(item):
            try:
                tree = parse(text)
            except ExpressionFault as fault:
                code = f"EXPRESSION_{fault.code}"
                yield Finding(SHEET, item.row, column, code, fault.what, fault.column)
                continue
            for code, what, place in _faults(tree, item, column, paths, known, form.lists):
                yield Finding(SHEET, item.row, column, code, what, place)


Fault = tuple[str, str, int]


def _faults(
    tree: Expression,
    item: Item,
    column: str,
    paths: Mapping[str, str],
    known: frozenset[str],
    lists: Mapping[str, tuple[Choice, ...]],
) -> Iterator[Fault]:
    for one in every(tree):
        match one:
            case Call():
                yield from _call_faults(one, paths)
            case Reference(name, place) if name not in paths:
                yield "REFERENCE_UNKNOWN", f"${{{name}}}", place
            case Path() if one.start is None and column != "choice_filter":
                yield from _path_faults(one, item.path, known)
            case Path() if one.start is None and not one.from_root:
                yield from _choice_column_faults(one, item, lists)
            case _:
                pass


def _call_faults(call: Call, paths: Mapping[str, str]) -> Iterator[Fault]:
    arity = arity_of(call.name)
    if call.name in NOT_OFFERED:
        yield "FUNCTION_NOT_OFFERED", f"{call.name}()", call.column
    elif arity is None:
        yield "FUNCTION_UNKNOWN", f"{call.name}()", call.column
    elif not arity[0] <= len(call.arguments) <= arity[1] or not _fits(call):
        yield "FUNCTION_ARITY", f"{call.name}()", call.column
    elif call.name == "regex":
        yield from _pattern_faults(call)
    elif call.name == "jr:choice-name":
        yield from _named_faults(call, paths)


def _fits(call: Call) -> bool:
    """Pairs must be pairs."""
    if call.name == "indexed-repeat":
        return len(call.arguments) % 2 == 1 and isinstance(call.arguments[0], Reference)
    return call.name != "weighted-checklist" or len(call.arguments) % 2 == 0


def _pattern_faults(call: Call) -> Iterator[Fault]:
    pattern = call.arguments[1]
    if not (isinstance(pattern, Literal) and isinstance(pattern.value, str)):
        yield "PATTERN_NOT_TEXT", "", call.column
    elif not is_usable(pattern.value):
        yield "PATTERN_BAD", pattern.value, call.column


def _named_faults(call: Call, paths: Mapping[str, str]) -> Iterator[Fault]:
    question = call.arguments[1]
    if isinstance(question, Literal):
        name = str(question.value).strip().removeprefix("${").removesuffix("}").strip()
        if name not in paths:
            yield "REFERENCE_UNKNOWN", str(question.value), call.column


def _path_faults(path: Path, own: str, known: frozenset[str]) -> Iterator[Fault]:
    """Follow the steps over the form; inside predicates and after `*` anything may stand."""
    here = "" if path.from_root else own
    for step in path.steps:
        if step.name == "*":
            return
        if step.name == "..":
            here = here.rpartition("/")[0]
            if not here:
                yield "PATH_UNKNOWN", "..", step.column
                return
        elif step.name != ".":
            here = f"{here}/{step.name}"
        if here not in known and here not in {"", f"/{ROOT}"}:
            if not _may_be_inside(here, own, known):
                yield "PATH_UNKNOWN", step.name, step.column
            return


def _may_be_inside(here: str, own: str, known: frozenset[str]) -> bool:
    """A bare name within a predicate starts from the filtered node, which is not known here: any item of the form."""
    name = here.rpartition("/")[2]
    return here == f"{own}/{name}" and any(path.endswith(f"/{name}") for path in known)


def _choice_column_faults(path: Path, item: Item, lists: Mapping[str, tuple[Choice, ...]]) -> Iterator[Fault]:
    step = path.steps[0]
    columns = {name for choice in lists.get(item.list_name, ()) for name, _ in choice.columns} | {"name", "label"}
    if step.name not in {".", "..", "*"} and step.name not in columns:
        yield "PATH_UNKNOWN", step.name, step.column
