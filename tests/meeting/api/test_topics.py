"""Topics over the API: put up, seconded, screened, scheduled; two at once; who may know of them."""

import asyncio
from typing import Any

import psycopg
import pytest

from shared.database import new_id
from tests.factories.tokens import Somebody
from tests.meeting.api.conftest import CODE, ELSEWHERE, ELSEWHERE_CODE, SOUND, Table


async def test_the_same_client_id_is_the_same_topic(table: Table) -> None:
    """MEET-1. Side by side too."""
    client_id = str(new_id())

    made = await asyncio.gather(*(table.topic(client_id=client_id) for _ in range(4)))

    assert len({topic["id"] for topic in made}) == 1


async def test_neighbours_second_once_and_the_proposer_not_at_all(table: Table) -> None:
    """MEET-1."""
    topic = await table.topic()
    path = f"/v1/topics/{topic['id']}/seconds"

    await asyncio.gather(
        *(table.done(table.neighbour, path, {}) for _ in range(3)),
        *(table.done(member, path, {}) for member in table.members),
    )
    own = await table.post(table.resident, path, {})
    seen = await table.read(table.neighbour, f"/v1/topics/{topic['id']}")

    assert (seen["seconds"], seen["seconded"], seen["mine"]) == (7, True, False)
    assert (own.status_code, own.json()["why"]) == (409, "OWN_TOPIC")


@pytest.mark.parametrize(
    ("changed", "body", "status"),
    [
        ({}, {"outcome": "ACCEPT"}, 201),
        ({}, {"outcome": "REJECT", "reason": "x", "where_to_go": "y"}, 409),
        ({"lawful": False}, {"outcome": "REJECT", "reason": "x"}, 422),
        ({"lawful": False}, {"outcome": "REJECT", "reason": "x", "where_to_go": "y"}, 201),
        ({"emergency": True}, {"outcome": "ACCEPT"}, 409),
        ({"owners_matter": True}, {"outcome": "ACCEPT"}, 409),
        ({"owners_matter": True, "prepares_vote": True}, {"outcome": "ACCEPT"}, 201),
        ({"owners_matter": True}, {"outcome": "TO_OWNERS_VOTE", "reason": "动用维修资金"}, 201),
        ({}, {"outcome": "TO_TICKET", "reason": "日常维修"}, 422),
    ],
)
async def test_screening_takes_what_the_test_leaves(
    table: Table, changed: dict[str, bool], body: dict[str, Any], status: int
) -> None:
    """MEET-2."""
    topic = await table.topic()

    reply = await table.post(
        table.clerk, f"/v1/topics/{topic['id']}/screenings", {"test": {**SOUND, **changed}, **body}
    )

    assert reply.status_code == status, reply.text


async def test_an_emergency_becomes_a_ticket_at_once(table: Table) -> None:
    """MEET-2, MEET-6."""
    topic = await table.topic()
    body = {"test": {**SOUND, "emergency": True}, "outcome": "TO_TICKET", "reason": "漏电"}
    await table.done(table.clerk, f"/v1/topics/{topic['id']}/screenings", {**body, "category": "facilities.stair_lamp"})
    await table.house.jobs.catch_up()

    tasks = (await table.read(table.clerk, "/v1/tasks"))["items"]

    assert [(task["source"], task["source_id"], task["state"]) for task in tasks] == [("TOPIC", topic["id"], "LIVING")]
    assert table.tickets.bodies[0]["category"] == "facilities.stair_lamp"
    assert table.tickets.bodies[0]["emergency"] is True


async def test_a_merged_topic_joins_another_that_is_still_before_its_vote(table: Table) -> None:
    """MEET-1."""
    lead, topic = await table.topic(), await table.topic()
    body = {"test": SOUND, "outcome": "MERGE", "merge_into": lead["id"]}
    merged = await table.done(table.clerk, f"/v1/topics/{topic['id']}/screenings", body)
    back = await table.post(table.clerk, f"/v1/topics/{lead['id']}/screenings", {**body, "merge_into": topic["id"]})

    assert merged["merged_into"] == lead["id"]
    assert (await table.read(table.clerk, f"/v1/topics/{lead['id']}"))["joined"] == 1
    assert (back.status_code, back.json()["why"]) == (409, "LEAD_UNFIT")


async def test_of_two_screenings_at_once_one_is_refused(table: Table) -> None:
    """MEET-1. No lost update, one clean refusal."""
    topic = await table.topic()
    path = f"/v1/topics/{topic['id']}/screenings"
    reject = {"test": {**SOUND, "lawful": False}, "outcome": "REJECT", "reason": "违法", "where_to_go": "派出所"}

    replies = await asyncio.gather(
        table.post(table.clerk, path, {"test": SOUND, "outcome": "ACCEPT"}),
        table.post(table.secretary, path, reject),
    )
    won = next(reply for reply in replies if reply.status_code == 201).json()
    lost = next(reply for reply in replies if reply.status_code != 201)
    seen = await table.read(table.clerk, f"/v1/topics/{topic['id']}")
    history = (await table.read(table.clerk, f"/v1/topics/{topic['id']}/history"))["items"]

    assert (lost.status_code, lost.json()["why"], lost.json()["state"]) == (409, "NO_SUCH_MOVE", "SCREENED")
    assert seen["outcome"] == won["outcome"]
    assert [step["to_state"] for step in history] == ["COLLECTED", "SCREENED"]


