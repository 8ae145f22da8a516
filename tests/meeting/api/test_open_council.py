"""The first council, open to all: a list of problems, each with a reasoned next step (MEET-9)."""

import asyncio
from typing import Any

import pytest

from tests.factories.tokens import Somebody
from tests.meeting.api.conftest import CODE, Table

OPEN = {"kind": "OPEN_COUNCIL", "title": "第一次开放议事会"}


async def held_with(table: Table, *words: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An open council with these problems, still open."""
    meeting = await table.open_meeting(**OPEN)
    await table.arrive(meeting, table.resident)
    path = f"/v1/meetings/{meeting['id']}/problems"
    return meeting, [
        await table.done(table.resident, path, {"words": one, "building": "3", "entrance": "2"}) for one in words
    ]


async def test_each_problem_gets_its_reasoned_next_step(table: Table) -> None:
    """MEET-9: ticket, topic, visit, nothing and why."""
    meeting, problems = await held_with(table, "灯不亮", "要议停车", "墙有裂缝", "想要泳池")
    path = f"/v1/meetings/{meeting['id']}/problems"
    answers: list[dict[str, Any]] = [
        {"next_step": "TICKET", "reason": "日常维修", "category": "facilities.stair_lamp"},
        {"next_step": "TOPIC", "reason": "需大家议"},
        {"next_step": "VISIT", "reason": "先看现场", "visit_on": "2026-12-01"},
        {"next_step": "NOTHING", "reason": "没有场地,也没有资金"},
    ]

    for problem, answer in zip(problems, answers, strict=True):
        await table.done(table.clerk, f"{path}/{problem['id']}/answers", answer)
    await table.house.jobs.catch_up()
    listed = await table.read(table.resident, path)
    tasks = (await table.read(table.clerk, "/v1/tasks"))["items"]
    topics = (await table.read(table.resident, "/v1/topics"))["items"]

    assert listed["unanswered"] == 0
    assert [item["next_step"] for item in listed["items"]] == ["TICKET", "TOPIC", "VISIT", "NOTHING"]
    assert all(item["reason"] for item in listed["items"])
    assert [(task["source"], task["state"]) for task in tasks] == [("PROBLEM", "LIVING")]
    assert [(topic["problem_id"], topic["state"]) for topic in topics] == [(problems[1]["id"], "COLLECTED")]


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"next_step": "NOTHING"}, ["reason"]),
        ({"next_step": "TICKET", "reason": "x"}, ["category"]),
        ({"next_step": "VISIT", "reason": "x"}, ["visit_on"]),
    ],
)
async def test_an_answer_without_reason_or_detail_is_none(
    table: Table, answer: dict[str, Any], missing: list[str]
) -> None:
    """MEET-9."""
    meeting, (problem,) = await held_with(table, "灯不亮")

    reply = await table.post(table.clerk, f"/v1/meetings/{meeting['id']}/problems/{problem['id']}/answers", answer)

    assert (reply.status_code, reply.json()["missing"]) == (422, missing)


async def test_of_two_answers_at_once_one_is_refused(table: Table) -> None:
    """MEET-9. And only one ticket is filed."""
    meeting, (problem,) = await held_with(table, "灯不亮")
    path = f"/v1/meetings/{meeting['id']}/problems/{problem['id']}/answers"
    answer = {"next_step": "TICKET", "reason": "日常维修", "category": "facilities.stair_lamp"}

    replies = await asyncio.gather(*(table.post(who, path, answer) for who in (table.clerk, table.secretary)))
    await table.house.jobs.catch_up()

    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert {reply.json().get("why") for reply in replies} == {None, "ANSWERED_ALREADY"}
    assert len(table.tickets.states) == 1


async def test_an_open_council_needs_no_quorum_and_resolves_nothing(table: Table) -> None:
    """MEET-9."""
    meeting, _ = await held_with(table)
    body = {"item": 1, "text": "修灯", "method": "NAMED"}

    resolution = await table.post(table.chair, f"/v1/meetings/{meeting['id']}/resolutions", body)
    seen = await table.read(table.resident, f"/v1/meetings/{meeting['id']}")
    held = await table.move(table.chair, meeting, "HELD")

    assert (resolution.status_code, resolution.json()["why"]) == (409, "MAY_NOT_RESOLVE")
    assert (seen["quorum"], seen["present"]) == (None, 1)
    assert held["state"] == "HELD"


async def test_its_minutes_wait_for_every_answer(table: Table) -> None:
    """MEET-5, MEET-9."""
    meeting, (problem,) = await held_with(table, "灯不亮")
    held = await table.move(table.chair, meeting, "HELD")
    path = f"/v1/meetings/{meeting['id']}"
    early = await table.post(table.recorder, f"{path}/minutes", {}, **{"If-Match": f'"{held["version"]}"'})

    await table.done(
        table.clerk, f"{path}/problems/{problem['id']}/answers", {"next_step": "NOTHING", "reason": "已自行修好"}
    )
    laid = await table.laid(meeting)
    content = (await table.read(table.clerk, f"{path}/minutes/1"))["minutes"]

    assert (early.status_code, early.json()["why"]) == (409, "PROBLEMS_UNANSWERED")
    assert laid["version"] == 1
    assert content["problems"] == [{"position": 1, "words": "灯不亮", "next_step": "NOTHING", "reason": "已自行修好"}]


async def test_any_resident_may_come_and_a_stranger_may_not(table: Table) -> None:
    """MEET-9."""
    meeting = await table.open_meeting(**OPEN)
    code = await table.code(meeting)
    path = f"/v1/meetings/{meeting['id']}/arrivals"

    here = await table.post(table.neighbour, path, {"code": code, "name": "邻居"})
    away = await table.post(table.stranger, path, {"code": code})
    auditor = await table.post(Somebody([f"AUDITOR@{CODE}"]), path, {"code": code})

    assert (here.status_code, here.json()["person"]["capacity"]) == (201, "RESIDENT")
    assert (away.status_code, auditor.status_code) == (404, 409)


async def test_problems_are_raised_by_who_is_in_the_room(table: Table) -> None:
    """MEET-9."""
    meeting, _ = await held_with(table)
    path = f"/v1/meetings/{meeting['id']}/problems"

    absent = await table.post(table.neighbour, path, {"words": "垃圾"})
    recorded = await table.post(table.recorder, path, {"words": "垃圾"})

    assert (absent.status_code, recorded.status_code) == (403, 201)


async def test_a_council_has_no_list_of_problems(table: Table) -> None:
    """MEET-9."""
    meeting = await table.open_meeting()

    reply = await table.post(table.recorder, f"/v1/meetings/{meeting['id']}/problems", {"words": "垃圾"})

    assert (reply.status_code, reply.json()["why"]) == (409, "NO_PROBLEMS_HERE")
