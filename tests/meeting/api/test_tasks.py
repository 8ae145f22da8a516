"""A task lives on as a ticket and reports back until it is evaluated (MEET-6)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.meeting.jobs import file, follow_tasks
from shared.problems import NeighbourDown
from tests.meeting.api.conftest import Table
from tests.meeting.api.test_council import TASK


async def handed_out(table: Table, **changed: Any) -> dict[str, Any]:
    """A task of a passed resolution, its job still waiting."""
    _, _, resolution = await table.passed()
    return await table.done(table.chair, f"/v1/resolutions/{resolution['id']}/tasks", {**TASK, **changed})


async def test_a_task_is_filed_once_although_the_ticket_room_was_down_and_the_job_ran_again(table: Table) -> None:
    """MEET-6."""
    task = await handed_out(table)
    table.tickets.down = 1
    with pytest.raises(NeighbourDown):
        await file(table.house, UUID(task["id"]))
    waiting = await table.read(table.clerk, f"/v1/tasks/{task['id']}")

    await asyncio.gather(*(file(table.house, UUID(task["id"])) for _ in range(3)))
    await table.house.jobs.catch_up()
    living = await table.read(table.clerk, f"/v1/tasks/{task['id']}")
    reports = (await table.read(table.clerk, f"/v1/tasks/{task['id']}/reports"))["items"]

    assert (waiting["state"], living["state"]) == ("MADE", "LIVING")
    assert [str(ticket) for ticket in table.tickets.states] == [living["ticket_id"]]
    assert set(table.tickets.keys) == {f"task:{task['id']}"}
    assert [report["ticket_state"] for report in reports] == ["REPORTED"]


async def test_it_reports_every_state_until_it_is_evaluated(table: Table) -> None:
    """MEET-6."""
    task = await handed_out(table)
    await table.house.jobs.catch_up()
    (ticket,) = table.tickets.states
    states = []
    for state in ("ACCEPTED", "IN_PROGRESS", "IN_PROGRESS", "CLOSED", "REOPENED", "CLOSED"):
        table.tickets.states[ticket] = state
        table.later(seconds=10)
        await asyncio.gather(*(follow_tasks(table.house) for _ in range(2)))
        states.append((await table.read(table.clerk, f"/v1/tasks/{task['id']}"))["state"])
    reports = (await table.read(table.resident, f"/v1/tasks/{task['id']}/reports"))["items"]
    await table.done(table.clerk, f"/v1/tasks/{task['id']}/evaluations", {"evaluation": "灯亮了"})
    table.tickets.states[ticket] = "REOPENED"
    table.later(seconds=10)

    assert states == ["LIVING", "LIVING", "LIVING", "DONE", "LIVING", "DONE"]
    assert [report["ticket_state"] for report in reports] == [
        "REPORTED",
        "ACCEPTED",
        "IN_PROGRESS",
        "CLOSED",
        "REOPENED",
        "CLOSED",
    ]
    assert await follow_tasks(table.house) == 0


async def test_a_refused_filing_is_told_and_not_tried_for_ever(table: Table) -> None:
    """MEET-6."""
    task = await handed_out(table, category="no.such")
    await table.house.jobs.catch_up()

    seen = await table.read(table.clerk, f"/v1/tasks/{task['id']}")
    evaluated = await table.done(table.clerk, f"/v1/tasks/{task['id']}/evaluations", {"evaluation": "另行安排"})

    assert (seen["state"], seen["refused"]) == ("DROPPED", "CATEGORY_UNKNOWN")
    assert evaluated["state"] == "EVALUATED"


async def test_a_ticket_room_that_is_down_is_asked_again_later(table: Table) -> None:
    """MEET-6."""
    task = await handed_out(table)
    await table.house.jobs.catch_up()
    (ticket,) = table.tickets.states
    table.tickets.states[ticket] = "CLOSED"
    table.later(seconds=10)
    table.tickets.down = 1

    news = [await follow_tasks(table.house) for _ in range(2)]

    assert news == [0, 1]
    assert (await table.read(table.clerk, f"/v1/tasks/{task['id']}"))["state"] == "DONE"


async def test_only_a_passed_resolution_hands_out_tasks_and_only_its_runners(table: Table) -> None:
    """MEET-6."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:4])
    resolution = await table.close(await table.resolution(meeting))
    path = f"/v1/resolutions/{resolution['id']}/tasks"

    lost = await table.post(table.chair, path, TASK)
    member = await table.post(table.members[0], path, TASK)

    assert (resolution["state"], lost.json()["why"], member.status_code) == ("LOST", "NOT_PASSED", 403)


async def test_a_task_is_evaluated_once_and_not_while_it_lives(table: Table) -> None:
    """MEET-6."""
    task = await handed_out(table)
    path = f"/v1/tasks/{task['id']}/evaluations"
    early = await table.post(table.clerk, path, {"evaluation": "x"})
    await table.house.jobs.catch_up()
    (ticket,) = table.tickets.states
    table.tickets.states[ticket] = "CLOSED"
    table.later(seconds=10)
    await follow_tasks(table.house)

    replies = await asyncio.gather(*(table.post(who, path, {"evaluation": "好"}) for who in (table.clerk, table.chair)))
    stranger = await table.post(table.resident, path, {"evaluation": "x"})

    assert (early.status_code, early.json()["state"]) == (409, "MADE")
    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert stranger.status_code in (403, 409)
