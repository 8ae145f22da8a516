"""What other rooms ask of tickets: a task filed once, and how it stands."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.database import new_id
from tests.ticket.api.conftest import CODE, COMPOUND, UNIT, Desk


def task(**changed: Any) -> dict[str, Any]:
    return {
        "client_id": str(new_id()),
        "compound_id": str(COMPOUND),
        "compound_code": CODE,
        "category": "facilities.stair_lamp",
        "words": "修好三号楼二单元三层楼道灯",
        "building": "3",
        "entrance": "2",
        **changed,
    }


async def filed(desk: Desk, body: dict[str, Any]) -> dict[str, Any]:
    key = {"Authorization": f"Internal {desk.house.house_key.sign('meeting')}"}
    reply = await desk.client.post("/internal/tickets", json=body, headers=key)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def test_a_task_is_filed_once_however_often_it_is_asked_for(desk: Desk) -> None:
    """TKT-1, MEET-6. Side by side and one after another."""
    body = task()

    answers = await asyncio.gather(*(filed(desk, body) for _ in range(5)))
    again = await filed(desk, body)
    listed = (await desk.get(desk.clerk, "/v1/tickets")).json()["items"]

    assert {answer["ticket_id"] for answer in [*answers, again]} == {listed[0]["id"]}
    assert [(item["kind"], item["state"], item["place"]["building"]) for item in listed] == [
        ("SUGGESTION", "REPORTED", "3")
    ]


async def test_the_desk_works_it_and_its_state_is_read_inside(desk: Desk) -> None:
    """MEET-6."""
    ticket = {"id": (await filed(desk, task()))["ticket_id"]}
    await desk.move(desk.clerk, ticket, "ACCEPTED")
    await desk.move(desk.clerk, ticket, "DISPATCHED", unit=UNIT)

    key = {"Authorization": f"Internal {desk.house.house_key.sign('meeting')}"}
    reply = await desk.client.get(f"/internal/tickets/{ticket['id']}", headers=key)

    assert reply.json() == {"id": ticket["id"], "state": "DISPATCHED"}


async def test_a_category_that_is_not_there_is_an_answer(desk: Desk) -> None:
    answer = await filed(desk, task(category="no.such"))

    assert answer == {"ticket_id": None, "state": None, "refused": "CATEGORY_UNKNOWN"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nobody_without_the_house_key_gets_in(desk: Desk, method: str) -> None:
    path = "/internal/tickets" if method == "POST" else f"/internal/tickets/{UUID(int=7)}"

    reply = await desk.client.request(method, path, headers=desk.administrator.headers, json=task())

    assert reply.status_code == 401
