"""Minutes over the API: drafted, laid, signed, corrected, posted; and a database that refuses to change them."""

import asyncio
import hashlib
import json
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.meeting.minutes.queries import content_of
from services.meeting.tables import MinutesVersion
from tests.meeting.api.conftest import Table


async def held(table: Table) -> dict[str, Any]:
    """A meeting that passed a resolution and was held."""
    _, meeting, _ = await table.passed()
    path = f"/v1/meetings/{meeting['id']}/contributions"
    people = (await table.read(table.recorder, f"/v1/meetings/{meeting['id']}/attendance"))["items"]
    speaker = next(one["person"]["id"] for one in people if one["is_present"])
    said = {"item": 2, "participant_id": speaker, "saying": "PROPOSAL", "words": "先修三层"}
    await table.done(table.recorder, path, said)
    return await table.move(table.chair, meeting, "HELD")


async def test_the_draft_is_made_of_the_records(table: Table) -> None:
    """MEET-5. Number, officers, expected and present with capacity, quorum, agenda, gist, votes, the sentence."""
    meeting = await held(table)

    draft = (await table.read(table.recorder, f"/v1/meetings/{meeting['id']}/minutes/draft"))["minutes"]

    assert (draft["number"], draft["title"], draft["place"]) == (1, "十一月议事会", "社区活动室")
    assert [draft[one]["name"] for one in ("chair", "recorder", "witness")] == ["陈主持", "李记录", "赵见证"]
    assert draft["quorum"] == {"members": 6, "needed": 4, "most_present": 4, "stood": True}
    members = [one for one in draft["attendees"] if one["is_member"]]
    assert [one["arrived_at"] is not None for one in members].count(True) == 4
    assert {one["person"]["capacity"] for one in members} == {"RESIDENTS_DELEGATE"}
    assert [(one["saying"], one["words"]) for one in draft["said"]] == [("PROPOSAL", "先修三层")]
    (line,) = draft["resolutions"]
    assert (line["method"], line["agree"], line["outcome"], len(line["votes"])) == ("NAMED", 4, "PASSED", 4)
    assert "不约束业主的共同权利" in line["notice_zh"]


async def test_the_signed_text_is_exactly_what_its_digest_says(table: Table) -> None:
    """MEET-5, MEET-10."""
    meeting = await held(table)
    laid = await table.laid(meeting)

    async with table.house.database.read() as session:
        row = (await session.execute(select(MinutesVersion))).scalar_one()
    content = content_of(table.house.keys, row)
    shown = await table.read(table.clerk, f"/v1/meetings/{meeting['id']}/minutes/1")

    assert hashlib.sha256(content).hexdigest() == laid["digest"] == shown["digest"]
    assert len(json.loads(content)["salt"]) == 64
    assert json.loads(content)["title"] == shown["minutes"]["title"]


async def test_three_sign_each_once_under_the_text_they_read(table: Table) -> None:
    """MEET-5."""
    meeting = await held(table)
    laid = await table.laid(meeting)
    path = f"/v1/meetings/{meeting['id']}/minutes/1/signatures"

    other = await table.post(table.chair, path, {"digest": "0" * 64})
    nobody = await table.post(table.clerk, path, {"digest": laid["digest"]})
    twice = await asyncio.gather(*(table.post(table.chair, path, {"digest": laid["digest"]}) for _ in range(3)))
    early = await table.post(table.clerk, f"/v1/meetings/{meeting['id']}/minutes/1/postings", {"places": ["公告栏"]})
    signed = await table.sign(meeting, laid, table.recorder, table.witness)

    assert (other.status_code, other.json()["why"]) == (409, "OTHER_TEXT")
    assert nobody.status_code == 403
    assert sorted(reply.status_code for reply in twice) == [201, 409, 409]
    assert early.json()["why"] == "NOT_SIGNED_YET"
    assert (signed["is_signed"], len(signed["signatures"])) == (True, 3)


async def test_two_who_lay_at_once_leave_one_version_and_one_refusal(table: Table) -> None:
    """MEET-5."""
    meeting = await held(table)
    headers = {"If-Match": f'"{meeting["version"]}"'}
    path = f"/v1/meetings/{meeting['id']}/minutes"

    replies = await asyncio.gather(*(table.post(who, path, {}, **headers) for who in (table.chair, table.recorder)))
    listed = (await table.read(table.clerk, path))["items"]

    assert sorted(reply.status_code for reply in replies) == [201, 412]
    assert [one["version"] for one in listed] == [1]


async def test_a_change_after_reading_the_draft_is_not_laid_unseen(table: Table) -> None:
    """MEET-5. The ETag of the draft covers everything that the minutes are drafted from."""
    meeting = await held(table)
    path = f"/v1/meetings/{meeting['id']}"
    draft = await table.get(table.recorder, f"{path}/minutes/draft")
    await table.done(table.chair, f"{path}/contributions", {"saying": "DISSENT", "words": "太贵"})

    reply = await table.post(table.recorder, f"{path}/minutes", {}, **{"If-Match": draft.headers["etag"]})

    assert reply.status_code == 412


