"""A council's sitting over the API: notice, sign-in, quorum at any instant; and people who act at once."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.factories.tokens import Somebody
from tests.meeting.api.conftest import CODE, EVENING, Table, lives_here


async def test_the_notice_is_checked_and_freezes_agenda_and_roll(table: Table) -> None:
    """MEET-1, VOTE-9, MEET-9."""
    soon = await table.draft(starts_at=(EVENING - timedelta(days=2)).isoformat())
    short = await table.try_move(table.clerk, soon, "NOTICED")
    meeting = await table.draft()
    noticed = await table.move(table.clerk, meeting, "NOTICED")
    change = {"title": "x", "place": "y", "starts_at": EVENING.isoformat()}
    late = await table.put(table.clerk, f"/v1/meetings/{meeting['id']}", change, noticed["version"])
    topic = await table.accepted()
    added = await table.post(
        table.clerk, f"/v1/topics/{topic['id']}/moves", {"to": "SCHEDULED", "meeting_id": meeting["id"]}
    )

    assert (short.status_code, short.json()["why"]) == (409, "NOTICE_TOO_SHORT")
    assert noticed["quorum"] == {"present": 0, "members": 6, "needed": 4, "stands": False}
    assert (late.status_code, late.json()["why"]) == (409, "AGENDA_FROZEN")
    assert (added.status_code, added.json()["why"]) == (409, "MEETING_UNFIT")


async def test_a_member_seated_after_the_notice_is_not_on_its_roll(table: Table) -> None:
    """MEET-3, MEET-9."""
    council = await table.council()
    meeting = await table.draft(council_id=council["id"])
    await table.move(table.clerk, meeting, "NOTICED")
    seat = {"name": "新成员", "capacity": "OWNER", "since": "2026-01-01"}
    await table.done(table.clerk, f"/v1/meetings/councils/{council['id']}/members", seat)

    seen = await table.read(table.clerk, f"/v1/meetings/{meeting['id']}")

    assert seen["quorum"]["members"] == 6


async def test_a_meeting_without_officers_is_not_announced_and_they_are_three_persons(table: Table) -> None:
    """MEET-5."""
    council = await table.council()
    body = {"compound_id": council["compound_id"], "kind": "COUNCIL", "council_id": council["id"], "title": "t"}
    meeting = await table.done(
        table.clerk, "/v1/meetings", {**body, "place": "p", "starts_at": EVENING.isoformat(), "agenda": ["a"]}
    )
    refused = await table.try_move(table.clerk, meeting, "NOTICED")
    one = {"person_id": str(table.chair.subject), "name": "陈", "capacity": "OFFICE"}
    same = await table.put(
        table.clerk, f"/v1/meetings/{meeting['id']}/officers", dict.fromkeys(("chair", "recorder", "witness"), one), 1
    )

    assert (refused.status_code, refused.json()["why"]) == (409, "OFFICERS_UNNAMED")
    assert (same.status_code, same.json()["why"]) == (409, "OFFICERS_NOT_APART")


async def test_the_code_changes_every_minute_and_an_old_one_is_refused(table: Table) -> None:
    """MEET-3."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}/arrivals"
    shown = await table.read(table.recorder, f"/v1/meetings/{meeting['id']}/sign-in-code")
    nosy = await table.get(table.resident, f"/v1/meetings/{meeting['id']}/sign-in-code")
    table.later(minutes=1)
    in_time = await table.post(table.members[0], path, {"code": shown["code"]})
    table.later(minutes=2)
    late = await table.post(table.members[1], path, {"code": shown["code"]})

    assert shown["qr_text"].endswith(f"/m/{meeting['id']}#{shown['code']}")
    assert nosy.status_code == 403
    assert in_time.status_code == 201
    assert (late.status_code, late.json()["why"]) == (409, "CODE_WRONG")


