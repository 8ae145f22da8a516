"""A room's role reaches its own schema and nothing else: tried on a real PostgreSQL, table by table.

Ways around these walls: test_role_escapes.py.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from migrations.heads import ROOMS
from shared.database import INSERT_ONLY, PASSING

PAIRS = [(one, other) for one in ROOMS for other in ROOMS if one != other]


@pytest.fixture
def admin(admin_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        yield connection


def tables_of(admin: psycopg.Connection, room: str) -> list[str]:
    rows = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (room,))
    return [row[0] for row in rows]


def refused(url: str, statement: sql.Composable) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statement)
        except InsufficientPrivilege:
            return True
    return False


def open_tables(admin: psycopg.Connection, url: str, room: str) -> list[str]:
    """Tables of a room that the role of this address can read, write or empty."""
    found = []
    for table in tables_of(admin, room):
        name = sql.Identifier(room, table)
        tries = (
            sql.SQL("SELECT FROM {} LIMIT 1").format(name),
            sql.SQL("DELETE FROM {} WHERE false").format(name),
            sql.SQL("TRUNCATE {}").format(name),
        )
        if not all(refused(url, one) for one in tries):
            found.append(table)
    return found


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_a_room_can_touch_no_table_of_another(
    admin: psycopg.Connection, database_urls: Mapping[str, str], mine: str, theirs: str
) -> None:
    assert tables_of(admin, theirs)

    assert open_tables(admin, database_urls[mine], theirs) == []


def test_a_table_left_open_is_found(admin: psycopg.Connection, database_urls: Mapping[str, str]) -> None:
    mine, theirs = PAIRS[0]
    admin.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(theirs), sql.Identifier(mine)))
    admin.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(theirs, "clock"), sql.Identifier(mine)))
    try:
        assert open_tables(admin, database_urls[mine], theirs) == ["clock"]
    finally:
        admin.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(theirs, "clock"), sql.Identifier(mine)))
        admin.execute(sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(sql.Identifier(theirs), sql.Identifier(mine)))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("table", INSERT_ONLY)
def test_history_can_be_added_to_and_never_changed(database_urls: Mapping[str, str], room: str, table: str) -> None:
    """PRI-7."""
    name = sql.Identifier(room, table)

    assert refused(database_urls[room], sql.SQL("DELETE FROM {} WHERE false").format(name))
    assert refused(database_urls[room], sql.SQL("UPDATE {} SET {} = NULL WHERE false").format(name, _first(table)))
    assert not refused(database_urls[room], sql.SQL("SELECT FROM {} LIMIT 1").format(name))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("table", PASSING)
def test_what_only_had_to_be_written_can_go_and_is_never_changed(
    database_urls: Mapping[str, str], room: str, table: str
) -> None:
    name = sql.Identifier(room, table)

    assert not refused(database_urls[room], sql.SQL("DELETE FROM {} WHERE false").format(name))
    assert refused(database_urls[room], sql.SQL("UPDATE {} SET at = NULL WHERE false").format(name))


def _first(table: str) -> sql.Identifier:
    return sql.Identifier({"audit_seal": "position"}.get(table, "at"))


@pytest.mark.parametrize("room", ROOMS)
def test_no_plan_of_a_small_table_is_kept_for_when_it_has_grown(database_urls: Mapping[str, str], room: str) -> None:
    look = sql.SQL("SELECT FROM {} WHERE at > %s").format(sql.Identifier(room, "audit"))
    with psycopg.connect(database_urls[room], prepare_threshold=0) as connection:
        for _ in range(10):
            connection.execute(look, (datetime.now(UTC),))

        kept = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE generic_plans + custom_plans > 1"
        plans = connection.execute(kept).fetchall()
    assert plans == [(0, 10)]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_acknowledges_is_on_disk(database_urls: Mapping[str, str], room: str) -> None:
    with psycopg.connect(database_urls[room]) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
