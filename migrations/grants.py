"""What a room's runtime role may do with each table, said table by table in the migration that makes it."""

from alembic import op

from shared.database import INSERT_ONLY, PASSING, READ_WRITE
from shared.jobs import schema_statements


def read_write(room: str, *tables: str) -> None:
    """Tables whose rows change and go."""
    _grant(room, "SELECT, INSERT, UPDATE, DELETE", tables)


def insert_only(room: str, *tables: str) -> None:
    """Tables in which history stands: no row is ever changed or deleted by the room."""
    _grant(room, "SELECT, INSERT", tables)


def passing(room: str, *tables: str) -> None:
    """Tables whose rows are never changed, and go after a while."""
    _grant(room, "SELECT, INSERT, DELETE", tables)


def read_only(room: str, *tables: str) -> None:
    """Tables that only migrations fill."""
    _grant(room, "SELECT", tables)


def technique(room: str) -> None:
    """The tables that every room has (audit, outbox, idempotency, clock), once the migration has made them."""
    insert_only(room, *INSERT_ONLY)
    passing(room, *PASSING)
    read_write(room, *READ_WRITE)


def create_queue(room: str) -> None:
    """The tables, types and functions of the room's job queue, from procrastinate's own DDL, and their grants."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(schema_statements())  # many statements at once, with % and : in them: past SQLAlchemy
    op.execute(
        f"""
        DO $$
        DECLARE found record;
        BEGIN
            FOR found IN SELECT relname, relkind FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                WHERE n.nspname = '{room}' AND relname LIKE 'procrastinate%' AND relkind IN ('r', 'S')
            LOOP
                IF found.relkind = 'r' THEN
                    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON {room}.%I TO {room}', found.relname);
                ELSE
                    EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE {room}.%I TO {room}', found.relname);
                END IF;
            END LOOP;
        END $$
        """
    )


def _grant(room: str, rights: str, tables: tuple[str, ...]) -> None:
    for table in tables:
        op.execute(f'GRANT {rights} ON {room}."{table}" TO {room}')