async def test_a_correction_is_a_further_version_and_the_first_stays(table: Table) -> None:
    """MEET-5."""
    meeting = await held(table)
    first = await table.laid(meeting)
    await table.sign(meeting, first)
    path = f"/v1/meetings/{meeting['id']}"
    said = (await table.read(table.recorder, f"{path}/minutes/1"))["minutes"]["said"]
    silent = await table.post(
        table.recorder, f"{path}/minutes", {}, **{"If-Match": f'"{(await table.read(table.clerk, path))["version"]}"'}
    )
    await table.done(table.recorder, f"{path}/contributions", {"saying": "DISSENT", "words": "漏记:太贵"})
    second = await table.laid(meeting, correction="漏记一条不同意见")
    late = await table.post(table.chair, f"{path}/minutes/1/signatures", {"digest": first["digest"]})
    old = await table.read(table.clerk, f"{path}/minutes/1")
    new = await table.read(table.clerk, f"{path}/minutes/2")

    assert (silent.status_code, silent.json()["why"]) == (409, "MINUTES_LAID")
    assert (second["version"], second["correction"], second["is_signed"]) == (2, "漏记一条不同意见", False)
    assert late.json()["why"] == "NOT_NEWEST"
    assert (old["minutes"]["said"], old["digest"], old["is_signed"]) == (said, first["digest"], True)
    assert [one["words"] for one in new["minutes"]["said"]] == ["先修三层", "漏记:太贵"]


async def test_the_posted_edition_is_open_to_all_and_names_nobody_unasked(table: Table) -> None:
    """MEET-10."""
    meeting = await held(table)
    laid = await table.laid(meeting)
    await table.sign(meeting, laid)
    path = f"/v1/meetings/{meeting['id']}/minutes"
    await table.done(table.clerk, f"{path}/1/postings", {"places": ["公告栏", "小程序"]})
    again = await table.post(table.clerk, f"{path}/1/postings", {"places": ["公告栏"]})

    posted = (await table.client.get(f"{path}/posted")).json()
    original = await table.get(table.resident, f"{path}/1")

    assert posted["edition"]["original_digest"] == laid["digest"]
    assert (posted["edition"]["chair"], posted["edition"]["said"][0]["name"]) == (None, None)
    assert "votes" not in posted["edition"]["resolutions"][0]
    assert (again.json()["why"], original.status_code) == ("POSTED_ALREADY", 403)


async def test_who_agreed_at_the_door_is_named(table: Table) -> None:
    """MEET-10, PUB-4. In full on the board and to the compound, masked on the open web."""
    meeting = await table.open_meeting()
    await table.arrive(meeting, *table.members[:4])
    await table.arrive(meeting, table.chair, is_public=True)
    held = await table.move(table.chair, meeting, "HELD")
    laid = await table.laid(held)
    await table.sign(meeting, laid)
    path = f"/v1/meetings/{meeting['id']}/minutes/1/postings"

    posted = await table.done(table.clerk, path, {"places": ["公告栏"]})
    board = f"/v1/meetings/{meeting['id']}/minutes/posted"
    web = (await table.client.get(board)).json()
    seen = [(await table.read(who, board))["edition"]["chair"] for who in (table.resident, table.stranger)]

    assert (posted["edition"]["chair"], posted["edition"]["recorder"]) == ("陈主持", None)
    assert (web["edition"]["chair"], web["edition"]["recorder"], seen) == ("陈*", None, ["陈主持", "陈*"])


SIGNED = ("minutes", "signature", "minutes_posting", "vote", "elector")


async def whole(table: Table) -> None:
    """One row in each of the tables that must stand."""
    meeting = await held(table)
    laid = await table.laid(meeting)
    await table.sign(meeting, laid)
    path = f"/v1/meetings/{meeting['id']}/minutes/1/postings"
    await table.done(table.clerk, path, {"places": ["公告栏"]})


async def test_the_database_refuses_to_change_what_was_signed(
    table: Table, database_urls: dict[str, str], admin_url: str
) -> None:
    """MEET-5. The room's role has no right to; and whoever has is stopped by the table itself."""
    await whole(table)

    for name in SIGNED:
        for statement in (f"DELETE FROM meeting.{name}", f"UPDATE meeting.{name} SET {name_of(name)}"):
            with (
                psycopg.connect(database_urls["meeting"]) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(statement)  # type: ignore[arg-type]
            with psycopg.connect(admin_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(statement)  # type: ignore[arg-type]


def name_of(table: str) -> str:
    """A harmless-looking change of one column of it."""
    return {
        "minutes": "digest = 'x'",
        "signature": "digest = 'x'",
        "minutes_posting": "places = '[]'",
        "vote": "choice = 'OPPOSE'",
        "elector": "participant_id = participant_id",
    }[table]


@pytest.mark.parametrize("name", ["attendance", "step", "task_report", "topic_second", "audit"])
async def test_history_cannot_be_changed_by_the_room(app: FastAPI, database_urls: dict[str, str], name: str) -> None:
    with psycopg.connect(database_urls["meeting"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM meeting.{name}")  # type: ignore[arg-type]


async def test_the_database_holds_a_vote_to_its_elector(table: Table, admin_url: str) -> None:
    """MEET-3. Even past every rule: no second vote, none of somebody who is no elector."""
    await whole(table)

    with psycopg.connect(admin_url) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO meeting.vote SELECT * FROM meeting.vote LIMIT 1")
    with psycopg.connect(admin_url) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(
            "INSERT INTO meeting.vote SELECT resolution_id, gen_random_uuid(), choice, at, entered_by "
            "FROM meeting.vote LIMIT 1"
        )
