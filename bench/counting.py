"""How long a count takes: all that stand of a closed election read, opened and counted by the room's own code."""

import time
from uuid import UUID

from services.election.results.counting import counted
from services.election.tables import Election
from shared.database import Database
from shared.sealing import Keys
from shared.serve import settle


async def seconds_of_count(url: str, keys: Keys, election_id: UUID) -> float:
    settle()  # as every process of the house does once it stands
    database = Database(url, 1)
    try:
        async with database.read() as db:
            election = await db.get_one(Election, election_id)
            began = time.perf_counter()
            outcome, figures = await counted(db, keys, election)
            took = time.perf_counter() - began
    finally:
        await database.close()
    assert outcome == "RANKED"
    assert figures["invalid"] == 0
    return took
