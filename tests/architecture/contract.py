"""What an operation of the contract must say of itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

PROBLEM = "application/problem+json"
METHODS = ("get", "put", "post", "delete")
OPERATION_ID = re.compile(r"[a-z]+(_[a-z0-9]+)+")
BINARY = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "image/jpeg",
        "image/png",
        "image/webp",
        "application/pdf",
        "application/zip",
        "text/event-stream",
    }
)
NO_PROBLEM = {("show_readiness", "503"): "a probe reads the same body whether the house is ready or not"}

Document = Mapping[str, Any]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Each operation with its method and path."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def faults(document: Document) -> Iterator[str]:
    """What is missing or wrong, operation by operation."""
    seen: set[str] = set()
    for method, path, operation in operations(document):
        name = operation.get("operationId", f"{method} {path}")
        yield from (f"{name}: {fault}" for fault in _said(operation))
        yield from (f"{name}: {fault}" for fault in _errors(path, operation))
        yield from (f"{name}: {fault}" for fault in _examples(document, operation))
        if not OPERATION_ID.fullmatch(name) or name in seen:
            yield f"{name}: operation ids are verb_noun and unique"
        seen.add(name)


def _said(operation: Document) -> Iterator[str]:
    for member in ("summary", "description", "tags"):
        if not operation.get(member):
            yield f"no {member}"
    if not operation.get("x-roles"):
        yield "no x-roles"
    if "security" not in operation:
        yield "no security"
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "query" and not parameter.get("schema"):
            yield f"query parameter {parameter['name']} has no schema"


def _errors(path: str, operation: Document) -> Iterator[str]:
    responses = operation["responses"]
    wanted = {"400", "429", "503"} if path.startswith("/v1/") else set()
    wanted |= {"401"} if operation.get("x-roles") != ["ANYONE"] else set()
    yield from (f"{status} is not documented" for status in sorted(wanted - set(responses)))
    for status, response in responses.items():
        is_told = (operation.get("operationId"), status) in NO_PROBLEM
        if int(status) >= 400 and not is_told and set(response.get("content", {})) != {PROBLEM}:
            yield f"{status} is not a problem"
        if not response.get("description"):
            yield f"{status} has no description"


def _examples(document: Document, operation: Document) -> Iterator[str]:
    bodies = [("request", operation.get("requestBody", {}))]
    bodies += [(status, response) for status, response in operation["responses"].items()]
    for place, body in bodies:
        for kind, media in body.get("content", {}).items():
            if kind in BINARY:
                continue
            if not (shown := _shown(media)):
                yield f"{place} {kind} has no example"
            for example in shown:
                yield from (f"{place} {kind}: {fault}" for fault in mismatches(document, media["schema"], example))


def _shown(media: Document) -> list[object]:
    if "example" in media:
        return [media["example"]]
    return [one["value"] for one in media.get("examples", {}).values()]


def mismatches(document: Document, schema: Document, example: object) -> Iterator[str]:
    """Where an example is not what its own schema says."""
    whole = {**schema, "components": document.get("components", {})}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    for error in validator.iter_errors(example):
        yield f"the example does not fit at {'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