async def test_quorum_is_known_at_every_instant(table: Table) -> None:
    """MEET-3. Four of six; guests do not count; who leaves takes his place with him."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}"
    stands: list[bool] = []
    await table.arrive(meeting, table.neighbour)
    for member in table.members[:4]:
        table.later(minutes=1)
        await table.arrive(meeting, member)
        stands.append((await table.read(table.resident, path))["quorum"]["stands"])
    table.later(minutes=1)
    four = table.house.clock.now()
    table.later(minutes=1)
    left = await table.done(table.members[0], f"{path}/departures", {})

    then = await table.read(table.clerk, f"{path}/attendance", at=four.isoformat())
    now = await table.read(table.clerk, f"{path}/attendance")

    assert stands == [False, False, False, True]
    assert (then["quorum"]["present"], then["quorum"]["stands"], then["present"]) == (4, True, 5)
    assert (now["quorum"]["present"], now["quorum"]["stands"]) == (3, False)
    assert left["quorum"]["stands"] is False


async def test_many_who_sign_in_at_once_are_each_there_once(table: Table) -> None:
    """MEET-3. Six members, each pressing four times."""
    meeting = await table.open_meeting()
    code = await table.code(meeting)
    path = f"/v1/meetings/{meeting['id']}/arrivals"

    replies = await asyncio.gather(
        *(table.post(member, path, {"code": code}) for member in table.members for _ in range(4))
    )
    seen = await table.read(table.clerk, f"/v1/meetings/{meeting['id']}/attendance")

    assert {reply.status_code for reply in replies} == {201}
    assert (seen["present"], seen["quorum"]["present"]) == (6, 6)


async def test_who_has_no_phone_is_signed_in_at_the_table_and_votes_there(table: Table) -> None:
    """MEET-3."""
    council = await table.council(table.members[:2])
    seat = {"name": "王大爷", "capacity": "OWNER", "since": "2026-01-01"}
    await table.done(table.clerk, f"/v1/meetings/councils/{council['id']}/members", seat)
    meeting = await table.open_meeting(await table.accepted(), council_id=council["id"])
    path = f"/v1/meetings/{meeting['id']}"
    people = (await table.done(table.recorder, f"{path}/attendance-readings", {"purpose": "签到"}))["items"]
    uncle = next(one["person"] for one in people if one["person"]["name"] == "王大爷")
    await table.done(table.recorder, f"{path}/entered-arrivals", {"participant_id": uncle["id"]})
    await table.arrive(meeting, table.members[0])
    resolution = await table.resolution(meeting)
    vote = {"choice": "AGREE", "participant_id": uncle["id"]}
    own = next(one["person"] for one in people if one["person"]["person_id"] == str(table.members[0].subject))
    entered = await table.post(table.recorder, f"/v1/resolutions/{resolution['id']}/votes", vote)
    stolen = await table.post(
        table.recorder, f"/v1/resolutions/{resolution['id']}/votes", {**vote, "participant_id": own["id"]}
    )

    assert (entered.status_code, stolen.status_code) == (201, 403)


async def test_without_quorum_it_is_announced_anew_and_sits_a_second_time(table: Table) -> None:
    """MEET-1, MEET-3. The second sitting's attendance starts empty."""
    meeting = await table.open_meeting()
    await table.arrive(meeting, *table.members[:2])
    held = await table.try_move(table.chair, meeting, "HELD")
    ended = await table.move(table.chair, meeting, "NO_QUORUM")
    without = await table.try_move(table.clerk, meeting, "NOTICED")
    again = EVENING + timedelta(days=7)
    noticed = await table.move(table.clerk, meeting, "NOTICED", starts_at=again.isoformat())
    table.now_is(again)
    opened = await table.move(table.chair, meeting, "OPEN")

    assert held.json()["why"] == "QUORUM_NEVER_STOOD"
    assert {move["to"] for move in ended["allowed"]} == set()
    assert (without.status_code, without.json()["missing"]) == (422, ["starts_at"])
    assert (noticed["sitting"], opened["present"]) == (2, 0)


