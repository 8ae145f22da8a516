"""What a migration fills in for rows from before it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from migrations.run import alembic_config, migrate

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def at_revision(url: str, room: str, revision: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET ROLE {room}_owner")
        connection.commit()
        command.downgrade(alembic_config(room, connection), revision)
        connection.commit()


def loose(url: str) -> psycopg.Connection:
    """A connection that keeps no foreign key: a row alone is enough for what is asked here."""
    connection = psycopg.connect(url)
    connection.execute("SET session_replication_role = replica")
    return connection


def test_a_record_keeps_when_it_was_answered_and_who_opened_the_door(new_database: Callable[[], str]) -> None:
    """PRI-3. Its first edition, never later than it came in; the visit of who wrote it down, where there is one."""
    url = new_database()
    at_revision(url, "survey", "0001")
    with loose(url) as connection:
        for number, answered in ((1, NOON - timedelta(days=3)), (2, NOON + timedelta(days=3))):
            one = UUID(int=number)
            connection.execute(
                "INSERT INTO survey.submission VALUES (%s, %s, 1, %s, %s, '140109013001001', %s, %s, 'COUNTS', %s,"
                " NULL, NULL, 2)",
                (one, one, one, one, one, one, NOON),
            )
            for edition, at in ((1, answered), (2, NOON - timedelta(days=1))):
                connection.execute(
                    "INSERT INTO survey.submission_edition VALUES (%s, %s, %s, '', '{}', '1', '[]', %s, %s, %s, NULL)",
                    (UUID(int=10 * number + edition), one, edition, at, one, NOON),
                )

        one, other = UUID(int=1), UUID(int=2)
        connection.execute(
            "INSERT INTO survey.visit VALUES (%s, %s, %s, %s, '140109013001001', %s, 'MET', true, 'TENANT', '1', %s,"
            " NULL, %s, 1)",
            (one, one, one, other, one, NOON, NOON),
        )

    migrate(url)

    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT answered_at, of_home, told_as FROM survey.submission ORDER BY id").fetchall()
    assert found == [(NOON - timedelta(days=3), False, "TENANT"), (NOON, False, None)]


def test_a_place_in_a_queue_is_of_the_sitting_that_ran_when_it_was_asked_for(new_database: Callable[[], str]) -> None:
    """MEET-8."""
    url = new_database()
    at_revision(url, "meeting", "0001")
    meeting = UUID(int=1)
    with loose(url) as connection:
        for sitting in (1, 2):
            connection.execute(
                "INSERT INTO meeting.step VALUES (%s, 'MEETING', %s, %s, 'NOTICED', 'OPEN', %s, 'x', %s)",
                (UUID(int=sitting), meeting, sitting, NOON + timedelta(days=sitting), f'{{"sitting": {sitting}}}'),
            )
            connection.execute(
                "INSERT INTO meeting.speech VALUES (%s, %s, 1, %s, %s, 180, NULL, NULL)",
                (UUID(int=sitting), meeting, UUID(int=sitting), NOON + timedelta(days=sitting, minutes=5)),
            )

    migrate(url)

    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT sitting FROM meeting.speech ORDER BY asked_at").fetchall()
    assert found == [(1,), (2,)]
