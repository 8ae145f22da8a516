"""A constituted council from its topic to its evaluated task, over the API."""

from services.meeting.jobs import follow_tasks
from tests.meeting.api.conftest import Table

TASK = {
    "words": "修好三号楼二单元三层楼道灯",
    "category": "facilities.stair_lamp",
    "building": "3",
    "entrance": "2",
    "owner": "社区网格员",
    "due_on": "2026-12-11",
}


async def test_a_lamp_is_resolved_repaired_and_evaluated(table: Table) -> None:
    """MEET-1, MEET-3, MEET-5, MEET-6, MEET-10: scene 3 of the story."""
    topic, meeting, resolution = await table.passed()
    task = await table.done(table.chair, f"/v1/resolutions/{resolution['id']}/tasks", TASK)
    await table.house.jobs.catch_up()
    living = await table.read(table.clerk, f"/v1/tasks/{task['id']}")
    await table.move(table.chair, meeting, "HELD")
    minutes = await table.laid(meeting)
    signed = await table.sign(meeting, minutes)
    path = f"/v1/meetings/{meeting['id']}/minutes/1/postings"
    posted = await table.done(table.clerk, path, {"places": ["小区公告栏"]})
    publicised = await table.read(table.resident, f"/v1/topics/{topic['id']}")
    table.later(days=10)
    await table.done(table.clerk, f"/v1/topics/{topic['id']}/moves", {"to": "EXECUTING"})
    for ticket in table.tickets.states:
        table.tickets.states[ticket] = "CLOSED"
    news = await follow_tasks(table.house)
    evaluated = await table.done(table.chair, f"/v1/tasks/{task['id']}/evaluations", {"evaluation": "灯亮了"})
    moved = await table.done(
        table.clerk, f"/v1/topics/{topic['id']}/moves", {"to": "EVALUATED", "evaluation": "居民满意"}
    )

    assert (resolution["state"], resolution["agree"], resolution["electors"]) == ("PASSED", 4, 4)
    assert (living["state"], living["ticket_state"]) == ("LIVING", "REPORTED")
    assert signed["is_signed"]
    assert posted["edition"]["original_digest"] == minutes["digest"]
    assert (publicised["state"], publicised["result"]) == ("PUBLICISED", "PASSED")
    assert news == 1
    assert (evaluated["state"], moved["state"]) == ("EVALUATED", "EVALUATED")
