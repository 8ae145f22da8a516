"""What nobody may write outside its one place: commits, framework errors, middlewares that cancel, empty names."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import HOUSE, Source, planted

MAY_COMMIT: Mapping[str, str] = {
    "shared.edge": "the one edge",
    "services.election.ballots.writer": "the second edge: many ballots, one transaction (ADR 50)",
    "migrations.run": "migrations are transactions of their own",
}
MAY_OPEN: Mapping[str, str] = {
    "shared.edge": "the one edge",
    "shared.background": "background passes have no request",
    "shared.rooms": "health asks the database itself",
    "shared.following": "the room's own clock and revocations, read beside requests",
    "shared.jobs": "a job is a transaction of its own",
}
MAY_NAME_HTTP_EXCEPTION: Mapping[str, str] = {
    "shared.manners": "turns the framework's own refusals into problems",
    "gateway.app": "the gateway's own framework refusals",
}
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc", "lib", "manager", "service"})
EMPTY_CLASS = re.compile(r"(Manager|Service|Helper|Util|Utils|Mixin|Base)$")
NAMES_OF_LIBRARIES = frozenset({"Base"})  # SQLAlchemy's word for the declarative root


def commits(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        if module.name in MAY_COMMIT or "/versions/" in module.path:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
                yield f"{module.path}:{node.lineno} .{node.attr}"


def named(source: Source, name: str, allowed: Mapping[str, str]) -> Iterator[str]:
    for module in source.modules.values():
        if module.name not in allowed and re.search(rf"\b{name}\b", module.text):
            yield f"{module.path} names {name}"


def empty_names(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        if EMPTY_NAMES & set(module.name.split(".")):
            yield f"{module.path} has an empty name"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.name not in NAMES_OF_LIBRARIES and EMPTY_CLASS.search(node.name):
                yield f"{module.path}:{node.lineno} class {node.name} has an empty name"


def undescribed(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        if module.text.strip() and not ast.get_docstring(module.tree):
            yield f"{module.path} does not say what it decides"


def stale(source: Source, *tables: Mapping[str, str]) -> Iterator[str]:
    for table in tables:
        yield from (f"{name} is excused and not there" for name in table if name not in source.modules)


def test_only_the_edge_commits() -> None:
    assert list(commits(HOUSE)) == []


def test_nobody_raises_the_frameworks_own_errors() -> None:
    assert list(named(HOUSE, "HTTPException", MAY_NAME_HTTP_EXCEPTION)) == []


def test_no_middleware_cancels_the_inner_task() -> None:
    assert list(named(HOUSE, "BaseHTTPMiddleware", {})) == []


def test_no_module_or_class_has_an_empty_name() -> None:
    assert list(empty_names(HOUSE)) == []


def test_every_module_opens_with_what_it_decides() -> None:
    assert list(undescribed(HOUSE)) == []


def test_no_exception_outlives_its_module() -> None:
    assert list(stale(HOUSE, MAY_COMMIT, MAY_NAME_HTTP_EXCEPTION)) == []


@pytest.mark.parametrize("text", ["async def f(db):\n    await db.commit()", "def f(db):\n    db.rollback()"])
def test_a_commit_outside_the_edge_is_found(tmp_path: Path, text: str) -> None:
    assert list(commits(planted(tmp_path, services__ticket__tickets__actions=text)))


def test_a_framework_error_is_found(tmp_path: Path) -> None:
    source = planted(tmp_path, services__ticket__routes="from fastapi import HTTPException")

    assert list(named(source, "HTTPException", {}))


@pytest.mark.parametrize(
    "files", [{"shared__utils": "x = 1"}, {"services__ticket__app": "class TicketService:\n    pass"}], ids=str
)
def test_an_empty_name_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    assert list(empty_names(planted(tmp_path, **files)))


def test_a_module_without_a_word_is_found(tmp_path: Path) -> None:
    assert list(undescribed(planted(tmp_path, shared__wire="x = 1")))
