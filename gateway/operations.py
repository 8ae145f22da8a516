"""Which documented operation a request is, and what follows from that: its body limit, its urgency, its label."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.dispatch import family_of

READ_METHODS = frozenset({"GET", "HEAD"})
SMALL_BODIES = frozenset({"application/json", "application/x-www-form-urlencoded", "application/problem+json"})


class Priority(StrEnum):
    """Who is served when not all can be; a contract's `x-priority` overrides the table below."""

    FIRST = "first"
    NORMAL = "normal"
    LAST = "last"
    STREAM = "stream"


# Families that are served first (trust.md: ballots, own receipts, sign-in), whatever the method.
URGENT = frozenset({"/oauth", "/.well-known", "/v1/ballots", "/v1/me", "/health"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the composed document, as far as the door needs it. `body_limit` 0: the house's ordinary limit."""

    template: str
    method: str
    name: str
    takes_file: bool
    body_limit: int
    priority: Priority
    secured: bool


@dataclass(slots=True)
class _Place:
    literal: dict[str, "_Place"] = field(default_factory=dict)
    partial: dict[re.Pattern[str], "_Place"] = field(default_factory=dict)
    """Segments such as `requests.{format}`."""
    any: "_Place | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Operations:
    """Finds an operation by method and path, by a tree of path segments."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._root = _Place()
        for operation in operations_of(document):
            place = self._root
            for segment in operation.template.split("/")[1:]:
                place = _step(place, segment)
            place.operations[operation.method] = operation

    def find(self, method: str, path: str) -> Operation | None:
        """The operation, HEAD being its GET; None for what no contract documents."""
        place = _walk(self._root, path.split("/"), 1)
        if place is None:
            return None
        return place.operations.get("GET" if method == "HEAD" else method)


def _step(place: _Place, segment: str) -> _Place:
    if "{" not in segment:
        return place.literal.setdefault(segment, _Place())
    if not (segment.startswith("{") and segment.endswith("}")):
        parts = re.split(r"\{[^}]*\}", segment)
        return place.partial.setdefault(re.compile(".+".join(map(re.escape, parts))), _Place())
    if place.any is None:
        place.any = _Place()
    return place.any


def _walk(place: _Place, segments: list[str], at: int) -> _Place | None:
    if at == len(segments):
        return place if place.operations else None
    for next_place in _next_places(place, segments[at]):
        if (found := _walk(next_place, segments, at + 1)) is not None:
            return found
    return None


def _next_places(place: _Place, segment: str) -> Iterator[_Place]:
    """Where a segment may lead, the most literal first."""
    if (literal := place.literal.get(segment)) is not None:
        yield literal
    for pattern, partial in place.partial.items():
        if pattern.fullmatch(segment):
            yield partial
    if place.any is not None and segment:
        yield place.any


def operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation of an OpenAPI document."""
    for template, item in document.get("paths", {}).items():
        for method, described in item.items():
            if method in {"get", "put", "post", "delete", "head", "options", "patch"}:
                yield _operation(template, method.upper(), described, document.get("security", ()))


def _operation(template: str, method: str, described: Mapping[str, Any], security: Any) -> Operation:
    bodies = set(described.get("requestBody", {}).get("content", {}))
    return Operation(
        template=template,
        method=method,
        name=str(described.get("operationId", "")),
        takes_file=bool(bodies - SMALL_BODIES),
        body_limit=int(described.get("x-body-limit", 0)),
        priority=_priority(template, method, described),
        secured=bool(described.get("security", security)),
    )


def _priority(template: str, method: str, described: Mapping[str, Any]) -> Priority:
    if "x-priority" in described:
        return Priority(described["x-priority"])
    answers = described.get("responses", {}).get("200", {}).get("content", {})
    may_wait = any(parameter.get("name") == "wait" for parameter in described.get("parameters", ()))
    if "text/event-stream" in answers or may_wait:
        return Priority.STREAM
    if family_of(template) in URGENT:
        return Priority.FIRST
    is_list = method in READ_METHODS and not template.endswith("}")
    is_export = "text/csv" in answers or "application/x-ndjson" in answers
    return Priority.LAST if is_list or is_export else Priority.NORMAL
