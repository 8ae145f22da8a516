"""What a room says of itself: its contract, with errors, roles, security and examples on every operation."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from textwrap import dedent
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared import problems
from shared.edge import is_replayable
from shared.house import Room
from shared.identity import Allowed, anyone
from shared.problems import MEDIA_TYPE, Refusal, response_of

EVERYWHERE: tuple[type[Refusal], ...] = (problems.Malformed, problems.TooMany, problems.Busy)
SIGNED_IN: tuple[type[Refusal], ...] = (problems.NotSignedIn,)
WRITES: tuple[type[Refusal], ...] = (
    problems.Collided,
    problems.KeyReused,
    problems.StillRunning,
    problems.TooLarge,
    problems.MediaUnsupported,
    problems.Overdue,
)
PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem; title and detail are in the asked language.",
    "type": "object",
    "required": ["type", "title", "status", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}
KEY_PARAMETER: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat a request with the same key and body and get the first reply; kept for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "0197a3f2-report-lamp-3-2",
}
LANGUAGE_PARAMETER: Mapping[str, Any] = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "zh-CN (default) or en.",
    "schema": {"type": "string"},
    "example": "zh-CN",
}


def contract(app: FastAPI, room: Room) -> dict[str, Any]:
    """The room's OpenAPI 3.1 document."""
    document = get_openapi(title=room.title, version="1.0.0", description=room.summary, routes=app.routes)
    document["tags"] = [{"name": room.name, "description": room.summary}]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    schemas["Problem"] = dict(PROBLEM)
    _give_back_nulls(schemas)
    _say_fields(schemas, room)
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From /oauth/token."}
    }
    if room.webhooks:
        document["webhooks"] = {name: dict(hook) for name, hook in room.webhooks.items()}
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods or ()):
                operation = document["paths"][route.path_format][method.lower()]
                _complete(operation, route, method, room)
                _exemplify(operation, schemas)
    return document


def _say_fields(schemas: Mapping[str, Any], room: Room) -> None:
    """What a wire type says under its fields is their description. Read here, for the contract alone: pydantic reads
    it from the source at every start, which took the house a second."""
    for kind in _kinds(BaseModel):
        if not kind.__module__.startswith((f"services.{room.name}.", "shared.")):
            continue
        qualified = f"{kind.__module__.replace('.', '__')}__{kind.__name__}"
        properties = schemas.get(qualified, schemas.get(kind.__name__, {})).get("properties", {})
        for name, words in _field_words(kind):
            if name in properties:
                kept = properties[name].get("description", "")
                properties[name]["description"] = f"{words} {kept}".strip()


