"""The turnout as it moves: told when it changes, in the measure that each may know, and not again."""

import asyncio

from tests.election.api.casting import owner, vote
from tests.election.api.conftest import CLOSES, Hall


async def test_a_long_poll_answers_when_the_turnout_changes_and_not_before(hall: Hall) -> None:
    """BAL-9: the desk hears of each ballot, the public of none within the hour."""
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}/turnout/events"
    desk, public = [(await hall.get(who, path)).json() for who in (hall.clerk, hall.residents[3])]

    waiting = asyncio.create_task(hall.get(hall.clerk, path, after=desk["after"], wait=10))
    nothing = asyncio.create_task(hall.get(hall.residents[3], path, after=public["after"], wait=2))
    await vote(hall, owner(4), election, 4)
    heard, unheard = (await waiting).json(), (await nothing).json()

    assert [one["cast"] for one in (*desk["items"], *public["items"], *heard["items"])] == [0, 0, 1]
    assert (heard["items"][0]["exact"], heard["after"] != desk["after"]) == (True, True)
    assert unheard == {"items": [], "after": public["after"]}
    assert (await hall.get(hall.stranger, path)).status_code == 404


async def test_a_stream_has_ids_and_goes_on_from_the_last_one(hall: Hall) -> None:
    """BAL-9: after closing it tells the exact figure, once, and ends."""
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}/turnout/stream"
    await vote(hall, owner(4), election, 4)
    hall.now_is(CLOSES)
    await hall.step(election, "closings")

    first = await hall.get(hall.residents[3], path)
    number = next(line[4:] for line in first.text.splitlines() if line.startswith("id: "))
    headers = {**hall.residents[3].headers, "Last-Event-ID": number}
    again = await hall.client.get(path, headers=headers)

    assert first.headers["content-type"].startswith("text/event-stream")
    assert '"cast":1' in first.text.replace(" ", "")
    assert "data:" not in again.text
    assert (await hall.get(hall.stranger, path)).status_code == 404
