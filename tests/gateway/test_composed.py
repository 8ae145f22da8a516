"""Overview and inbox: every room asked at once with the caller's token, each within its time, the silent ones named."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from gateway.app import Gateway, Plan
from gateway.composed import SECONDS
from gateway.upstream import InProcess
from tests.gateway.planted import Answering, PlantedRoom, Waiting, calling, crash, living, saying, settings

COMPOUND = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001"
THING = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c"
OVERVIEW = f"/v1/overview/{COMPOUND}"
TOKEN = {"Authorization": "Bearer his.own.token"}
AT = "2026-03-06T02:00:00Z"
PLACE = {"id": COMPOUND, "code": "140109013001001", "name": "晋阳小区", "address": "长风西街", "next_step": "BIND_HOME"}
TICKET = {"id": THING, "words": "灯不亮", "state": "REPORTED", "reported_at": AT, "allowed": [{"to": "ACCEPTED"}]}
ROUND = {"id": THING, "title": "入户", "state": "OPEN", "opened_at": AT, "allowed": []}
ELECTION = {"id": THING, "title": "推选", "state": "OPEN", "opens_at": AT, "allowed": ["CAST"]}
TOPIC = {"id": THING, "title": "修灯", "state": "COLLECTED", "proposed_at": AT, "starts_at": AT, "allowed": []}


def listing(*rows: Mapping[str, Any]) -> Answering:
    return saying(200, json.dumps({"items": rows, "next": None}).encode())


def rooms(**changed: Answering) -> dict[str, PlantedRoom]:
    """Five rooms that each say one thing."""
    answers: dict[str, Answering] = {
        "registry": saying(200, json.dumps(PLACE).encode()),
        "ticket": listing(TICKET),
        "survey": listing(ROUND),
        "election": listing(ELECTION),
        "meeting": listing(TOPIC),
        **changed,
    }
    return {name: PlantedRoom(answer, name=name) for name, answer in answers.items()}


@asynccontextmanager
async def house(planted: Mapping[str, PlantedRoom]) -> AsyncIterator[httpx2.AsyncClient]:
    app = Gateway(settings(), Plan([InProcess(name, room) for name, room in planted.items()]))
    async with living(app), calling(app) as client:
        yield client


async def test_an_overview_shows_what_every_room_says() -> None:
    async with house(rooms()) as client:
        reply = await client.get(OVERVIEW, headers=TOKEN)

    told = reply.json()
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
    assert (told["compound"]["name"], told["missing"]) == ("晋阳小区", [])
    line = {"id": THING, "title": "灯不亮", "state": "REPORTED", "at": AT, "path": f"/v1/tickets/{THING}"}
    assert told["tickets"] == {"items": [line], "more": False}
    shown = {
        name: [one["title"] for one in told[name]["items"]] for name in ("rounds", "elections", "topics", "meetings")
    }
    assert shown == {"rounds": ["入户"], "elections": ["推选"], "topics": ["修灯"], "meetings": ["修灯"]}


async def test_the_rooms_see_the_callers_own_token_on_their_public_routes() -> None:
    planted = rooms()

    async with house(planted) as client:
        await client.get(OVERVIEW, headers={**TOKEN, "Accept-Language": "en", "Cookie": "a=b"})

    scopes = [scope for room in planted.values() for scope in room.seen]
    assert len(scopes) == 7
    for scope in scopes:
        heads = dict(scope["headers"])
        assert scope["path"].startswith("/v1/")
        assert (heads[b"authorization"], heads[b"accept-language"]) == (b"Bearer his.own.token", b"en")
        assert b"cookie" not in heads
        assert b"traceparent" in heads


@pytest.mark.parametrize("path", [OVERVIEW, "/v1/inbox"])
async def test_a_room_that_hangs_and_one_that_falls_over_are_missing(path: str) -> None:
    async with house(rooms(survey=Waiting(), ticket=Waiting(), meeting=crash, election=saying(503))) as client:
        began = time.monotonic()
        reply = await client.get(path, headers=TOKEN)
        took = time.monotonic() - began

    assert (reply.status_code, reply.json()["missing"]) == (200, ["election", "meeting", "survey", "ticket"])
    assert SECONDS <= took < 2 * SECONDS  # side by side: the silent ones do not add up


async def test_what_is_missing_is_null_and_the_rest_is_there() -> None:
    async with house(rooms(survey=crash)) as client:
        told = (await client.get(OVERVIEW, headers=TOKEN)).json()

    assert told["rounds"] is None
    assert told["tickets"]["items"]


async def test_a_room_that_refuses_has_answered() -> None:
    async with house(rooms(ticket=saying(403))) as client:
        told = (await client.get(OVERVIEW, headers=TOKEN)).json()

    assert (told["tickets"], told["missing"]) == (None, [])


async def test_a_room_that_is_not_in_the_house_is_missing() -> None:
    planted = rooms()
    del planted["election"]

    async with house(planted) as client:
        told = (await client.get(OVERVIEW, headers=TOKEN)).json()

    assert (told["elections"], told["missing"]) == (None, ["election"])


@pytest.mark.parametrize("path", [OVERVIEW, "/v1/inbox"])
async def test_nobody_and_a_token_that_a_room_refuses_are_sent_to_sign_in(path: str) -> None:
    planted = rooms()

    async with house(planted) as client:
        nobody = await client.get(path)
    async with house(rooms(ticket=saying(401))) as client:
        refused = await client.get(path, headers=TOKEN)

    assert (nobody.status_code, refused.status_code) == (401, 401)
    assert not any(room.seen for room in planted.values())


@pytest.mark.parametrize(
    ("path", "status"), [(f"/v1/overview/{THING}", 404), ("/v1/overview/7", 200), ("/v1/overview/", 200)]
)
async def test_a_compound_that_the_registry_does_not_show_is_unknown(path: str, status: int) -> None:
    async with house(rooms(registry=saying(status))) as client:
        reply = await client.get(path, headers=TOKEN)

    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")


async def test_the_inbox_names_what_waits_and_why() -> None:
    async with house(rooms()) as client:
        told = (await client.get("/v1/inbox", headers=TOKEN)).json()

    found = {(line["room"], line["why"]) for line in told["items"]}
    tickets = {("ticket", why) for why in ("ASSIGNED", "ACCEPT", "CALL_BACK")}  # the planted room ignores the query
    assert found == {("registry", "BIND_HOME"), ("survey", "ANSWER"), ("election", "CAST"), *tickets}
    assert told["missing"] == []
