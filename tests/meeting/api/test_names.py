"""Names of those who sit and come: masked in every answer, in clear for a purpose that the audit keeps (PRI-2)."""

from typing import Any

import psycopg

from tests.meeting.api.conftest import CODE, Table

PURPOSE = {"purpose": "核对签到名单"}


def names(told: dict[str, Any]) -> set[str]:
    return {one["person"]["name"] for one in told["items"] if one["person"]["name"]}


async def test_who_came_is_masked_for_everybody_until_it_is_read_for_a_purpose(table: Table) -> None:
    """PRI-2."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}"

    seen = [names(await table.read(who, f"{path}/attendance")) for who in (table.clerk, table.chair, table.resident)]
    read = await table.done(table.recorder, f"{path}/attendance-readings", PURPOSE)

    assert all(name.endswith("*") for shown in seen for name in shown)
    assert {"王0", "王5", "陈主持"} <= names(read)


async def test_the_audit_keeps_who_read_names_and_what_for(table: Table, admin_url: str) -> None:
    """PRI-2, PRI-7."""
    meeting = await table.open_meeting()
    council = meeting["council_id"]
    await table.done(table.witness, f"/v1/meetings/{meeting['id']}/attendance-readings", PURPOSE)
    await table.done(table.officer, f"/v1/meetings/councils/{council}/member-readings", PURPOSE)

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT actor, operation, subject_id, compound_code, purpose FROM meeting.audit"
            " WHERE purpose IS NOT NULL ORDER BY id"
        ).fetchall()

    assert rows == [
        (f"person:{table.witness.subject}", "read_attendance", meeting["id"], CODE, PURPOSE["purpose"]),
        (f"person:{table.officer.subject}", "read_members", council, CODE, PURPOSE["purpose"]),
    ]


async def test_only_the_office_and_the_meetings_officers_read_names(table: Table) -> None:
    """PRI-2."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}/attendance-readings"

    refused = [await table.post(who, path, PURPOSE) for who in (table.resident, table.members[0])]
    stranger = await table.post(table.stranger, path, PURPOSE)
    without = await table.post(table.clerk, path, {"purpose": " "})

    assert [reply.status_code for reply in (*refused, stranger, without)] == [403, 403, 404, 422]


async def test_a_council_is_shown_masked_and_read_in_clear(table: Table) -> None:
    """PRI-2."""
    council = await table.council()
    path = f"/v1/meetings/councils/{council['id']}"

    shown = await table.read(table.clerk, path)
    read = await table.done(table.clerk, f"{path}/member-readings", PURPOSE)

    assert {member["name"] for member in (*council["members"], *shown["members"])} == {"王*"}
    assert {member["name"] for member in read["members"]} == {f"王{place}" for place in range(6)}


async def test_one_sees_his_own_name_in_full_and_at_the_table_the_others_masked(table: Table) -> None:
    """PRI-2."""
    meeting = await table.open_meeting()
    path = f"/v1/meetings/{meeting['id']}"
    code = (await table.read(table.clerk, f"{path}/sign-in-code"))["code"]

    own = await table.done(table.members[0], f"{path}/arrivals", {"code": code})
    entered = await table.done(table.recorder, f"{path}/entered-arrivals", {"name": "孙大爷", "capacity": "RESIDENT"})

    assert (own["person"]["name"], entered["person"]["name"]) == ("王0", "孙*")
