"""Who may import whom: layers inside a service, walls between services, technique that knows no service, no cycles."""

import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.tree import HOUSE, Module, Source, planted

# schemas.py has no layer: queries and actions take and give wire shapes, schemas show what these found.
LAYERS: Mapping[str, int] = {
    "rules": 0,
    "tables": 1,
    "errors": 1,
    "settings": 1,
    "neighbours": 2,
    "queries": 2,
    "actions": 3,
    "routes": 4,
    "jobs": 4,
    "app": 5,
    "__main__": 6,
}
MAY_IMPORT_SERVICES = {"gateway.house", "gateway.cli"}
RULES_MAY_ALSO = {"shared.days"}
HEAVY = {
    "alembic": "0.3 s, needed when something is to be migrated",
    "elementpath": "needed when a form is checked",
    "holidays": "needed when a calendar is made",
    "pillow_heif": "a decoder, in the child only",
    "PIL": "decoders, in the child only",
    "python_calamine": "a parser of strangers' files, in the child only",
    "pyxform": "1 s, needed when a form is published",
    "segno": "draws codes, in the child only",
    "typst": "90 MB, in a child only",
    "uvloop": "needed when serving",
    "xlsxwriter": "needed when a list leaves as XLSX",
}
LATE: Mapping[str, str] = {
    "gateway.cli": "says what it does before it loads the rooms, which takes seconds, and refuses bad starts first",
}


def layer_of(module: str) -> str | None:
    """The layer that a module's own name or its folder names: services.ticket.rules.moves -> rules."""
    parts = module.split(".")[2:]
    return next((part for part in parts if part in LAYERS), None)


def wrong_layers(source: Source) -> Iterator[str]:
    for module in source.of("services"):
        mine = layer_of(module.name)
        for target, one in source.reached(module):
            theirs = layer_of(target) if target.startswith("services.") else None
            if mine and theirs and LAYERS[mine] < LAYERS[theirs]:
                yield f"{module.path}:{one.line} {mine} imports {theirs} ({target})"
            if theirs in {"routes", "app"} and mine not in {"app", "__main__"}:
                yield f"{module.path}:{one.line} only app imports {theirs} ({target})"


def impure_rules(source: Source) -> Iterator[str]:
    for module in source.of("services"):
        if layer_of(module.name) != "rules":
            continue
        own = module.name.rpartition(".rules")[0] + ".rules"
        for one in module.imports:
            target = source.own(one.target) or one.target
            is_free = target.split(".")[0] in sys.stdlib_module_names
            if not (is_free or target.startswith(own) or target in RULES_MAY_ALSO):
                yield f"{module.path}:{one.line} rules import {target}"


def broken_walls(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        for target, one in source.reached(module):
            if (wall := _wall(module.name, target)) is not None:
                yield f"{module.path}:{one.line} {wall} ({target})"


def _wall(module: str, target: str) -> str | None:
    here, there = module.split("."), target.split(".")
    if here[0] == "shared" and there[0] != "shared":
        return "shared imports a service or the gateway"
    if here[0] == "services" and there[0] == "gateway":
        return "a service imports the gateway"
    if here[0] == there[0] == "services" and len(here) > 1 and len(there) > 1 and here[1] != there[1]:
        return "a service imports another"
    if here[0] == "gateway" and there[0] == "services" and module not in MAY_IMPORT_SERVICES:
        return "only the wiring of the house imports services"
    return None


def cycles(source: Source) -> Iterator[str]:
    graph = {
        module.name: {target for target, one in source.reached(module) if not one.is_inside_function}
        for module in source.modules.values()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        yield " -> ".join(found.args[1])


def late_imports(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        if module.name in LATE:
            continue
        for one in module.imports:
            if one.is_inside_function and not _is_excused(module, one.target):
                yield f"{module.path}:{one.line} imports {one.target} inside a function"


def _is_excused(module: Module, target: str) -> bool:
    return target.split(".", maxsplit=1)[0] in HEAVY


def test_layers_of_a_service_import_downwards_only() -> None:
    assert list(wrong_layers(HOUSE)) == []


def test_rules_import_nothing_but_the_standard_library_and_days() -> None:
    assert list(impure_rules(HOUSE)) == []


def test_no_service_enters_another_and_shared_knows_none() -> None:
    assert list(broken_walls(HOUSE)) == []


def test_no_import_cycle_exists() -> None:
    assert list(cycles(HOUSE)) == []


def test_imports_inside_functions_are_of_heavy_libraries_only() -> None:
    assert list(late_imports(HOUSE)) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("services__ticket__tickets__queries", "from services.ticket.tickets.actions import move"),
        ("services__ticket__rules__moves", "import services.ticket.tables"),
        ("services__ticket__errors", "from services.ticket.tickets import queries"),
        ("services__ticket__tickets__actions", "from services.ticket.tickets.routes import router"),
        ("services__ticket__neighbours", "from services.ticket.app import create_app"),
    ],
)
def test_an_upward_import_is_found(tmp_path: Path, module: str, text: str) -> None:
    names = ("tables", "app", "tickets__actions", "tickets__queries", "tickets__routes", "rules__moves")
    files = {f"services__ticket__{name}": "x = 1" for name in names} | {module: text}

    assert list(wrong_layers(planted(tmp_path, **files)))


@pytest.mark.parametrize("text", ["import sqlalchemy", "from shared.wire import Day", "from pydantic import BaseModel"])
def test_a_rule_that_is_not_pure_is_found(tmp_path: Path, text: str) -> None:
    files = {"services__ticket__rules__clock": text, "shared__wire": "", "shared__days": ""}

    assert list(impure_rules(planted(tmp_path, **files)))
    assert not list(impure_rules(planted(tmp_path, services__ticket__rules__clock="import shared.days, datetime")))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("shared__wire", "from services.registry import app"),
        ("shared__edge", "import gateway.front"),
        ("services__ticket__app", "import services.registry.app"),
        ("services__ticket__actions", "from gateway import front"),
        ("gateway__front", "import services.registry.app"),
    ],
)
def test_a_broken_wall_is_found(tmp_path: Path, module: str, text: str) -> None:
    files = {"services__registry__app": "", "gateway__front": ""} | {module: text}

    assert list(broken_walls(planted(tmp_path, **files)))


def test_the_wiring_of_the_house_may_import_services(tmp_path: Path) -> None:
    source = planted(tmp_path, services__registry__app="", gateway__house="import services.registry.app")

    assert not list(broken_walls(source))


def test_a_cycle_is_found(tmp_path: Path) -> None:
    source = planted(tmp_path, shared__a="import shared.b", shared__b="import shared.c", shared__c="import shared.a")

    assert list(cycles(source))


def test_an_import_inside_a_function_is_found(tmp_path: Path) -> None:
    source = planted(tmp_path, shared__a="def f():\n    from shared import b", shared__b="")

    assert list(late_imports(source))
    assert not list(late_imports(planted(tmp_path, shared__a="def f():\n    from PIL import Image")))
