"""A database that came from another PostgreSQL, whose transactions have other numbers: nothing waits or is lost."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from migrations.moved import settle
from migrations.roles import address
from migrations.run import migrate
from shared import audit, outbox
from shared.database import Database, metadata_for

FAR = 10**9
"""How much further the other cluster had counted."""
METADATA = metadata_for("ticket")


class Feed:
    """The registry's feed, as a relay sees it."""

    def __init__(self) -> None:
        self.told: list[int] = []

    async def post_json(self, path: str, body: dict[str, list[dict[str, dict[str, int]]]]) -> None:
        self.told += [event["data"]["n"] for event in body["events"]]


async def _write(database: Database, *numbers: int) -> None:
    for number in numbers:
        async with database.write() as session, session.begin():
            await outbox.tell(session, METADATA, outbox.Event("linli.ticket.t.v1", str(number), None, {"n": number}))
            await audit.record(session, METADATA, audit.Done("person:1", "add", "-", str(number), 201))


async def _sealed(database: Database, rows: int) -> int:
    done = 0
    while done < rows:  # another worker's open transaction holds the sealer back for a moment
        async with database.write() as session, session.begin():
            done += await audit.seal(session, METADATA)
    return done


async def _relayed(database: Database, feed: Feed, until: int) -> None:
    while until not in feed.told:
        await outbox.relay(database, METADATA, feed, "ticket")  # type: ignore[arg-type]  # as much of it as is asked


async def _story(admin_url: str) -> tuple[list[int], audit.Walked]:
    """Three writes done with, two underway, the move, two more."""
    database, feed = Database(address(admin_url, role="ticket"), 1), Feed()
    await _write(database, 1, 2, 3)
    await _sealed(database, 3)
    await _relayed(database, feed, 3)
    await _write(database, 4, 5)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for table in ("audit", "outbox", "outbox_cursor"):
            admin.execute(f"UPDATE ticket.{table} SET xid = (xid::text::bigint + {FAR})::text::xid8".encode())
        await asyncio.to_thread(migrate, admin_url)
    await _write(database, 6, 7)
    async with asyncio.timeout(30):
        await _sealed(database, 4)
        await _relayed(database, feed, 7)
    async with database.read() as session:
        walked = await audit.verify(session, METADATA)
    await database.close()
    return feed.told, walked


def test_after_a_move_everything_is_sealed_and_told_once_and_in_order(new_database: Callable[[], str]) -> None:
    told, walked = asyncio.run(_story(new_database()))

    assert told == [1, 2, 3, 4, 5, 6, 7]
    assert (walked.last.position, walked.waiting, walked.faults) == (7, 0, ())


@pytest.mark.parametrize("room", ["ticket", "registry"])
def test_what_did_not_move_is_left_alone(new_database: Callable[[], str], room: str) -> None:
    with psycopg.connect(new_database(), autocommit=True) as admin:
        assert settle(admin, room) is False
