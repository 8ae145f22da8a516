"""Two rooms of one database: advisory locks are common to all of it, so what a room locks is named with the room."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from migrations.heads import ROOMS
from migrations.roles import address
from shared import audit, idempotency
from shared.database import Database, metadata_for
from shared.problems import StillRunning
from shared.sealing import Keys

ASKED = idempotency.Repeatable("person:1", "lamp-1", b"\0" * 32)
DONE = audit.Done("person:1", "add_thing", "-", "request-1", 201)


async def _begin(session: AsyncSession, room: str, keys: Keys) -> None:
    connection = await session.connection()
    await connection.run_sync(idempotency.begin, metadata_for(room), keys, ASKED)


async def test_a_key_at_work_in_one_room_is_free_in_another(new_database: Callable[[], str], tmp_path: Path) -> None:
    url, keys = new_database(), Keys.load(tmp_path / "keys", create=True)
    ticket, survey = (Database(address(url, role=room), 2) for room in ("ticket", "survey"))
    async with ticket.write() as first, ticket.write() as again, survey.write() as other:
        await _begin(first, "ticket", keys)

        await _begin(other, "survey", keys)
        with pytest.raises(StillRunning):
            await _begin(again, "ticket", keys)
    await asyncio.gather(ticket.close(), survey.close())


@pytest.mark.parametrize("room", ROOMS)
async def test_a_room_forgets_old_replies_and_that_they_were_repeated(
    clean: None, admin_url: str, database_urls: Mapping[str, str], room: str
) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for age, key in (("47 hours", "young"), ("49 hours", "old")):
            admin.execute(
                f"INSERT INTO {room}.idempotency VALUES ('person:1', %s, '', 201, '{{}}', '', now() - %s::interval)",
                (key, age),
            )
            admin.execute(
                f"INSERT INTO {room}.idempotency_replay (subject, key, at)"
                " SELECT subject, key, at FROM {room}.idempotency WHERE key = %s".replace("{room}", room),
                (key,),
            )
        database = Database(database_urls[room], 1)
        async with database.write() as session, session.begin():
            await idempotency.purge(session, metadata_for(room))
        await database.close()

        for table in ("idempotency", "idempotency_replay"):
            assert admin.execute(f"SELECT key FROM {room}.{table}").fetchall() == [("young",)]


async def test_a_sealer_at_work_holds_up_no_other_room(new_database: Callable[[], str]) -> None:
    url = new_database()
    rooms = {room: Database(address(url, role=room), 1) for room in ("ticket", "survey")}
    for room, database in rooms.items():
        async with database.write() as session, session.begin():
            await audit.record(session, metadata_for(room), DONE)
    async with rooms["ticket"].write() as sealing, asyncio.timeout(20):
        while not await audit.seal(sealing, metadata_for("ticket")):  # another test's transaction holds it back
            await sealing.rollback()

        async with rooms["survey"].write() as session:
            assert await audit.seal(session, metadata_for("survey")) == 1
    await asyncio.gather(*(database.close() for database in rooms.values()))
