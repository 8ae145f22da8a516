"""Decides which regular expressions a form may hold: none that could keep the server busy on a short answer."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

LONGEST_PATTERN = 200
LONGEST_SUBJECT = 200
MOST_WAYS = (LONGEST_SUBJECT + 1) ** 3
"""In so many ways a pattern may read an answer: as three open repetitions one after the other, and no more."""


def is_usable(pattern: str) -> bool:
    """Whether it compiles, looks back at nothing, and no answer can be read in too many ways."""
    if len(pattern) > LONGEST_PATTERN:
        return False
    try:
        tree = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the standard library has no public walk
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return _ways(tree) <= MOST_WAYS


def _ways(tree: Any) -> int:
    """At most so many ways to read an answer: what backtracking may have to try before it gives up."""
    return math.prod(_ways_of(str(operation), argument) for operation, argument in tree)


def _ways_of(operation: str, argument: Any) -> int:
    if operation.startswith("GROUPREF"):
        return MOST_WAYS + 1
    if "REPEAT" in operation:
        least, most = (min(int(count), LONGEST_SUBJECT) for count in argument[:2])
        found: int = (most - least + 1) * min(_ways(argument[2]), MOST_WAYS + 1) ** most
        return found
    if operation == "BRANCH":
        return sum(_ways(one) for one in argument[1])
    return math.prod(_ways(deeper) for deeper in _inside(argument))


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
