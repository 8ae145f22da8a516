"""Every rule a service cites stands in its README's index, and every row of the index is true."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.rule_index import faults
from tests.architecture.tree import HOUSE, ROOT

README = """# Ticket

## Rule index
| Rule | Sentence | Code | Test |
|---|---|---|---|
| TKT-2 | Moves. | `rules/moves.py:may_move` | `tests/ticket/test_moves.py:test_a_move` |

## Others
| TKT-9 | Not part of the index. | | |
"""
RULES = '"""Decides moves."""\n\n\ndef may_move() -> bool:\n    return True  # TKT-2\n'
TEST = "def test_a_move() -> None:\n    pass\n"


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., list[str]]:
    def planted(readme: str = README, rules: str = RULES, test: str = TEST) -> list[str]:
        files = {"services/ticket/README.md": readme, "services/ticket/rules/moves.py": rules}
        for name, text in (files | {"tests/ticket/test_moves.py": test}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return list(faults(tmp_path, "ticket"))

    return planted


@pytest.mark.parametrize("service", HOUSE.services)
def test_index_code_and_tests_of_a_service_agree(service: str) -> None:
    assert list(faults(ROOT, service)) == []


def test_a_true_index_has_no_fault(tree: Callable[..., list[str]]) -> None:
    assert tree() == []


def test_a_rule_cited_and_not_listed_is_found(tree: Callable[..., list[str]]) -> None:
    assert tree(rules=RULES + "# TKT-3\n") == ["ticket: TKT-3 is cited in rules/moves.py and not in the index"]


def test_a_function_that_is_not_there_is_found(tree: Callable[..., list[str]]) -> None:
    assert "which is not there" in tree(rules=RULES.replace("may_move", "can_move"))[0]


def test_a_test_that_is_not_there_is_found(tree: Callable[..., list[str]]) -> None:
    assert "which is not there" in tree(test="")[0]


def test_a_row_whose_code_does_not_cite_the_rule_is_found(tree: Callable[..., list[str]]) -> None:
    assert tree(rules=RULES.replace("TKT-2", "")) == ["ticket: rules/moves.py does not cite TKT-2"]


def test_a_row_without_a_test_is_found(tree: Callable[..., list[str]]) -> None:
    readme = README.replace("`tests/ticket/test_moves.py:test_a_move`", "by hand")

    assert tree(readme=readme) == ["ticket: TKT-2 names no test"]


def test_a_service_without_an_index_is_found(tree: Callable[..., list[str]]) -> None:
    assert "ticket: README.md has no rule index" in tree(readme="# Ticket\n")
