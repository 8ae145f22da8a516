"""No order of arrivals, departures, votes and closings breaks what a resolution rests on (MEET-3)."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import psycopg
import pytest

from tests.meeting.api.conftest import Table

# Each query finds what must not be; together they are the invariant.
BROKEN = {
    "a vote of somebody who is no elector": """
        SELECT 1 FROM meeting.vote v LEFT JOIN meeting.elector e USING (resolution_id, participant_id)
        WHERE e.participant_id IS NULL""",
    "two votes of one member": """
        SELECT 1 FROM meeting.vote GROUP BY resolution_id, participant_id HAVING count(*) > 1""",
    "an elector who is no member": """
        SELECT 1 FROM meeting.elector e JOIN meeting.participant p ON p.id = e.participant_id WHERE NOT p.is_member""",
    "an elector who was not in the room when the vote opened": """
        SELECT 1 FROM meeting.resolution r JOIN meeting.elector e ON e.resolution_id = r.id
        WHERE (SELECT passage FROM meeting.attendance a WHERE a.participant_id = e.participant_id
               AND a.at <= r.opened_at ORDER BY a.position DESC LIMIT 1) IS DISTINCT FROM 'ARRIVED'""",
    "a vote opened without quorum": """
        SELECT 1 FROM meeting.resolution WHERE opened_at IS NOT NULL AND 3 * electors < 2 * members""",
    "a resolution carried by half or less, or without quorum at the close": """
        SELECT 1 FROM meeting.resolution
        WHERE state = 'PASSED' AND (2 * agree <= electors OR 3 * present_at_close < 2 * members)""",
    "a count that is not what was cast": """
        SELECT 1 FROM meeting.resolution r WHERE closed_at IS NOT NULL
        AND agree + oppose + abstain <> (SELECT count(*) FROM meeting.vote v WHERE v.resolution_id = r.id)""",
    "a gap or a repetition in the attendance": """
        SELECT 1 FROM (SELECT passage, lag(passage) OVER (PARTITION BY participant_id ORDER BY position) AS before
                       FROM meeting.attendance) a WHERE passage = before""",
    "a line of the attendance before an earlier one": """
        SELECT 1 FROM (SELECT at, lag(at) OVER (ORDER BY position) AS before FROM meeting.attendance) a
        WHERE at < before""",
    "more than one vote running": """
        SELECT 1 FROM meeting.resolution WHERE state = 'OPEN' GROUP BY meeting_id HAVING count(*) > 1""",
}


@pytest.mark.parametrize("seed", range(3))
async def test_members_who_come_go_and_vote_at_once_in_any_order(table: Table, admin_url: str, seed: int) -> None:
    """MEET-3. Six members, nine texts on three items, everything side by side; no reply is a fault."""
    chance = random.Random(seed)
    meeting = await table.open_meeting(await table.accepted(), await table.accepted())
    put = [
        await table.done(
            table.recorder,
            f"/v1/meetings/{meeting['id']}/resolutions",
            {"item": item, "text": f"第 {item} 项", "method": "NAMED"},
        )
        for item in (1, 2, 3) * 3
    ]
    await table.arrive(meeting, *table.members[:4])
    code = await table.code(meeting)
    path = f"/v1/meetings/{meeting['id']}"

    opened: list[str] = []

    def running() -> str:
        """Mostly the vote that was opened last, now and then another."""
        return opened[-1] if opened and chance.random() < 0.9 else f"/v1/resolutions/{chance.choice(put)['id']}"

    async def step() -> httpx2.Response:
        member, resolution = chance.choice(table.members), f"/v1/resolutions/{chance.choice(put)['id']}"
        choice = {"choice": chance.choice(["AGREE", "AGREE", "OPPOSE", "ABSTAIN"])}
        acts: list[Callable[[], Awaitable[Any]]] = [
            *[lambda: table.post(member, f"{path}/arrivals", {"code": code})] * 4,
            lambda: table.post(member, f"{path}/departures", {}),
            *[lambda: table.post(member, f"{running()}/votes", choice)] * 10,
            *[lambda: table.post(table.chair, f"{resolution}/openings", {})] * 2,
            lambda: table.post(table.chair, f"{running()}/closings", {}),
        ]
        reply: httpx2.Response = await chance.choice(acts)()
        if reply.status_code == 201 and reply.json().get("state") == "OPEN":
            opened.append(f"/v1/resolutions/{reply.json()['id']}")
        return reply

    opened.append(f"/v1/resolutions/{put[0]['id']}")
    await table.done(table.chair, f"{opened[0]}/openings", {})
    await table.vote(put[0], "AGREE", table.members[0])

    replies = [reply for _ in range(12) for reply in await asyncio.gather(*(step() for _ in range(8)))]
    replies.append(await table.post(table.chair, f"{opened[-1]}/closings", {}))  # the last one may still run

    assert {reply.status_code for reply in replies} <= {201, 409}, [reply.text for reply in replies]
    with psycopg.connect(admin_url) as connection:
        broken = [what for what, query in BROKEN.items() if connection.execute(query.encode()).fetchone()]
        cast, closed = connection.execute(
            "SELECT (SELECT count(*) FROM meeting.vote), "
            "(SELECT count(*) FROM meeting.resolution WHERE closed_at IS NOT NULL)"
        ).fetchone() or (0, 0)
    assert broken == []
    assert cast > 0
    assert closed > 0, "a run in which nothing was decided shows nothing"
