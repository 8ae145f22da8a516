"""The rule index of a service's README, read against its code and its tests, both ways."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RULE = re.compile(r"\b(?:DAY|OWN|VOTE|BAL|PMC|NOM|PUB|COM|MEET|TRN|VIS|TKT|PRI)-\d{1,2}\b")
HEADING = re.compile(r"^## rule index\b.*$", re.IGNORECASE | re.MULTILINE)
PLACE = re.compile(r"`([\w./-]+\.py):(\w+(?:\.\w+)*)`")


@dataclass(frozen=True)
class Entry:
    """One row: the rule, where the service says it and which tests show it, as (file, name)."""

    rule: str
    code: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]


def entries(readme: str) -> Iterator[Entry]:
    """The rows of the table under the heading "Rule index"."""
    heading = HEADING.search(readme)
    section = re.split(r"^## ", readme[heading.end() :], maxsplit=1, flags=re.MULTILINE)[0] if heading else ""
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 4 and (rule := RULE.search(cells[0])):
            yield Entry(rule[0], tuple(PLACE.findall(cells[2])), tuple(PLACE.findall(cells[3])))


def cited(folder: Path) -> dict[str, str]:
    """Each rule id that the service's rules cite -> one file that cites it."""
    found: dict[str, str] = {}
    for file in sorted((folder / "rules").rglob("*.py")):
        for rule in RULE.findall(file.read_text()):
            found.setdefault(rule, str(file.relative_to(folder)))
    return found


def names_in(file: Path) -> set[str]:
    """Functions, classes, methods (`Class.method`), and names assigned at the top of a module."""
    if not file.exists():
        return set()
    found: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{node.name}.{name}" for name in inner}
        found |= {target.id for target in _targets(node) if isinstance(target, ast.Name)}
    return found


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def faults(root: Path, service: str) -> Iterator[str]:
    """What is wrong between the index, the code and the tests of one service."""
    folder = root / "services" / service
    readme = folder / "README.md"
    rows = list(entries(readme.read_text())) if readme.exists() else []
    if not rows:
        yield f"{service}: README.md has no rule index"
    listed = {row.rule for row in rows}
    for rule, file in cited(folder).items():
        if rule not in listed:
            yield f"{service}: {rule} is cited in {file} and not in the index"
    for row in rows:
        yield from _row_faults(root, service, row)


def _row_faults(root: Path, service: str, row: Entry) -> Iterator[str]:
    folder = root / "services" / service
    if not row.code:
        yield f"{service}: {row.rule} names no code"
    if not row.tests:
        yield f"{service}: {row.rule} names no test"
    for path, name in row.code:
        file = next((base / path for base in (folder, root) if (base / path).exists()), folder / path)
        if name not in names_in(file):
            yield f"{service}: {row.rule} names {path}:{name}, which is not there"
        elif row.rule not in file.read_text():
            yield f"{service}: {path} does not cite {row.rule}"
    for path, name in row.tests:
        file = root / path
        if name not in names_in(file):
            yield f"{service}: {row.rule} names {path}:{name}, which is not there"
