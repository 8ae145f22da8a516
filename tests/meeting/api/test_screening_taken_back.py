"""A wrong screening is taken back: who may, until when, and what the history keeps."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.meeting.jobs import follow_tasks
from tests.meeting.api.conftest import SOUND, Table

QUARREL = {
    "test": {**SOUND, "private_quarrel": True},
    "outcome": "REJECT",
    "reason": "属邻里纠纷",
    "where_to_go": "人民调解委员会",
}
BACK = {"to": "COLLECTED", "reason": "认错了,说的是公共楼道"}


async def screened(table: Table, body: Mapping[str, Any]) -> str:
    """The path of a topic screened so."""
    path = f"/v1/topics/{(await table.topic())['id']}"
    await table.done(table.clerk, f"{path}/screenings", body)
    return path


async def test_a_rejected_topic_is_collected_again_and_both_stand_in_its_history(table: Table) -> None:
    """MEET-2."""
    path = await screened(table, QUARREL)

    back = await table.done(table.secretary, f"{path}/moves", BACK)
    again = await table.done(table.clerk, f"{path}/screenings", {"test": SOUND, "outcome": "ACCEPT"})
    history = (await table.read(table.resident, f"{path}/history"))["items"]

    assert (back["state"], back["outcome"], back["test"], back["reason"], back["where_to_go"]) == (
        *("COLLECTED", None),
        *(None, None, None),
    )
    assert (again["outcome"], again["reason"]) == ("ACCEPT", None)
    assert [(step["to_state"], step["by"], step["outcome"], step["reason"]) for step in history[1:]] == [
        ("SCREENED", "DESK", "REJECT", QUARREL["reason"]),
        ("COLLECTED", "DESK", None, BACK["reason"]),
        ("SCREENED", "DESK", "ACCEPT", None),
    ]


async def test_only_the_desk_takes_a_screening_back_and_only_with_a_reason(table: Table) -> None:
    path = await screened(table, QUARREL)

    others = [await table.post(who, f"{path}/moves", BACK) for who in (table.resident, table.neighbour, table.officer)]
    bare = await table.post(table.clerk, f"{path}/moves", {"to": "COLLECTED"})

    assert [reply.status_code for reply in others] == [403, 403, 403]
    assert (bare.status_code, bare.json()["missing"]) == (422, ["reason"])


async def test_on_an_agenda_it_is_too_late(table: Table) -> None:
    """MEET-1. Deferred it is no longer a question of its screening either."""
    topic, meeting = await table.accepted(), await table.draft()
    path = f"/v1/topics/{topic['id']}/moves"
    await table.done(table.clerk, path, {"to": "SCHEDULED", "meeting_id": meeting["id"]})

    late = await table.post(table.clerk, path, BACK)

    assert (late.status_code, late.json()["why"], late.json()["state"]) == (409, "NO_SUCH_MOVE", "SCHEDULED")


async def test_a_merged_topic_leaves_its_lead_and_stands_for_itself(table: Table) -> None:
    """MEET-1."""
    lead = await table.topic()
    path = await screened(table, {"test": SOUND, "outcome": "MERGE", "merge_into": lead["id"]})

    back = await table.done(table.clerk, f"{path}/moves", BACK)
    seen = await table.read(table.clerk, f"/v1/topics/{lead['id']}")

    assert (back["state"], back["merged_into"]) == ("COLLECTED", None)
    assert (seen["joined"], seen["version"]) == (0, lead["version"] + 2)


async def test_of_two_who_take_it_back_at_once_one_is_refused_and_the_lead_loses_it_once(table: Table) -> None:
    """MEET-1. No lost update, one clean refusal."""
    lead = await table.topic()
    path = await screened(table, {"test": SOUND, "outcome": "MERGE", "merge_into": lead["id"]})

    replies = await asyncio.gather(*(table.post(who, f"{path}/moves", BACK) for who in (table.clerk, table.secretary)))
    lost = next(reply for reply in replies if reply.status_code != 201)
    seen = await table.read(table.clerk, f"/v1/topics/{lead['id']}")

    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert lost.json()["why"] in {"NO_SUCH_MOVE", "SCREENED_ANEW"}
    assert seen["joined"] == 0


async def test_what_became_a_ticket_is_taken_back_once_the_ticket_has_ended_and_was_evaluated(table: Table) -> None:
    """MEET-6."""
    body = {"test": SOUND, "outcome": "TO_TICKET", "reason": "日常维修", "category": "facilities.stair_lamp"}
    path = await screened(table, body)
    await table.house.jobs.catch_up()
    running = await table.post(table.clerk, f"{path}/moves", BACK)
    (task,) = (await table.read(table.clerk, "/v1/tasks"))["items"]
    (ticket,) = table.tickets.states
    table.tickets.states[ticket] = "WITHDRAWN"
    table.later(seconds=10)
    await follow_tasks(table.house)
    await table.done(table.clerk, f"/v1/tasks/{task['id']}/evaluations", {"evaluation": "审核有误,工单已撤"})

    back = await table.done(table.clerk, f"{path}/moves", BACK)

    assert (running.status_code, running.json()["why"]) == (409, "TASKS_UNFINISHED")
    assert back["state"] == "COLLECTED"
