"""Votes of a council over the API: quorum, one vote a member, exact majorities, and people who act at once."""

import asyncio
from datetime import timedelta

import pytest

from tests.meeting.api.conftest import EVENING, Table


async def test_a_vote_needs_quorum_to_open_and_to_close(table: Table) -> None:
    """MEET-3."""
    topic = await table.accepted()
    meeting = await table.open_meeting(topic)
    await table.arrive(meeting, *table.members[:3])
    put = await table.done(
        table.recorder, f"/v1/meetings/{meeting['id']}/resolutions", {"item": 2, "text": "修灯", "method": "NAMED"}
    )
    early = await table.post(table.chair, f"/v1/resolutions/{put['id']}/openings", {})
    await table.arrive(meeting, table.members[3])
    opened = await table.done(table.chair, f"/v1/resolutions/{put['id']}/openings", {})
    await table.vote(opened, "AGREE", *table.members[:4])
    await table.done(table.members[0], f"/v1/meetings/{meeting['id']}/departures", {})
    closed = await table.close(opened)

    assert (early.status_code, early.json()["why"]) == (409, "NO_QUORUM")
    assert (closed["state"], closed["agree"], closed["present_at_close"]) == ("LAPSED", 4, 3)
    assert (await table.read(table.clerk, f"/v1/topics/{topic['id']}"))["state"] == "SCHEDULED"


@pytest.mark.parametrize(("agree", "state"), [(2, "LOST"), (3, "PASSED")])
async def test_exactly_half_of_those_present_fails(table: Table, agree: int, state: str) -> None:
    """MEET-3, MEET-4."""
    topic = await table.accepted()
    meeting = await table.open_meeting(topic)
    await table.arrive(meeting, *table.members[:4])
    resolution = await table.resolution(meeting)
    await table.vote(resolution, "AGREE", *table.members[:agree])

    closed = await table.close(resolution)
    seen = await table.read(table.resident, f"/v1/topics/{topic['id']}")

    assert (closed["state"], closed["electors"], closed["members"]) == (state, 4, 6)
    assert "不约束业主的共同权利" in closed["notice_zh"]
    assert (seen["state"], seen["result"]) == ("RESOLVED", state)


async def test_each_member_has_one_vote_however_often_he_presses(table: Table) -> None:
    """MEET-3. The first stands; the others are refused cleanly; who is no elector has none."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:5], table.neighbour)
    resolution = await table.resolution(meeting)
    await table.arrive(meeting, table.members[5])
    path = f"/v1/resolutions/{resolution['id']}/votes"

    replies = await asyncio.gather(
        *(
            table.post(member, path, {"choice": choice})
            for member in table.members[:5]
            for choice in ("AGREE", "OPPOSE", "AGREE")
        )
    )
    late = await table.post(table.members[5], path, {"choice": "AGREE"})
    guest = await table.post(table.neighbour, path, {"choice": "AGREE"})
    closed = await table.close(resolution)

    codes = [reply.status_code for reply in replies]
    assert (codes.count(201), codes.count(409)) == (5, 10)
    assert {reply.json()["why"] for reply in replies if reply.status_code == 409} == {"VOTED_ALREADY"}
    assert closed["agree"] + closed["oppose"] == 5
    assert [reply.json()["why"] for reply in (late, guest)] == ["NOT_AN_ELECTOR", "NOT_AN_ELECTOR"]


async def test_votes_and_the_close_at_once_leave_no_vote_uncounted(table: Table) -> None:
    """MEET-3. What was acknowledged is in the count; what came after the close is refused."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members)
    resolution = await table.resolution(meeting)
    path = f"/v1/resolutions/{resolution['id']}"

    *votes, closed = await asyncio.gather(
        *(table.post(member, f"{path}/votes", {"choice": "AGREE"}) for member in table.members),
        table.post(table.chair, f"{path}/closings", {}),
    )
    again = await table.post(table.recorder, f"{path}/closings", {})

    assert closed.json()["agree"] == sum(vote.status_code == 201 for vote in votes)
    assert {vote.json().get("why") for vote in votes} <= {None, "VOTE_NOT_OPEN"}
    assert (again.status_code, again.json()["why"]) == (409, "NO_SUCH_MOVE")


