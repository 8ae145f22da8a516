"""What is wrong is refused clearly, stores nothing, and is never a 500."""

from typing import Any

import pytest

from shared.database import new_id
from tests.factories.tokens import Somebody
from tests.ticket.api.conftest import COMPOUND, ELSEWHERE, HOME, UNIT, Desk

PLACE = {"compound_id": str(COMPOUND)}
GOOD = {"place": PLACE, "kind": "HELP", "category": "facilities.stair_lamp", "words": "灯不亮"}

WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"words": ""}, 422, "invalid"),
    ({"words": "长" * 2001}, 422, "invalid"),
    ({"words": "灯\x00不亮"}, 422, "invalid"),
    ({"words": 5}, 422, "invalid"),
    ({"kind": "JOKE"}, 422, "invalid"),
    ({"category": "sanitation.nothing"}, 422, "category-unknown"),
    ({"colour": "red"}, 422, "invalid"),
    ({"emergency": "yes"}, 422, "invalid"),
    ({"photos": ["f1.x.y"]}, 422, "file-reference-refused"),
    ({"photos": ["a"] * 10}, 422, "invalid"),
    ({"client_id": "１２３"}, 422, "invalid"),
    ({"place": {"compound_id": str(new_id())}}, 404, "place-unknown"),
    ({"place": {"compound_id": str(ELSEWHERE)}}, 404, "place-unknown"),
    ({"place": {**PLACE, "home_id": str(new_id())}}, 404, "place-unknown"),
    ({"place": {**PLACE, "point": {"latitude": "91.000000", "longitude": "0.000000"}}}, 422, "invalid"),
    ({"place": {**PLACE, "point": {"latitude": 37.8, "longitude": 112.5}}}, 422, "invalid"),
]


@pytest.mark.parametrize(("change", "status", "slug"), WRONG)
async def test_a_wrong_report_is_refused_and_stores_nothing(
    desk: Desk, change: dict[str, Any], status: int, slug: str
) -> None:
    reply = await desk.post(desk.resident, "/v1/tickets", {**GOOD, **change})

    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"].endswith(f"/problems/{slug}")
    assert (await desk.get(desk.clerk, "/v1/tickets")).json()["items"] == []


async def test_a_photo_that_somebody_else_uploaded_is_refused(desk: Desk) -> None:
    reply = await desk.post(desk.resident, "/v1/tickets", {**GOOD, "photos": [desk.photo(desk.neighbour)]})

    assert reply.status_code == 422


async def test_another_persons_home_is_not_a_place_to_report_from(desk: Desk) -> None:
    reply = await desk.post(desk.neighbour, "/v1/tickets", {**GOOD, "place": {**PLACE, "home_id": str(HOME)}})

    assert reply.status_code == 404


async def test_texts_are_answered_in_the_asked_language(desk: Desk) -> None:
    ticket = await desk.report()
    said = []
    for language in ("zh-CN", "en"):
        reply = await desk.post(
            desk.clerk, f"/v1/tickets/{ticket['id']}/moves", {"to": "REJECTED"}, **{"Accept-Language": language}
        )
        said.append((reply.status_code, reply.json()["title"], reply.json()["missing"]))

    assert said == [
        (422, "此步还缺内容", ["reason", "where_to_go"]),
        (422, "The move lacks something", ["reason", "where_to_go"]),
    ]


async def test_a_move_that_is_anothers_is_forbidden_and_names_who_may(desk: Desk) -> None:
    """TKT-2."""
    ticket = await desk.report()

    reply = await desk.try_move(desk.resident, ticket, "ACCEPTED")

    assert (reply.status_code, reply.json()["needed"]) == (403, ["DESK"])
    assert [move["to"] for move in reply.json()["allowed"]] == ["WITHDRAWN"]


async def test_a_second_report_with_one_client_id_is_the_same_ticket(desk: Desk) -> None:
    """TKT-1. The phone sent it twice; somebody else's same id is another ticket."""
    client_id = str(new_id())

    first = await desk.report(client_id=client_id)
    second = await desk.report(client_id=client_id, words="又按了一次")
    other = await desk.report(desk.neighbour, client_id=client_id)

    assert second["id"] == first["id"] != other["id"]
    assert second["words"] == first["words"]


async def test_one_key_makes_one_ticket(desk: Desk) -> None:
    keys = {"Idempotency-Key": "lamp-1"}

    first = await desk.post(desk.partner, "/v1/tickets", GOOD, **keys)
    second = await desk.post(desk.partner, "/v1/tickets", GOOD, **keys)
    other = await desk.post(desk.partner, "/v1/tickets", {**GOOD, "words": "别的"}, **keys)

    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422


async def test_nobody_is_asked_to_sign_in_first(desk: Desk) -> None:
    for path in ("/v1/tickets", f"/v1/tickets/{new_id()}"):
        assert (await desk.client.get(path)).status_code == 401
    assert (await desk.client.get("/v1/categories")).status_code == 200


@pytest.mark.parametrize(
    "query", ["cursor=x", "limit=0", "limit=201", "sort=words", "state=NO", "region=%25", "compound_id=7", "kind="]
)
async def test_wrong_filters_are_field_errors(desk: Desk, query: str) -> None:
    reply = await desk.client.get(f"/v1/tickets?{query}", headers=desk.clerk.headers)

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"].startswith("query/")


@pytest.mark.parametrize(
    "body",
    [
        {"to": "NOWHERE"},
        {"to": "DISPATCHED", "unit": {"name": "x" * 81, "kind": "CONTRACTOR"}},
        {"to": "DISPATCHED", "unit": {**UNIT, "colour": "red"}},
        {"to": "EXTENSION_REQUESTED", "days": 0, "reason": "x"},
        {"to": "EXTENSION_REQUESTED", "days": "3", "reason": "x"},
        {"to": "CLOSED", "satisfaction": 6},
        {"to": "MERGED", "lead_id": "x"},
    ],
)
async def test_wrong_moves_are_field_errors(desk: Desk, body: dict[str, Any]) -> None:
    ticket = await desk.report()

    reply = await desk.post(desk.clerk, f"/v1/tickets/{ticket['id']}/moves", body)

    assert reply.status_code == 422
    assert reply.json()["errors"]


async def test_a_ticket_of_another_compound_cannot_lead(desk: Desk) -> None:
    """TKT-5."""
    both = Somebody(["CLERK@1401"])
    here = await desk.report(both)
    there = await desk.report(both, place={"compound_id": str(ELSEWHERE), "building": "3", "entrance": "2"})
    for ticket in (here, there):
        await desk.move(both, ticket, "ACCEPTED")

    reply = await desk.try_move(both, here, "MERGED", lead_id=there["id"])

    assert reply.status_code == 404


async def test_an_edit_needs_the_version_that_was_read(desk: Desk) -> None:
    ticket = await desk.report()
    path = f"/v1/tickets/{ticket['id']}"
    change = {"kind": "COMPLAINT", "category": "facilities.street_lamp", "emergency": False}

    async def put(who: Somebody, **headers: str) -> int:
        return (await desk.client.put(path, headers={**who.headers, **headers}, json=change)).status_code

    read = (await desk.get(desk.clerk, path)).headers["etag"]

    assert await put(desk.clerk) == 428
    assert await put(desk.clerk, **{"If-Match": "x"}) == 400
    assert await put(desk.resident, **{"If-Match": read}) == 403
    assert await put(desk.stranger, **{"If-Match": read}) == 404
    assert await put(desk.clerk, **{"If-Match": read}) == 200
    assert await put(desk.clerk, **{"If-Match": read}) == 412
