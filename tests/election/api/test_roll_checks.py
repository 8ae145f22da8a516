"""A frozen roll is read again: a row changed behind its commitment is named, to the desk and by the house itself."""

from typing import Any

import psycopg
import pytest

from services.election.rolls.watching import RollDrifted, RollWatch
from tests.election.api.conftest import Hall
from tests.election.api.test_rolls import posted


async def test_a_row_changed_behind_its_commitment_is_named(hall: Hall, admin_url: str, database_urls: Any) -> None:
    """VOTE-9. By the owner of the tables, past the trigger; the room itself cannot."""
    election = await hall.decision_announced()
    check = f"/v1/elections/{election['id']}/roll/check"
    before = (await hall.get(hall.clerk, check)).json()

    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "UPDATE election.roll_entry SET area_hundredths = 8001 WHERE election_id = %s AND place = 4",
            (election["id"],),
        )

    after = (await hall.get(hall.clerk, check)).json()
    assert (before["sound"], before["rows"], before["drifts"]) == (True, 22, [])
    assert (after["sound"], after["root_holds"]) == (False, True)
    assert [(one["place"], one["label"], one["what"]) for one in after["drifts"]] == [
        (4, "1-1-501", "HOMES"),
        (4, "1-1-501", "ROW"),
    ]
    assert (await hall.get(hall.residents[0], check)).status_code == 403
    with pytest.raises(RollDrifted, match=rf"{election['id']}.*rows \[4\]"):
        await RollWatch()(hall.house)


async def test_the_watch_takes_running_elections_in_turn_and_not_more_often_than_due(hall: Hall) -> None:
    """VOTE-9. A whole roll is passed over in silence, one that is only posted is not looked at."""
    await posted(hall)
    for _ in range(2):
        await hall.decision_announced()
    watch, seldom = RollWatch(every_seconds=0), RollWatch()

    assert [await watch(hall.house) for _ in range(4)] == [0, 0, 0, 0]
    assert [await seldom(hall.house) for _ in range(2)] == [0, 0]


async def test_a_roll_that_is_only_posted_has_nothing_to_be_checked_against(hall: Hall) -> None:
    election = await posted(hall)

    reply = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/roll/check")

    assert (reply.status_code, reply.json()["type"].rsplit("/", 1)[1]) == (409, "roll-not-frozen")