async def test_how_it_stands_is_not_told_before_the_close(table: Table) -> None:
    """BAL-9 in spirit: no figures while members still vote."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:4])
    resolution = await table.resolution(meeting)
    await table.vote(resolution, "AGREE", *table.members[:2])

    seen = await table.read(table.chair, f"/v1/resolutions/{resolution['id']}")

    assert (seen["state"], seen["agree"], seen["oppose"], seen["abstain"]) == ("OPEN", None, None, None)


@pytest.mark.parametrize(
    ("counted", "status", "state"),
    [
        ({"agree": 3, "oppose": 1, "abstain": 0}, 201, "PASSED"),
        ({"agree": 2, "oppose": 0, "abstain": 2}, 201, "LOST"),
        ({"agree": 4, "oppose": 1, "abstain": 0}, 409, "COUNT_IMPOSSIBLE"),
        (None, 409, "COUNTED_BY_HAND"),
    ],
)
async def test_a_show_of_hands_is_counted_once_and_plausibly(
    table: Table, counted: dict[str, int] | None, status: int, state: str
) -> None:
    """MEET-3, MEET-5."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:4])
    resolution = await table.resolution(meeting, method="SHOW_OF_HANDS")
    cast = await table.post(table.members[0], f"/v1/resolutions/{resolution['id']}/votes", {"choice": "AGREE"})

    reply = await table.post(table.chair, f"/v1/resolutions/{resolution['id']}/closings", {"counted": counted})

    assert cast.json()["why"] == "COUNTED_BY_HAND"
    assert reply.status_code == status
    assert reply.json()["state" if status == 201 else "why"] == state


async def test_only_announced_items_are_voted_on_and_each_once(table: Table) -> None:
    """VOTE-9."""
    _, meeting, _ = await table.passed()
    path = f"/v1/meetings/{meeting['id']}/resolutions"

    other = await table.post(table.recorder, path, {"item": 9, "text": "涨停车费", "method": "NAMED"})
    again = await table.post(table.recorder, path, {"item": 2, "text": "再议", "method": "NAMED"})

    assert [reply.json()["why"] for reply in (other, again)] == ["NOT_ANNOUNCED", "RESOLVED_ALREADY"]


async def test_of_two_texts_on_one_item_the_first_decides(table: Table) -> None:
    """VOTE-9, MEET-3."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:4])
    path = f"/v1/meetings/{meeting['id']}/resolutions"
    second = await table.done(table.recorder, path, {"item": 1, "text": "另一稿", "method": "NAMED"})
    await table.close(await table.resolution(meeting, item=1))

    reply = await table.post(table.chair, f"/v1/resolutions/{second['id']}/openings", {})

    assert (reply.status_code, reply.json()["why"]) == (409, "RESOLVED_ALREADY")


async def test_who_comes_early_signs_in_and_decides_nothing_before_the_time(table: Table) -> None:
    """MEET-1, MEET-3."""
    meeting = await table.draft()
    await table.move(table.clerk, meeting, "NOTICED")
    table.now_is(EVENING - timedelta(minutes=20))
    await table.move(table.chair, meeting, "OPEN")
    await table.arrive(meeting, *table.members[:4])
    put = await table.done(
        table.recorder, f"/v1/meetings/{meeting['id']}/resolutions", {"item": 1, "text": "修灯", "method": "NAMED"}
    )

    early = await table.post(table.chair, f"/v1/resolutions/{put['id']}/openings", {})
    table.now_is(EVENING)
    in_time = await table.post(table.chair, f"/v1/resolutions/{put['id']}/openings", {})

    assert (early.status_code, early.json()["why"], in_time.status_code) == (409, "TOO_EARLY", 201)


async def test_a_topic_stays_on_the_agenda_while_it_is_voted_on(table: Table) -> None:
    """MEET-1, MEET-3. Else it could be carried here and voted on again elsewhere."""
    topic = await table.accepted()
    meeting = await table.open_meeting(topic)
    await table.arrive(meeting, *table.members[:4])
    resolution = await table.resolution(meeting)
    path, off = f"/v1/topics/{topic['id']}", {"to": "DEFERRED", "reason": "看样子要输"}

    refused = await table.post(table.clerk, f"{path}/moves", off)
    await table.close(resolution)

    assert (refused.status_code, refused.json()["why"]) == (409, "VOTE_RUNS")
    assert (await table.read(table.clerk, path))["state"] == "RESOLVED"


async def test_two_votes_do_not_run_at_once(table: Table) -> None:
    """MEET-3."""
    meeting = await table.open_meeting(await table.accepted())
    await table.arrive(meeting, *table.members[:4])
    path = f"/v1/meetings/{meeting['id']}/resolutions"
    put = [await table.done(table.recorder, path, {"item": item, "text": "修灯", "method": "NAMED"}) for item in (1, 2)]

    replies = await asyncio.gather(
        *(table.post(table.chair, f"/v1/resolutions/{one['id']}/openings", {}) for one in put)
    )
    held = await table.try_move(table.chair, meeting, "HELD")

    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert next(reply.json()["why"] for reply in replies if reply.status_code == 409) == "VOTE_RUNS"
    assert held.json()["why"] == "VOTE_RUNS"