async def test_two_changes_of_one_version_lose_nothing(table: Table) -> None:
    """MEET-1. The proposer on two devices."""
    topic = await table.topic()
    change = {"title": "修灯", "words": "三层和五层"}

    replies = await asyncio.gather(
        *(table.put(table.resident, f"/v1/topics/{topic['id']}", change, 1) for _ in range(2))
    )
    seconded = await table.done(table.neighbour, f"/v1/topics/{topic['id']}/seconds", {})
    late = await table.put(table.resident, f"/v1/topics/{topic['id']}", change, seconded["version"])

    assert sorted(reply.status_code for reply in replies) == [200, 412]
    assert (late.status_code, late.json()["why"]) == (409, "NO_LONGER_COLLECTED")


async def test_one_topic_comes_onto_one_agenda_however_many_try(table: Table) -> None:
    """MEET-1."""
    topic = await table.accepted()
    council = await table.council()
    meetings = [await table.draft(council_id=council["id"]) for _ in range(3)]
    path = f"/v1/topics/{topic['id']}/moves"

    replies = await asyncio.gather(
        *(table.post(table.clerk, path, {"to": "SCHEDULED", "meeting_id": one["id"]}) for one in meetings)
    )
    agendas = [(await table.read(table.clerk, f"/v1/meetings/{one['id']}"))["agenda"] for one in meetings]

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409]
    assert [item["topic_id"] for agenda in agendas for item in agenda if item["topic_id"]] == [topic["id"]]


async def test_a_deferred_topic_leaves_the_draft_and_comes_back(table: Table) -> None:
    """MEET-1."""
    topic, meeting = await table.accepted(), await table.draft()
    path = f"/v1/topics/{topic['id']}/moves"
    await table.done(table.clerk, path, {"to": "SCHEDULED", "meeting_id": meeting["id"]})
    without = await table.post(table.clerk, path, {"to": "DEFERRED"})
    await table.done(table.clerk, path, {"to": "DEFERRED", "reason": "等报价"})
    agenda = (await table.read(table.clerk, f"/v1/meetings/{meeting['id']}"))["agenda"]
    again = await table.done(table.clerk, path, {"to": "SCHEDULED", "meeting_id": meeting["id"]})

    assert (without.status_code, without.json()["missing"]) == (422, ["reason"])
    assert [item["title"] for item in agenda] == ["通报"]
    assert again["state"] == "SCHEDULED"


async def test_nobody_from_elsewhere_knows_of_a_topic(table: Table) -> None:
    topic = await table.topic()
    stranger = Somebody([f"RESIDENT@{ELSEWHERE_CODE}"])

    replies = [await table.get(who, f"/v1/topics/{topic['id']}") for who in (table.stranger, stranger)]
    screened = await table.post(
        table.stranger, f"/v1/topics/{topic['id']}/screenings", {"test": SOUND, "outcome": "ACCEPT"}
    )
    put_up = await table.post(table.resident, "/v1/topics", {"compound_id": str(ELSEWHERE), "title": "x", "words": "y"})
    listed = (await table.read(table.stranger, "/v1/topics"))["items"]

    assert [reply.status_code for reply in replies] == [404, 404]
    assert (screened.status_code, put_up.status_code, listed) == (404, 404, [])


@pytest.mark.parametrize("role", ["AUDITOR", "ADMINISTRATOR", "PARTNER"])
async def test_who_does_not_belong_to_the_compound_puts_nothing_up(table: Table, role: str) -> None:
    body = {"compound_id": str((await table.topic())["compound_id"]), "title": "x", "words": "y"}

    reply = await table.post(Somebody([f"{role}@{CODE}"]), "/v1/topics", body)

    assert reply.status_code == 404


async def test_allowed_says_what_each_may_do_next(table: Table) -> None:
    topic = await table.accepted()
    path = f"/v1/topics/{topic['id']}"

    desk = (await table.read(table.clerk, path))["allowed"]
    others = [(await table.read(who, path))["allowed"] for who in (table.resident, table.officer)]

    assert desk == [{"to": "COLLECTED", "needs": ["reason"]}, {"to": "SCHEDULED", "needs": ["meeting_id"]}]
    assert others == [[], []]


async def test_lists_leave_as_csv_and_are_sorted_by_seconds(table: Table) -> None:
    first, second = await table.topic(), await table.topic(title="清理楼道")
    await table.done(table.neighbour, f"/v1/topics/{first['id']}/seconds", {})

    newest = (await table.read(table.clerk, "/v1/topics"))["items"]
    seconded = (await table.read(table.clerk, "/v1/topics", sort="most_seconded"))["items"]
    exported = await table.client.get("/v1/topics", headers={**table.clerk.headers, "Accept": "text/csv"})

    assert [item["id"] for item in newest] == [second["id"], first["id"]]
    assert [item["id"] for item in seconded] == [first["id"], second["id"]]
    assert "清理楼道" in exported.text


async def test_events_are_thin_and_audit_names_the_act(table: Table, admin_url: str) -> None:
    topic = await table.accepted()

    with psycopg.connect(admin_url) as connection:
        events = connection.execute("SELECT type, subject, data FROM meeting.outbox ORDER BY id").fetchall()
        audit = connection.execute(
            "SELECT actor, operation, subject_id, compound_code FROM meeting.audit ORDER BY id"
        ).fetchall()

    assert events == [
        ("linli.meeting.topic_moved.v1", topic["id"], {"state": "COLLECTED", "from_state": None}),
        ("linli.meeting.topic_moved.v1", topic["id"], {"state": "SCREENED", "from_state": "COLLECTED"}),
    ]
    assert audit == [
        (f"person:{table.resident.subject}", "propose_topic", topic["id"], CODE),
        (f"person:{table.clerk.subject}", "screen_topic", topic["id"], CODE),
    ]
