"""Which room a request reaches, and that what is internal never leaves the house."""

import json
from urllib.parse import unquote

import pytest

from gateway.app import Gateway
from gateway.dispatch import FAMILIES, Family, Table, TwoRooms, families_of
from gateway.upstream import InProcess
from shared.problems import Unknown
from tests.gateway.planted import PlantedRoom, calling, door, echo, living, plan, saying, settings


async def test_a_request_reaches_its_room_unchanged() -> None:
    async with door(echo) as client:
        reply = await client.get("/v1/tickets/7?tag=a&tag=b&empty=")

    seen = reply.json()
    assert (seen["method"], seen["path"], seen["query"]) == ("GET", "/v1/tickets/7", "tag=a&tag=b&empty=")


INTERNAL = [
    "/internal/health", "/INTERNAL/health", "/Internal/health", "/%69nternal/health", "//internal/health",
    "/./internal/health", "/v1/../internal/health", "/v1/tickets/../../internal/health",
    "/v1/tickets/%2e%2e/%2e%2e/internal/health", "/v1/tickets/..%2f..%2finternal/health",
    "/v1/tickets/%252e%252e/%252e%252e/internal/health", "/v1%2f..%2finternal/health", "/internal", "/internal/",
    "/v1/internal/health", "/v1//internal/health", "/v1/tickets//internal", "/\\internal/health",
    "/v1/tickets/..\\..\\internal/health", "/v1/tickets/%00/../../internal/health", "/v1/tickets/.%2e/internal",
    "/;/internal/health", "/internal;/health", "/internal%20/health", "/v1/tickets/%5c..%5cinternal",
]  # fmt: skip


@pytest.mark.parametrize("target", INTERNAL)
async def test_no_spelling_of_internal_reaches_a_room(target: str) -> None:
    room = PlantedRoom(echo)
    app = Gateway(settings(), plan(room))
    async with living(app):
        status = await _raw_get(app, target)

    assert status == 404
    assert room.seen == []


async def _raw_get(app: Gateway, target: str) -> int:
    """As uvicorn would hand the target over: decoded once, not normalised."""
    statuses = []

    async def send(message: dict[str, object]) -> None:
        statuses.append(message.get("status"))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": unquote(target),
        "raw_path": target.encode(), "query_string": b"", "headers": [(b"host", b"linli.test")],
        "client": ("203.0.113.7", 1), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    return int(str(statuses[0]))


async def test_a_root_path_cannot_turn_a_room_path_into_an_internal_one() -> None:
    room = PlantedRoom(echo)
    app = Gateway(settings(), plan(room))
    async with living(app), calling(app) as client:
        await client.get("/v1/tickets/internal/health")

    assert room.seen[0]["root_path"] == ""
    assert room.seen[0]["path"] == "/v1/tickets/internal/health"


@pytest.mark.parametrize(("asked", "title"), [("", "没有找到"), ("en", "Not found"), ("fr, en;q=0.5", "Not found")])
async def test_an_unknown_path_is_a_problem_in_the_asked_language(asked: str, title: str) -> None:
    async with door(saying()) as client:
        reply = await client.get("/v1/nothing", headers={"Accept-Language": asked})

    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["title"] == title
    assert reply.json()["type"] == "http://linli.test/problems/unknown"


def test_two_rooms_cannot_claim_one_family() -> None:
    with pytest.raises(TwoRooms, match="claimed by ticket and by survey"):
        Table([Family("/v1/tickets", "ticket"), Family("/v1/tickets", "survey")])


def test_no_room_can_claim_what_is_internal() -> None:
    with pytest.raises(TwoRooms, match="never leaves the house"):
        Table([Family("/internal", "ticket")])


def test_the_house_table_gives_every_family_to_one_room() -> None:
    table = Table(families_of(FAMILIES))

    assert table.room_of("/v1/people/1") == "registry"
    assert table.room_of("/.well-known/jwks.json") == "registry"
    assert table.room_of("/open311/v2/requests.json") == "ticket"
    with pytest.raises(Unknown):
        table.room_of("/v1")


def test_a_family_of_a_room_that_is_not_in_the_house_is_unknown() -> None:
    table = Table(families_of(["registry", "ticket"]))

    with pytest.raises(Unknown):
        table.room_of("/v1/elections")


async def test_each_room_sees_its_own_state_and_nobody_elses() -> None:
    rooms = [InProcess(name, PlantedRoom(echo, name=name)) for name in ("registry", "ticket")]
    families = [Family("/v1/people", "registry"), Family("/v1/tickets", "ticket")]
    app = Gateway(settings(), plan(echo, rooms=rooms, families=families, contracts={}))
    async with living(app), calling(app) as client:
        people, tickets = await client.get("/v1/people"), await client.get("/v1/tickets")

    assert json.loads(people.content)["state"] == {"of": "registry"}
    assert json.loads(tickets.content)["state"] == {"of": "ticket"}
