"""Decides what of a form depends on what: which items to compute first, and which can never be computed."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from services.survey.rules.expressions import Expression, Path, Reference, every
from services.survey.rules.findings import Finding
from services.survey.rules.form import Form, Item
from services.survey.rules.meaning import parsed

DECIDING = ("relevant", "calculation", "repeat_count")
"""The columns that decide whether an item is there and what it says; a constraint only judges."""


def dependencies(form: Form, columns: Sequence[str] = DECIDING) -> dict[str, set[str]]:
    """Item name -> the items it needs first: those its expressions name, and the containers it is in."""
    paths = {item.path: item.name for item in form.all_items()}
    inside = {
        item.name: [one.name for one in form.all_items() if one.path.startswith(item.path + "/")]
        for item in form.all_items()
    }
    found: dict[str, set[str]] = {}
    for item in form.all_items():
        needed = found.setdefault(item.name, set())
        for column in columns:
            if text := getattr(item, column):
                needed |= _named(parsed(text), item, column, paths)
        for child in item.children:
            found.setdefault(child.name, set()).add(item.name)
    return {name: _leaves(name, needed, inside) for name, needed in found.items()}


def _leaves(name: str, needed: set[str], inside: Mapping[str, list[str]]) -> set[str]:
    """Needing a container from outside it is needing all that is in it; from inside, only that it applies."""
    found = set(needed)
    for one in needed:
        if name not in inside.get(one, ()):
            found.update(inside.get(one, ()))
    return found


def _named(tree: Expression, item: Item, column: str, paths: Mapping[str, str]) -> set[str]:
    names = set()
    for one in every(tree):
        if isinstance(one, Reference):
            names.add(one.name)
        elif isinstance(one, Path) and one.start is None:
            target = _target(one, item.path)
            if target in paths and not (target != item.path and item.path.startswith(target + "/")):
                names.add(paths[target])
    return names


def _target(path: Path, own: str) -> str:
    here = "" if path.from_root else own
    for step in path.steps:
        if step.name == "..":
            here = here.rpartition("/")[0]
        elif step.name != ".":
            here = f"{here}/{step.name}"
    return here


def all_behind(name: str, needed: Mapping[str, set[str]]) -> set[str]:
    """All that an item needs, directly or through others."""
    found: set[str] = set()
    waiting = list(needed.get(name, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(needed.get(one, ()))
    return found


def sensitive_paths(form: Form) -> frozenset[str]:
    """PRI-1. The questions under a consent of their own, and what is computed from their answers."""
    purposes, needed = form.purposes(), dependencies(form)
    names = {item.name for item in form.all_items() if item.path in purposes}
    computed = (item for item in form.all_items() if item.calculation)
    return frozenset(purposes) | {item.path for item in computed if all_behind(item.name, needed) & names}


def order_of(form: Form) -> tuple[str, ...]:
    """Item names so that each comes after all it needs. The form has no cycle."""
    return tuple(TopologicalSorter(dependencies(form)).static_order())


def cycle_findings(form: Form) -> Iterator[Finding]:
    """The first circle of items that need each other, at one of its rows."""
    needed = dependencies(form)
    rows = {item.name: item for item in form.all_items()}
    for item in form.all_items():
        if item.name in needed[item.name]:
            yield _finding(item, [item.name, item.name])
            return
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as circle:
        names = list(circle.args[1])
        first = min((rows[name] for name in names if any(getattr(rows[name], one) for one in DECIDING)), key=_row)
        yield _finding(first, names)


def _row(item: Item) -> int:
    return item.row


def _finding(item: Item, names: list[str]) -> Finding:
    column = next((column for column in DECIDING if getattr(item, column)), "relevant")
    return Finding("survey", item.row, column, "CYCLE", " → ".join(names))
