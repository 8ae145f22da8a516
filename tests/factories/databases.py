"""A migrated database of one's own for a whole module of tests (the fixtures of conftest give one a test)."""

import os
from collections.abc import Iterator

import psycopg
from psycopg import sql

from migrations.roles import bootstrap

TEMPLATE = "linli_template"  # made by tests/conftest.py


def database_for(postgres: str, purpose: str) -> Iterator[str]:
    """The admin's address of a fresh database, dropped afterwards; for `yield from` in a fixture."""
    name = f"linli_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}_{purpose}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(drop)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    yield bootstrap(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(drop)
