"""How long a file and a function may be: 400 lines and 60, in the tests too."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.tree import HOUSE, ROOT, Source, planted

FILE_LINES = 400
FUNCTION_LINES = 60
LONGER: Mapping[str, int] = {"services/election/verify.py": 500}
"""One file that a stranger runs alone."""


def long_files(source: Source) -> Iterator[str]:
    for module in source.modules.values():
        if (lines := module.text.count("\n")) > LONGER.get(module.path, FILE_LINES) and "/versions/" not in module.path:
            yield f"{module.path} has {lines} lines"


def long_functions(source: Source) -> Iterator[str]:
    """Migrations are free of this: a table is as long as it is."""
    for module in source.modules.values():
        if "/versions/" in module.path:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{module.path}:{node.lineno} {node.name} has {lines} lines"


def long_tests(root: Path) -> Iterator[str]:
    for folder in ("tests", "bench"):
        for file in sorted((root / folder).rglob("*.py")):
            if (lines := file.read_text().count("\n")) > FILE_LINES:
                yield f"{file.relative_to(root)} has {lines} lines"


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert [*long_files(HOUSE), *long_tests(ROOT)] == []


def test_no_function_is_longer_than_sixty_lines() -> None:
    assert list(long_functions(HOUSE)) == []


def test_a_long_file_is_found(tmp_path: Path) -> None:
    assert list(long_files(planted(tmp_path, shared__wire="x = 1\n" * 401)))
    assert not list(long_files(planted(tmp_path, shared__wire="x = 1\n" * 400)))


def test_a_long_function_is_found(tmp_path: Path) -> None:
    body = "    x = 1\n"

    assert list(long_functions(planted(tmp_path, shared__wire="async def f():\n" + body * 60)))
    assert not list(long_functions(planted(tmp_path, shared__wire="def f():\n" + body * 59)))