def _kinds(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def _field_words(kind: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """(field, words) of a type and of those that it extends."""
    found: dict[str, str] = {}
    for one in reversed([one for one in kind.__mro__ if one.__module__.startswith(("services.", "shared."))]):
        try:
            body = ast.parse(dedent(inspect.getsource(one))).body[0]
        except OSError:  # made by a call, not written
            continue
        assert isinstance(body, ast.ClassDef), "source of a class"
        for field, after in pairwise(body.body):
            match field, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    found[name] = inspect.cleandoc(words)
    yield from found.items()


def _give_back_nulls(schemas: Mapping[str, Any]) -> None:
    """FastAPI drops every null on its way, also those of examples; what is required and may be null is null there."""
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [_whole(schema, one, schemas) for one in schema["examples"]]


def _whole(schema: Mapping[str, Any], example: Any, schemas: Mapping[str, Any]) -> Any:
    if reference := schema.get("$ref"):
        return _whole(schemas[reference.rsplit("/", 1)[1]], example, schemas)
    if options := [one for one in schema.get("anyOf", []) if one.get("type") != "null"]:
        return _whole(options[0], example, schemas) if len(options) == 1 else example
    if isinstance(example, list):
        return [_whole(schema.get("items", {}), one, schemas) for one in example]
    if not isinstance(example, dict) or "properties" not in schema:
        return example
    required = schema.get("required", [])
    given = {name: part for name, part in schema["properties"].items() if name in example or name in required}
    return example | {name: _whole(part, example.get(name), schemas) for name, part in given.items()}


def allowed_of(route: APIRoute) -> Allowed | None:
    """The route's role check; None when it is open to all."""
    found = [call for call in _calls(route.dependant) if isinstance(call, Allowed)]
    return found[0] if found else None


def _calls(dependant: Dependant) -> list[object]:
    inner = [call for one in dependant.dependencies for call in _calls(one)]
    return [one.call for one in dependant.dependencies] + inner


def _complete(operation: dict[str, Any], route: APIRoute, method: str, room: Room) -> None:
    """Roles, security, common errors, common parameters."""
    allowed = allowed_of(route)
    usual = list(EVERYWHERE)
    if allowed is not None:
        operation["security"] = [{"bearer": []}]
        operation["x-roles"] = sorted(allowed.roles) if allowed.roles else ["SIGNED_IN"]
        usual += SIGNED_IN + ((problems.RoleForbidden,) if allowed.roles else ())
    else:
        optional = anyone in _calls(route.dependant)
        operation["security"] = [{}, {"bearer": []}] if optional else []
        operation["x-roles"] = ["ANYONE"]
        usual += SIGNED_IN if optional else ()
    parameters = operation.setdefault("parameters", [])
    parameters.append(dict(LANGUAGE_PARAMETER))
    if parameters or "requestBody" in operation:
        usual.append(problems.Invalid)
    if method in {"POST", "PUT", "DELETE"}:
        usual += WRITES
        if method == "POST" and allowed is not None and is_replayable(route.openapi_extra):
            parameters.append(dict(KEY_PARAMETER))
    _add_errors(operation, usual)


def _add_errors(operation: dict[str, Any], usual: list[type[Refusal]]) -> None:
    responses: dict[str, Any] = operation["responses"]
    if "422" in responses and MEDIA_TYPE not in responses["422"].get("content", {}):
        del responses["422"]  # FastAPI's own shape, which we never answer
    rows: dict[int, list[problems.Answer]] = {}
    for refusal in usual:
        row = problems.HOUSE[refusal]
        rows.setdefault(row.status, []).append(row)
    for status, found in rows.items():
        said = response_of(found)
        present = responses.get(str(status))
        if present is None:
            responses[str(status)] = said
            continue
        examples = present["content"][MEDIA_TYPE]["examples"]
        fresh = {slug: one for slug, one in said["content"][MEDIA_TYPE]["examples"].items() if slug not in examples}
        if fresh:
            examples.update(fresh)
            present["description"] += "; " + said["description"]


def _exemplify(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Lift the wire type's own example to every body, where readers and generators look for it."""
    bodies = [operation.get("requestBody", {})] + [operation["responses"][code] for code in operation["responses"]]
    for body in bodies:
        for media in body.get("content", {}).values():
            if "example" in media and "$ref" in media.get("schema", {}):  # the operation's own, as a type may say
                media["example"] = _whole(media["schema"], media["example"], schemas)
            if "example" in media or "examples" in media:
                continue
            example = _example(media.get("schema", {}), schemas)
            if example is not None:
                media["example"] = example


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if reference := schema.get("$ref"):
        return _example(schemas[reference.rsplit("/", 1)[1]], schemas)
    if found := schema.get("examples"):
        return found[0]
    if schema.get("type") == "array" and (item := _example(schema.get("items", {}), schemas)) is not None:
        return [item]
    if schema.get("type") == "object":
        parts = {name: _example(part, schemas) for name, part in schema.get("properties", {}).items()}
        if parts and all(part is not None for part in parts.values()):
            return parts
    for part in schema.get("allOf", []) + schema.get("anyOf", []):
        if (found := _example(part, schemas)) is not None:
            return found
    return None