async def test_minutes_hold_what_was_said_in_their_own_sitting(table: Table) -> None:
    """MEET-5. What a sitting without quorum heard is not of the next one."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}"
    await table.done(table.recorder, f"{path}/contributions", {"saying": "GIST", "words": "人太少"})
    await table.move(table.chair, meeting, "NO_QUORUM")
    again = EVENING + timedelta(days=7)
    await table.move(table.clerk, meeting, "NOTICED", starts_at=again.isoformat())
    table.now_is(again)
    await table.move(table.chair, meeting, "OPEN")
    await table.done(table.recorder, f"{path}/contributions", {"saying": "GIST", "words": "先修三层"})

    draft = (await table.read(table.recorder, f"{path}/minutes/draft"))["minutes"]

    assert [one["words"] for one in draft["said"]] == ["先修三层"]


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("zh-CN", "可办理者:主持人、社区工作人员、记录人。"),
        ("en", "Those who may: the chair, the community's desk, the recorder."),
    ],
)
async def test_who_may_instead_is_said_in_words(table: Table, language: str, detail: str) -> None:
    meeting = await table.open_meeting()
    path, asked = f"/v1/meetings/{meeting['id']}", {"Accept-Language": language}

    step = await table.post(table.resident, f"{path}/contributions", {"saying": "GIST", "words": "x"}, **asked)
    move = await table.post(table.resident, f"{path}/moves", {"to": "HELD"}, **asked)
    bare = await table.post(table.clerk, f"{path}/moves", {"to": "CANCELLED"}, **asked)

    assert (step.json()["detail"], step.json()["needed"]) == (detail, ["CHAIR", "DESK", "RECORDER"])
    assert (move.json()["detail"], move.status_code, bare.status_code) == (detail, 403, 409)


async def test_who_has_no_phone_agrees_at_the_table_to_be_named(table: Table) -> None:
    """MEET-10, PRI-1. Who has an account says it himself."""
    council = await table.council(table.members[:1])
    seat = {"name": "王大爷", "capacity": "OWNER", "since": "2026-01-01"}
    await table.done(table.clerk, f"/v1/meetings/councils/{council['id']}/members", seat)
    meeting = await table.open_meeting(council_id=council["id"])
    path = f"/v1/meetings/{meeting['id']}"
    people = (await table.read(table.recorder, f"{path}/attendance"))["items"]
    members = [one["person"]["id"] for one in people if one["person"]["is_member"]]

    entered = [
        await table.done(table.recorder, f"{path}/entered-arrivals", {"participant_id": one, "is_public": True})
        for one in members
    ]

    assert {one["person"]["capacity"]: one["person"]["is_public"] for one in entered} == {
        "OWNER": True, "RESIDENTS_DELEGATE": False,
    }  # fmt: skip


async def test_a_meeting_that_ends_leaves_its_unresolved_topics_deferred(table: Table) -> None:
    """MEET-1."""
    topic, other = await table.accepted(), await table.accepted()
    meeting = await table.open_meeting(topic)
    cancelled = await table.draft()
    await table.done(table.clerk, f"/v1/topics/{other['id']}/moves", {"to": "SCHEDULED", "meeting_id": cancelled["id"]})
    await table.arrive(meeting, *table.members[:4])
    await table.move(table.chair, meeting, "HELD")
    await table.move(table.clerk, cancelled, "CANCELLED", reason="场地被占")

    states = [(await table.read(table.clerk, f"/v1/topics/{one['id']}"))["state"] for one in (topic, other)]

    history = (await table.read(table.clerk, f"/v1/topics/{topic['id']}/history"))["items"]
    assert states == ["DEFERRED", "DEFERRED"]
    assert (history[-1]["by"], history[-1]["reason"]) == ("HOUSE", "会议已结束或取消,未表决")


async def test_two_moves_at_once_leave_one_refused(table: Table) -> None:
    """MEET-1."""
    meeting = await table.draft()

    replies = await asyncio.gather(
        table.try_move(table.clerk, meeting, "NOTICED"), table.try_move(table.secretary, meeting, "NOTICED")
    )
    numbers = await asyncio.gather(*(table.draft(council_id=meeting["council_id"]) for _ in range(4)))

    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert sorted(one["number"] for one in numbers) == [2, 3, 4, 5]


async def test_members_of_elsewhere_see_their_meeting_and_no_other_compound_does(table: Table) -> None:
    """MEET-3."""
    police = Somebody()
    meeting = await table.draft(council_id=(await table.council([*table.members[:2], police]))["id"])
    await table.move(table.clerk, meeting, "NOTICED")

    member = await table.get(police, f"/v1/meetings/{meeting['id']}")
    stranger = await table.get(lives_here(), f"/v1/meetings/{meeting['id']}")
    other = await table.get(table.stranger, f"/v1/meetings/{meeting['id']}")

    assert (member.status_code, stranger.status_code, other.status_code) == (200, 200, 404)


async def test_names_lie_sealed(table: Table, admin_url: str) -> None:
    """PRI-2."""
    await table.council()

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT name_sealed FROM meeting.person_name").fetchall()

    assert len(rows) == 6
    assert all("王".encode() not in row[0] for row in rows)


async def test_the_speakers_queue_gives_one_the_floor_at_a_time(table: Table) -> None:
    """MEET-8."""
    meeting = await table.open_meeting()
    await table.arrive(meeting, *table.members[:2])
    path = f"/v1/meetings/{meeting['id']}/speeches"
    first, second = [await table.done(member, path, {"item": 1}) for member in table.members[:2]]
    twice = await table.post(table.members[0], path, {"item": 1})
    absent = await table.post(table.neighbour, path, {"item": 1})
    started = await table.done(table.chair, f"{path}/{first['id']}/starts", {})
    refused = await table.post(table.chair, f"{path}/{second['id']}/starts", {})
    await table.done(table.chair, f"{path}/{first['id']}/ends", {})
    await table.done(table.chair, f"{path}/{second['id']}/starts", {})
    queue = (await table.read(table.resident, path))["items"]

    third = await table.done(table.members[0], path, {"item": 1})
    nothing = await table.post(table.members[1], path, {"item": 9})
    said = {"saying": "GIST", "words": "x", "item": 9}
    written = await table.post(table.recorder, f"/v1/meetings/{meeting['id']}/contributions", said)
    await table.done(table.chair, f"{path}/{second['id']}/ends", {})
    await table.arrive(meeting, *table.members[2:4])
    await table.move(table.chair, meeting, "HELD")
    over = await table.post(table.chair, f"{path}/{third['id']}/starts", {})

    assert [reply.json()["why"] for reply in (twice, absent, refused, nothing, written, over)] == [
        *("QUEUE_FULL", "NOT_PRESENT", "SPEAKER_WAITS"),
        *("NO_SUCH_ITEM", "NO_SUCH_ITEM", "NOT_OPEN"),
    ]
    assert started["ends_by"] is not None
    assert [bool(one["ended_at"]) for one in queue] == [True, False]


async def test_a_queue_belongs_to_its_sitting(table: Table) -> None:
    """MEET-8. Who waited or spoke when there was no quorum neither waits nor bars anybody in the next sitting."""
    meeting = await table.open_meeting()
    await table.arrive(meeting, *table.members[:2])
    path = f"/v1/meetings/{meeting['id']}/speeches"
    spoke, waited = [await table.done(member, path, {"item": 1}) for member in table.members[:2]]
    await table.done(table.chair, f"{path}/{spoke['id']}/starts", {})
    await table.move(table.chair, meeting, "NO_QUORUM")
    again = EVENING + timedelta(days=7)
    await table.move(table.clerk, meeting, "NOTICED", starts_at=again.isoformat())
    table.now_is(again)
    await table.move(table.chair, meeting, "OPEN")
    await table.arrive(meeting, *table.members[:2])

    empty = (await table.read(table.resident, path))["items"]
    anew = await table.done(table.members[1], path, {"item": 1})
    old = await table.post(table.chair, f"{path}/{waited['id']}/starts", {})
    started = await table.done(table.chair, f"{path}/{anew['id']}/starts", {})
    first = (await table.read(table.resident, path, sitting=1))["items"]

    assert (empty, old.status_code, old.json()["why"]) == ([], 409, "PAST_SITTING")
    assert (anew["sitting"], started["started_at"] is not None) == (2, True)
    assert [(one["id"], one["ended_at"] is not None) for one in first] == [(spoke["id"], True), (waited["id"], False)]


@pytest.mark.parametrize("kind", ["COUNCIL", "RESIDENTS_MEETING"])
async def test_a_kind_with_a_roll_needs_a_council_of_the_compound(table: Table, kind: str) -> None:
    """MEET-9."""
    body: dict[str, Any] = {"compound_id": (await table.topic())["compound_id"], "kind": kind, "title": "t"}

    reply = await table.post(table.clerk, "/v1/meetings", {**body, "place": "p", "starts_at": EVENING.isoformat()})

    assert reply.status_code == 404
    assert CODE
