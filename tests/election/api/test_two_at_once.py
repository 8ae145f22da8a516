"""Two people at once: no lost update, one clean refusal; one key, one ballot; a dense log."""

import asyncio
from collections import Counter
from datetime import timedelta

import psycopg

from tests.election.api.conftest import CLOSES, DRAFT, OPENS, Hall, lives_in


async def test_two_of_one_home_at_once_leave_one_ballot_and_one_refusal(hall: Hall) -> None:
    """BAL-11, BAL-12."""
    election = await hall.opened()
    pair = (lives_in(6), lives_in(6))

    replies = await asyncio.gather(*(hall.try_cast(who, election, 6, [place]) for place, who in enumerate(pair, 1)))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}
    refused = next(reply for reply in replies if reply.status_code == 409)
    assert refused.json()["why"] == "HOME_HAS_CAST"


async def test_of_two_revotes_that_saw_the_same_ballot_one_is_refused(hall: Hall) -> None:
    """BAL-12: `replaces` is what the caster saw."""
    election = await hall.opened()
    me = hall.residents[6]
    await hall.cast(me, election, 6, [1])

    replies = await asyncio.gather(*(hall.try_cast(me, election, 6, [mark], replaces=1) for mark in (2, 3)))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}
    won = next(place for place, reply in enumerate(replies) if reply.status_code == 201)
    result = await hall.counted(election)
    assert [one["number"] for one in result["household"]["ranking"] if one["marks"]] == [2 + won]


async def test_many_casts_of_many_homes_leave_a_dense_log(hall: Hall, admin_url: str) -> None:
    """BAL-11. Twenty homes, three tries each at once: twenty ballots, no gap, no second one."""
    election = await hall.opened()
    tries = [hall.try_cast(hall.residents[place], election, place, [1]) for place in range(20) for _ in range(3)]

    replies = await asyncio.gather(*tries)

    statuses = Counter(reply.status_code for reply in replies)
    assert statuses[201] == 20
    assert set(statuses) <= {201, 409}
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT log_index, revision FROM election.ballot ORDER BY 1").fetchall()
    assert rows == [(index, 1) for index in range(3, 23)]


async def test_one_key_is_one_ballot_and_equal_receipts(hall: Hall) -> None:
    """A client that does not know whether its cast arrived sends it again."""
    election = await hall.opened()
    key = {"Idempotency-Key": "cast-1"}

    first = await hall.try_cast(hall.residents[2], election, 2, [1], **key)
    again = await hall.try_cast(hall.residents[2], election, 2, [1], **key)
    other = await hall.try_cast(hall.residents[2], election, 2, [2], **key)

    assert first.json() == again.json()
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (await hall.counted(election))["household"]["cast"] == 1


async def test_of_two_edits_of_one_draft_the_second_is_told(hall: Hall) -> None:
    """If-Match: no lost update."""
    election = await hall.draft()
    change = {name: DRAFT[name] for name in DRAFT if name not in ("compound_id", "rule_set")}
    path, seen = f"/v1/elections/{election['id']}", {**hall.clerk.headers, "If-Match": '"1"'}

    one = await hall.client.put(path, headers=seen, json={**change, "title": "甲"})
    two = await hall.client.put(path, headers=seen, json={**change, "title": "乙"})

    assert (one.status_code, two.status_code) == (200, 412)
    assert (await hall.get(hall.clerk, path)).json()["title"] == "甲"
    assert (await hall.client.put(path, headers=hall.clerk.headers, json=change)).status_code == 428


async def test_a_step_that_two_make_at_once_is_made_once(hall: Hall) -> None:
    """VOTE-10."""
    election = await hall.announced()
    hall.now_is(OPENS)

    replies = await asyncio.gather(
        *(hall.post(hall.clerk, f"/v1/elections/{election['id']}/openings") for _ in range(2))
    )

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}


async def test_a_cast_and_the_closing_at_once_never_lose_what_was_acknowledged(hall: Hall) -> None:
    """The box is shut under the lock of the casts: what was acknowledged is counted."""
    election = await hall.opened()
    casts = [hall.try_cast(hall.residents[place], election, place, [1]) for place in range(10)]
    hall.now_is(CLOSES - timedelta(milliseconds=300))

    async def close() -> None:
        hall.now_is(CLOSES)
        await hall.step(election, "closings")

    *replies, _ = await asyncio.gather(*casts, close())

    counted = await hall.step(election, "counts")
    taken = sum(reply.status_code == 201 for reply in replies)
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert counted["household"]["cast"] == taken
