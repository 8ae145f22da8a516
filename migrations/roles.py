"""Which database roles exist and what each may do before any table exists; safe to run again and again."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from migrations.heads import ROOMS

DATABASE = "linli"
GUESTS = {"election": ("notary",)}
"""Further roles that may enter a room's schema; what each may touch there, its migrations say table by table."""
RUNTIME_SETTINGS = (
    # Acknowledged means written; what a role may lower again, the ballot's own trigger refuses.
    ("synchronous_commit", "on"),
    # A request that hangs with a transaction open would hold back the outbox and the sealer (pg_snapshot_xmin).
    ("idle_in_transaction_session_timeout", "60s"),
    # Who waits longer than this for somebody else's row is told to come again (503), and holds up nobody.
    ("lock_timeout", "10s"),
    # A plan that is kept is kept until the table is analysed: one made for a table of a few rows reads all that came
    # since (a page of a survey's homes: 246 ms, not 9). Planning each time costs a write nothing that can be measured.
    ("plan_cache_mode", "force_custom_plan"),
    ("timezone", "UTC"),
)

# What PostgreSQL lets everybody do beside tables: keep large objects, write messages into the log of all writes.
NOTHING_OF_PUBLIC = """
    DO $$
    DECLARE found regprocedure;
    BEGIN
        FOR found IN SELECT oid FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS granted
            WHERE pronamespace = 'pg_catalog'::regnamespace AND granted.grantee = 0
            AND proname ~ '^(lo_|loread$|lowrite$|pg_logical_emit_message$)'
        LOOP
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', found);
        END LOOP;
    END $$
"""


def bootstrap(admin_url: str, database: str = DATABASE, rooms: Iterable[str] = ROOMS) -> str:
    """Roles, database, schemas and their grants, made as the superuser; answers the admin's address of the database."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _lock(connection)
        for room in rooms:
            _role(connection, f"{room}_owner", room)
            _role(connection, room, room)
            for guest in GUESTS.get(room, ()):
                _role(connection, guest, room)
            for role in (room, *GUESTS.get(room, ())):
                for name, value in RUNTIME_SETTINGS:
                    _run(connection, "ALTER ROLE {} SET {} = {}", _id(role), _id(name), sql.Literal(value))
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        if not known:
            _run(connection, "CREATE DATABASE {}", _id(database))
        here = connection.execute("SELECT current_database()").fetchone()
        if here:
            _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", _id(here[0]))
    room_url = address(admin_url, database=database)
    with psycopg.connect(room_url) as connection:
        _lock(connection)
        _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", _id(database))
        _run(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(NOTHING_OF_PUBLIC)
        for room in rooms:
            _schema(connection, database, room)
    return room_url


def address(url: str, *, role: str | None = None, database: str | None = None) -> str:
    """The same server's address for another role or database (postgresql://role@host/database?host=...)."""
    parts = urlsplit(url)
    if database is not None:
        parts = parts._replace(path=f"/{quote(database)}")
    if role is not None:
        parts = parts._replace(netloc=f"{quote(role)}@{parts.netloc.rpartition('@')[2]}")
    return parts.geturl()


def _role(connection: psycopg.Connection, role: str, schema: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        _run(connection, "CREATE ROLE {}", _id(role))
    _run(connection, "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT", _id(role))
    _run(connection, "ALTER ROLE {} SET search_path = {}", _id(role), _id(schema))


def _schema(connection: psycopg.Connection, database: str, room: str) -> None:
    owner = f"{room}_owner"
    _run(connection, "GRANT CONNECT ON DATABASE {} TO {}, {}", _id(database), _id(owner), _id(room))
    _run(connection, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", _id(room), _id(owner))
    _run(connection, "ALTER SCHEMA {} OWNER TO {}", _id(room), _id(owner))
    _run(connection, "REVOKE ALL ON SCHEMA {} FROM PUBLIC", _id(room))
    _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", _id(room), _id(room))
    for guest in GUESTS.get(room, ()):
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", _id(database), _id(guest))
        _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", _id(room), _id(guest))


def _lock(connection: psycopg.Connection) -> None:
    """Two starts must not make the same role at once; the lock ends with the session."""
    connection.execute("SELECT pg_advisory_lock(hashtext('linli roles'))")


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _run(connection: psycopg.Connection, statement: str, *parts: sql.Composable) -> None:
    connection.execute(sql.SQL(statement).format(*parts))
