"""The writer of ballots: batches, callers who go away, full queues, and a database that fails in the middle."""

import asyncio
from collections import Counter, deque
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.election.ballots.frozen import Entry, Frozen
from services.election.ballots.taking import Arrival, RollCorrected
from services.election.ballots.writer import MOST_AT_ONCE, MOST_WAITING, Origin, Waiting, next_batch
from services.election.errors import HomeNotOnRoll
from services.election.rules.casting import Claim
from shared.database import new_id
from shared.identity import Actor, Grant
from shared.problems import Busy
from tests.election.api.casting import lines, owned, owner, vote
from tests.election.api.conftest import Hall
from tests.election.api.neighbour import CODE
from tests.election.api.test_corrected_roll import correct

NOBODY = Origin("person:nobody", "-", "test")


def arrival(hall: Hall, entry: UUID, corrections: int = 0) -> Arrival:
    """Somebody casts for an entitlement that is not his, or not there."""
    whose, claim = Entry(entry, frozenset(), (), None, ""), Claim(new_id(), frozenset())
    return Arrival(whose, hall.house.clock.now(), claim, corrections=corrections)


async def frozen(app: Any, election: dict[str, Any]) -> Frozen:
    anybody = Actor(new_id(), "person", (Grant("RESIDENT", CODE),), new_id(), "")
    return await app.state.station.elections.of(anybody, UUID(election["id"]))  # type: ignore[no-any-return]


async def test_a_batch_holds_the_oldest_of_each_entitlement(hall: Hall) -> None:
    one, two = new_id(), new_id()
    loop = asyncio.get_running_loop()
    queue = deque(Waiting(arrival(hall, entry), NOBODY, loop.create_future()) for entry in (one, one, two, one))
    waiting = list(queue)

    batches = [next_batch(queue) for _ in range(4)]

    assert batches == [[waiting[0], waiting[2]], [waiting[1]], [waiting[3]], []]


async def test_the_write_goes_on_when_its_caller_hangs_up(hall: Hall, admin_url: str) -> None:
    election = await hall.decision_opened()
    me = owner(4)
    owned(hall, 4, me)
    await vote(hall, owner(2), election, 2)

    cast = asyncio.create_task(vote(hall, me, election, 4))
    with psycopg.connect(admin_url) as connection:
        connection.execute("SELECT FROM election.ballot_box FOR UPDATE")
        await asyncio.wait({cast}, timeout=0.3)
        cast.cancel()
    await asyncio.wait(hall.house.writing)

    assert cast.cancelled()
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM election.ballot").fetchone() == (2,)


async def test_each_cast_is_judged_by_the_roll_that_it_was_checked_against(
    hall: Hall, app: Any, admin_url: str
) -> None:
    """VOTE-7. One queue holds casts of before and after a correction: only those of before are checked anew."""
    election = await hall.decision_opened()
    before = await frozen(app, election)
    correct(admin_url, election, 4, owner(8))
    app.state.station.elections.forget(UUID(election["id"]))
    after = await frozen(app, election)
    writer = app.state.station.writer

    casts = [writer.hand_in(one.frame, arrival(hall, new_id(), one.corrections), NOBODY) for one in (before, after)]
    answers = await asyncio.gather(*casts, return_exceptions=True)

    assert (before.corrections, after.corrections) == (0, 1)
    assert [type(one) for one in answers] == [RollCorrected, HomeNotOnRoll]


async def test_a_full_queue_refuses_at_once(hall: Hall, app: Any) -> None:
    """Nothing was stored, and the caller is told so."""
    election = await hall.decision_opened()
    frame = (await frozen(app, election)).frame
    writer = app.state.station.writer

    casts = [writer.hand_in(frame, arrival(hall, new_id()), NOBODY) for _ in range(MOST_WAITING + 2 * MOST_AT_ONCE)]
    answers = Counter(type(one) for one in await asyncio.gather(*casts, return_exceptions=True))

    assert set(answers) == {Busy, HomeNotOnRoll}
    assert answers[HomeNotOnRoll] >= MOST_WAITING


async def test_one_that_cannot_be_written_harms_no_other(hall: Hall, admin_url: str) -> None:
    """A batch that fails is tried one by one."""
    election = await hall.decision_opened()
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE election.ballot ADD CONSTRAINT planted CHECK (key <> 'bad') NOT VALID")
        try:
            with psycopg.connect(admin_url) as lock:
                lock.execute("SELECT FROM election.ballot_box FOR UPDATE")
                casts = [
                    asyncio.create_task(
                        vote(
                            hall, owner(place), election, place, **{"Idempotency-Key": "bad" if place == 5 else "good"}
                        )
                    )
                    for place in range(2, 8)
                ]
                await asyncio.wait(casts, timeout=0.3)
            replies = await asyncio.gather(*casts)
        finally:
            connection.execute("ALTER TABLE election.ballot DROP CONSTRAINT planted")

    assert [reply.status_code for reply in replies] == [201, 201, 201, 500, 201, 201]
    assert len(lines(admin_url, election)) == 3 + 5


@pytest.mark.parametrize("keyed", [True, False])
async def test_a_connection_that_dies_before_the_commit_stored_nothing(hall: Hall, admin_url: str, keyed: bool) -> None:
    """503, and the same again is a first time."""
    election = await hall.decision_opened()
    key = {"Idempotency-Key": "once"} if keyed else {}
    me = owner(4)
    with psycopg.connect(admin_url, autocommit=True) as admin, psycopg.connect(admin_url) as lock:
        lock.execute("SELECT FROM election.ballot_box FOR UPDATE")
        cast = asyncio.create_task(vote(hall, me, election, 4, **key))
        here = "datname = current_database() AND usename = 'election'"
        waiting = f"FROM pg_stat_activity WHERE {here} AND wait_event_type = 'Lock'"
        for _ in range(100):
            await asyncio.wait({cast}, timeout=0.02)
            if admin.execute(f"SELECT count(pg_terminate_backend(pid)) {waiting}").fetchone() == (1,):
                break
        failed = await cast

    again = await vote(hall, me, election, 4, **key)

    assert (failed.status_code, failed.headers["retry-after"]) == (503, "2")
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
    assert len(lines(admin_url, election)) == 4


async def test_that_a_cast_was_repeated_is_forgotten_after_two_days(hall: Hall, admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(
            "INSERT INTO election.ballot_replay (election_id, log_index, at)"
            " VALUES (gen_random_uuid(), 1, now() - interval '47 hours'),"
            " (gen_random_uuid(), 2, now() - interval '49 hours')"
        )
        for purge in hall.house.room.purges:
            async with hall.house.database.write() as session, session.begin():
                await purge(session)

        assert admin.execute("SELECT log_index FROM election.ballot_replay").fetchall() == [(1,)]
