"""The notary signs only what begins with what it signed before, and nobody can do its part or it theirs."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from structlog.testing import capture_logs

from migrations.roles import address
from services.election.log.notary import REFUSALS
from services.election.log.signing import SigningPass, notary_url, published_key
from services.election.rules.leaves import leaf_hash
from services.election.settings import ElectionSettings
from tests.election.api.conftest import CLOSES, OPENS, Hall
from tests.election.api.notary_desk import Desk, desk, get

__all__ = ["desk"]
ROOT = Path(__file__).parents[3]


async def test_a_log_that_was_changed_is_refused_with_the_leaf_named(desk: Desk) -> None:
    """The hash is put right too, so that only what the notary remembers shows it."""
    hall = desk.hall
    election = await hall.opened()
    for place in range(4):
        await hall.cast(hall.residents[place], election, place, [1])
    await desk.sign()
    forged = b'{"day":"2026-11-27","type":"CAST","what":"00","who":"00"}'
    desk.admin.execute("UPDATE election.leaf SET body = %s, hash = %s WHERE log_index = 4", (forged, leaf_hash(forged)))
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    before = REFUSALS._value.get()

    with capture_logs() as told:
        assert await desk.sign() == 0

    alarm = next(line for line in told if line["event"] == "the notary refuses a log")
    assert (alarm["log_level"], alarm["election"], alarm["leaf"]) == ("error", election["id"], 4)
    assert REFUSALS._value.get() == before + 1
    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert sizes == [7]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM election.leaf WHERE log_index = 5",
        "UPDATE election.leaf SET body = '{}' WHERE log_index = 3",
        "UPDATE election.leaf SET hash = sha256('x') WHERE log_index = 3",
        "UPDATE election.checkpoint SET note = replace(note, 'SHA', 'ShA')",
        "UPDATE election.leaf SET log_index = CASE log_index WHEN 3 THEN -1 ELSE log_index END",
    ],
)
async def test_a_notary_that_starts_again_looks_at_everything_it_signed(
    desk: Desk, tmp_path: Path, statement: str
) -> None:
    hall = desk.hall
    election = await hall.opened()
    for place in range(4):
        await hall.cast(hall.residents[place], election, place, [1])
    await desk.sign()
    await hall.cast(hall.residents[5], election, 5, [1])
    desk.admin.execute("ALTER TABLE election.leaf DROP CONSTRAINT ck_leaf_index")
    try:
        desk.admin.execute(statement)
        desk.notary = desk.again(tmp_path)
        signed = await sign_or_refuse(desk)
    finally:
        desk.admin.execute("DELETE FROM election.leaf")
        desk.admin.execute("ALTER TABLE election.leaf ADD CONSTRAINT ck_leaf_index CHECK (log_index >= 0)")

    assert signed == 0


async def sign_or_refuse(desk: Desk) -> int:
    try:
        return await desk.sign()
    except ValueError:  # a note that is none
        return 0


async def test_yesterdays_backup_is_refused_although_it_took_its_checkpoints_along(desk: Desk, tmp_path: Path) -> None:
    """The notary's own memory is not in the database."""
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    await hall.cast(hall.residents[1], election, 1, [1])
    await desk.sign_rested()
    for table in ("leaf", "ballot"):
        desk.admin.execute(f"DELETE FROM election.{table} WHERE log_index = 3")
    desk.admin.execute("DELETE FROM election.checkpoint WHERE size = 4")
    desk.admin.execute("UPDATE election.ballot_box SET next_index = 3")
    await hall.cast(hall.residents[2], election, 2, [2])  # history goes on differently
    desk.notary = desk.again(tmp_path)

    assert await desk.sign() == 0

    hall.now_is(OPENS + timedelta(hours=1))  # by the hour
    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert sizes == [3]


async def test_a_restart_goes_on_where_it_stopped_and_a_lost_row_is_written_again(desk: Desk, tmp_path: Path) -> None:
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    desk.admin.execute("DELETE FROM election.checkpoint")  # signed, and the row was not committed
    desk.notary = desk.again(tmp_path)

    signed = [await desk.sign()]
    for place in range(10):
        await hall.cast(hall.residents[place], election, place, [1])
    signed += [await desk.sign_rested(), await desk.sign()]

    hall.now_is(OPENS + timedelta(hours=1))  # by the hour, and in steps of ten
    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert (signed, sizes) == ([1, 1, 0], [13, 3])


