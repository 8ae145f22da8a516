"""Random corrections of a posted roll: rows, totals and the chain of what was kept always agree with the pure rule."""

import random
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.election.rules.rolls import Place, corrected, denominators, entry_totals, roll_totals
from tests.election.api.conftest import Hall
from tests.election.api.neighbour import home_id
from tests.election.api.test_rolls import correct, posted, roll_of

STEPS = 40
ROWS = (
    "SELECT home_id, entry_id, building, area_hundredths, owner_known, owner_ids FROM roll_home WHERE election_id = %s"
)
ENTRIES = "SELECT id, heads, area_hundredths, area_unknown FROM roll_entry WHERE election_id = %s"


async def read(url: str, election: dict[str, Any]) -> tuple[dict[str, Place], dict[str, tuple[int, int, int]]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        homes = await (await connection.execute(ROWS, (election["id"],))).fetchall()
        entries = await (await connection.execute(ENTRIES, (election["id"],))).fetchall()
    places = {
        str(home): Place(str(entry), building, area, known, tuple(map(str, owners)))
        for home, entry, building, area, known, owners in homes
    }
    return places, {str(entry): (heads, area, unknown) for entry, heads, area, unknown in entries}


def a_wish(chance: random.Random) -> tuple[str, int, dict[str, Any]]:
    place = chance.randrange(21)
    more: dict[str, dict[str, Any]] = {
        "AREA": {"area": chance.choice([None, "0.01", f"{chance.randrange(1, 20000)}.{chance.randrange(100):02d}"])},
        "OWNERS": {"owners": [str(UUID(int=chance.randrange(9)))], "owner_known": chance.random() < 0.7},
        "MERGE": {"with_home_id": str(home_id(chance.randrange(21)))},
        "SPLIT": {},
        "REMOVE": {},
        "ADD": {},
    }
    change = chance.choice([*more, "AREA", "MERGE", "SPLIT"])
    return change, place, more[change]


@pytest.mark.parametrize("seed", range(4))
async def test_any_walk_of_corrections_keeps_rows_and_totals_together(
    hall: Hall, database_urls: dict[str, str], seed: int
) -> None:
    """VOTE-1, VOTE-7, OWN-6."""
    chance = random.Random(seed)
    election = await posted(hall)
    taken = 0

    for _ in range(STEPS):
        before, _ = await read(database_urls["election"], election)
        change, place, more = a_wish(chance)
        reply = await correct(hall, election, change, place, **more)
        after, entries = await read(database_urls["election"], election)
        roll, total = await roll_of(hall, election), roll_totals(after)

        taken += reply.status_code == 201
        assert reply.status_code in (201, 404, 409), reply.text
        assert "collided" not in reply.text
        home = str(home_id(place))
        assert after == corrected(before, home, after.get(home))
        assert (after == before) is (reply.status_code != 201)
        assert entries == {
            one: (totals.heads, totals.area, totals.area_unknown)
            for one in {row.entry for row in after.values()}
            for totals in [entry_totals(row for row in after.values() if row.entry == one)]
        }
        assert (roll["heads"], roll["households"]) == (total.heads, len(entries))
        assert roll["area"] == f"{total.area // 100}.{total.area % 100:02d}"
        assert (roll["area_unknown"], roll["owner_unknown"]) == (total.area_unknown, total.owner_unknown)
        assert roll["bounds"]["worst"]["heads"] == denominators(after).worst.heads

    kept = (await hall.get(hall.clerk, f"/v1/elections/{election['id']}/roll/corrections", limit=200)).json()["items"]
    assert len(kept) == taken > STEPS // 3
    assert [one["number"] for one in kept] == list(range(1, taken + 1))
    assert all(first["after"] == second["before"] for first, second in pairwise(kept))
    await hall.noted(election)
    await hall.step(election, "announcements")
    assert (await hall.get(hall.clerk, f"/v1/elections/{election['id']}/roll/check")).json()["sound"] is True
