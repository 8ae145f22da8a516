"""Decides which regular expressions a form may hold: none that could keep the server busy on a short answer."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

LONGEST_PATTERN = 200
LONGEST_SUBJECT = 200
MOST_OPEN = 3
"""So many unbounded repetitions may follow each other; none may hold another."""
WIDE = 20


def is_usable(pattern: str) -> bool:
    """Whether it compiles, looks back at nothing, and no repetition holds another."""
    if len(pattern) > LONGEST_PATTERN:
        return False
    try:
        tree = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the standard library has no public walk
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    wide = list(_repetitions(tree, False))
    return not any(nested for nested in wide) and len(wide) <= MOST_OPEN


def _repetitions(tree: Any, inside: bool) -> Iterator[bool]:
    """For each wide repetition (or reference backwards) whether it stands inside another."""
    for operation, argument in tree:
        name = str(operation)
        if name.startswith("GROUPREF"):
            yield True
            continue
        wide = "REPEAT" in name and int(argument[1]) > WIDE
        if wide:
            yield inside
        for deeper in _inside(argument):
            yield from _repetitions(deeper, inside or wide)


def _inside(argument: Any) -> Iterator[Any]:
    parts = argument if isinstance(argument, tuple | list) else (argument,)
    for part in parts:
        if hasattr(part, "data"):
            yield part
        elif isinstance(part, tuple | list):
            yield from _inside(part)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> "re.Pattern[str] | None":
    return re.compile(pattern) if is_usable(pattern) else None


def matches(pattern: str, subject: str) -> bool:
    """Whether the whole subject fits; nothing fits an unusable pattern, and no over-long subject fits any."""
    found = _compiled(pattern)
    return found is not None and len(subject) <= LONGEST_SUBJECT and found.fullmatch(subject) is not None
