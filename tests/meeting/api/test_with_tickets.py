"""The real ticket room beside the meeting room: a council's lamp, from its task to the rated ticket (MEET-6)."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.meeting.jobs import follow_tasks
from services.ticket.app import create_app
from services.ticket.settings import TicketSettings
from shared.database import new_id
from shared.files import FileReference, References
from tests.factories.tokens import PUBLISHED, Somebody
from tests.meeting.api.conftest import CODE, Table
from tests.meeting.api.neighbours import registry_app
from tests.meeting.api.test_council import TASK


@pytest.fixture
async def tickets_app(
    app: FastAPI, database_urls: Mapping[str, str], tmp_path: Path
) -> AsyncIterator[httpx2.AsyncClient]:
    """The ticket room in the same house: it shares the house key, so that the rooms know each other."""
    room = create_app(TicketSettings(database_url=database_urls["ticket"], data_dir=tmp_path, background=False))
    room.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED))
    async with room.router.lifespan_context(room):
        app.state.room.transports["ticket"] = httpx2.ASGITransport(room)
        room.state.room.clock = app.state.room.clock
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(room), base_url="http://house") as client:
            yield client


def photo(table: Table, owner: Somebody) -> str:
    expires = table.house.clock.now().replace(year=2027)
    file = FileReference(new_id(), "image/jpeg", "0" * 64, 1000, owner.subject, expires)
    return References(table.house.keys.files).attach(file)


async def test_a_council_task_is_dispatched_fixed_verified_rated_and_reported_back(
    table: Table, tickets_app: httpx2.AsyncClient
) -> None:
    """MEET-6."""
    worker, grid, caller = Somebody([f"HANDLER@{CODE}"]), Somebody([f"GRID_WORKER@{CODE}"]), table.secretary
    _, _, resolution = await table.passed()
    task = await table.done(table.chair, f"/v1/resolutions/{resolution['id']}/tasks", TASK)
    await table.house.jobs.catch_up()
    task = await table.read(table.clerk, f"/v1/tasks/{task['id']}")
    before, after = photo(table, worker), photo(table, worker)
    unit = {"name": "宏远维修", "kind": "CONTRACTOR", "helping": []}
    steps: list[tuple[Somebody, dict[str, Any]]] = [
        (table.clerk, {"to": "ACCEPTED"}),
        (table.clerk, {"to": "DISPATCHED", "unit": unit, "worker_id": str(worker.subject)}),
        (worker, {"to": "IN_PROGRESS"}),
        (worker, {"to": "FEEDBACK", "answer": "已换灯", "photos_before": [before], "photos_after": [after]}),
        (grid, {"to": "VERIFIED"}),
        (caller, {"to": "CALLBACK"}),
        (caller, {"to": "CLOSED", "solved": True, "satisfaction": 5}),
    ]
    for who, move in steps:
        reply = await tickets_app.post(f"/v1/tickets/{task['ticket_id']}/moves", json=move, headers=who.headers)
        assert reply.status_code == 201, (move, reply.text)
        table.later(seconds=10)
        await follow_tasks(table.house)

    done = await table.read(table.chair, f"/v1/tasks/{task['id']}")
    reports = (await table.read(table.chair, f"/v1/tasks/{task['id']}/reports"))["items"]

    assert (done["state"], done["ticket_state"]) == ("DONE", "CLOSED")
    assert [report["ticket_state"] for report in reports] == ["REPORTED", *(move["to"] for _, move in steps)]


async def test_the_ticket_room_takes_one_task_once(table: Table, tickets_app: httpx2.AsyncClient) -> None:
    """MEET-6."""
    _, _, resolution = await table.passed()
    for _ in range(2):
        await table.done(table.chair, f"/v1/resolutions/{resolution['id']}/tasks", TASK)
    await table.house.jobs.catch_up()

    listed = (await tickets_app.get("/v1/tickets", headers=table.clerk.headers)).json()["items"]

    assert len(listed) == 2
    assert {ticket["words"] for ticket in listed} == {TASK["words"]}
