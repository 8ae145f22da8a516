"""Every operation with one field at a time spoilt: a clear problem, never our own fault."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from tests.meeting.api.conftest import COMPOUND, MONDAY, Table
from tests.meeting.api.test_council import TASK

SPOILT: tuple[Any, ...] = (
    None,
    "",
    "\x00",
    "词" * 5_000,
    -1,
    2**63,
    True,
    [],
    {},
    "2199-12-31T23:59:59Z",
    "1900-01-01",
    "0197a3f2-0000-7000-8000-00000000ffff",
)
QUERIES = ("limit=0", "cursor=x", "region=1", "at=x", "at=2199-12-31T23:59:59Z", "compound_id=1", "sort=x", "state=x")


def spoilt(body: Any) -> Iterator[Any]:
    """The body with one of its values after another replaced by each of the spoilt ones."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            for bad in SPOILT:
                yield {**body, name: bad}
            for inner in spoilt(value):
                yield {**body, name: inner}
        yield {**body, "no_such_field": 1}
    elif isinstance(body, list) and body:
        yield from ([inner] for inner in spoilt(body[0]))


@pytest.mark.prove
async def test_no_field_of_any_operation_makes_the_room_fail(table: Table, app: FastAPI) -> None:
    topic, meeting, resolution = await table.passed()
    task = await table.done(table.chair, f"/v1/resolutions/{resolution['id']}/tasks", TASK)
    council = meeting["council_id"]
    table.now_is(MONDAY)
    other = await table.open_meeting(kind="OPEN_COUNCIL")
    problem = await table.done(table.recorder, f"/v1/meetings/{other['id']}/problems", {"words": "灯不亮"})
    ids = {
        "{topic_id}": topic["id"],
        "{meeting_id}": meeting["id"],
        "{resolution_id}": resolution["id"],
        "{task_id}": task["id"],
        "{council_id}": council,
        "{problem_id}": problem["id"],
        "{number}": "1",
    }
    everybody = {**table.clerk.headers, "If-Match": '"1"', "Content-Type": "application/json"}
    found, sent = [], 0
    for path, method, body in operations(app):
        for name, value in ids.items():
            path = path.replace(name, value)  # noqa: PLW2901
        path = path.replace("{", "").replace("}", "")  # noqa: PLW2901  # what is left is no id at all
        tries = list(spoilt(body)) if body else [None]
        targets = [path] if method != "GET" else [path, *(f"{path}?{query}" for query in QUERIES)]
        for target in targets:
            for one in tries:
                content = json.dumps(one).encode() if one is not None else None
                reply = await table.client.request(method, target, headers=everybody, content=content)
                sent += 1
                if reply.status_code >= 500:
                    found.append((method, target, one, reply.text[:200]))

    assert found == []
    assert sent > 1_000


def operations(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    """Path, method and a true body of every operation, from the room's own contract."""
    schemas = app.openapi()["components"]["schemas"]
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            yield path, method.upper(), _example(schemas, content) if content else None


def _example(schemas: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
    schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    text = json.dumps(schema["examples"][0])
    return json.loads(text.replace("0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001", str(COMPOUND)))