async def test_the_rooms_own_pass_signs_with_the_notarys_role(hall: Hall, admin_url: str) -> None:
    election = await hall.opened()
    house = hall.house

    signed = [await SigningPass(house.settings)(house) for _ in range(2)]  # type: ignore[arg-type]  # the room's own

    assert signed == [1, 0]
    assert (await get(hall, hall.clerk, election, "log/checkpoints/newest"))["size"] == 3


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("notary", "SELECT FROM election.ballot"),
        ("notary", "SELECT FROM election.roll_entry"),
        ("notary", "INSERT INTO election.leaf SELECT * FROM election.leaf"),
        ("notary", "UPDATE election.ballot_box SET open = true"),
        ("notary", "DELETE FROM election.checkpoint"),
        ("notary", "UPDATE election.checkpoint SET size = 1"),
        ("election", "INSERT INTO election.checkpoint SELECT * FROM election.checkpoint"),
        ("election", "UPDATE election.checkpoint SET size = 1"),
        ("election", "DELETE FROM election.checkpoint"),
        ("election", "DELETE FROM election.leaf"),
        ("election", "UPDATE election.leaf SET type = 'CAST'"),
    ],
)
def test_neither_the_notary_nor_the_room_can_do_the_others_part(admin_url: str, role: str, statement: str) -> None:
    with psycopg.connect(address(admin_url, role=role)) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)


async def test_the_notarys_key_is_for_its_owner_alone(hall: Hall, tmp_path: Path) -> None:
    await hall.draft()

    assert (tmp_path / "keys" / "notary.key").stat().st_mode & 0o777 == 0o600


async def test_without_key_or_way_in_the_room_signs_nothing_and_says_so(desk: Desk, tmp_path: Path) -> None:
    """A room whose keys are given from outside and hold no notary's: somebody else signs."""
    hall = desk.hall
    await hall.opened()
    given = hall.house.settings.model_copy(update={"keys_dir": tmp_path / "given"})
    (tmp_path / "given").mkdir(mode=0o700)

    assert await SigningPass(given)(hall.house) == 0  # type: ignore[arg-type]  # the room's own
    assert published_key(given) is None  # type: ignore[arg-type]
    assert published_key(given.model_copy(update={"notary_key": "linli-notary+00+AQ=="})) == "linli-notary+00+AQ=="  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "url"),
    [
        ({}, "postgresql://notary@db/linli"),
        ({"notary_database_password": "own"}, "postgresql://notary:own@db/linli"),
        ({"notary_database_url": "postgresql://other/linli"}, "postgresql://notary@other/linli"),
        ({"database_url": "postgresql://election:secret@db/linli"}, None),
    ],
)
def test_the_notarys_way_into_the_database_is_never_the_rooms_password(
    changed: dict[str, str], url: str | None
) -> None:
    settings = ElectionSettings.model_validate({"database_url": "postgresql://election@db/linli"} | changed)

    assert notary_url(settings) == url


async def test_the_notary_runs_as_a_process_of_its_own(desk: Desk, tmp_path: Path, admin_url: str) -> None:
    """It signs what is there and ends in order."""
    election = await desk.hall.opened()
    said = {"DATABASE_URL": address(admin_url, role="election"), "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "services.election", "notary"]
    process = await asyncio.create_subprocess_exec(*command, env=said, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    async with asyncio.timeout(60):
        await process.stderr.readline()
        while not desk.admin.execute("SELECT size FROM election.checkpoint").fetchall():
            desk.admin.execute("SELECT pg_sleep(0.05)")
            await asyncio.sleep(0)
        process.terminate()
        code = await process.wait()

    listed = (await get(desk.hall, desk.hall.clerk, election, "log/checkpoints"))["items"]
    assert (code, [one["size"] for one in listed]) == (0, [3])
