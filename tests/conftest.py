"""Every test's world: one private PostgreSQL for the whole run, one database per worker, no network but this machine.

The cluster starts once: in the xdist controller when there are workers, else when a test first asks for it, so that
tests of pure rules need none. The migrations run once, into a template; each worker clones it.

- `admin_url`      the superuser's address of this worker's database (looking at everything, planting faults)
- `database_urls`  room -> address of its runtime role in this worker's database, as production has it
- `clean`          ask for it (directly or through your app fixture) and the test begins with the rows that the
                   migrations left, and no others; ask for it before the app, so that the app closes first
- `new_database`   a call gives a further migrated database for a test that cannot share, dropped afterwards
- `postgres`       the cluster itself, as an admin address of the database `postgres`

Async tests and fixtures need no mark (anyio, asyncio). Slow proofs are marked `@pytest.mark.prove`.
"""

import gc
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from migrations.heads import ROOMS
from migrations.roles import address, bootstrap
from migrations.run import prepare
from shared.postgres import Postgres
from shared.serve import COLLECTED_AFTER
from tests.cleaning import CLEAN, remember_rows

TEMPLATE = "linli_template"
NUMBERS = re.compile(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:]*")


class NetworkOff(AssertionError):
    """A test tried to leave the machine."""


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook sees every Python socket and every look-up of a name, whoever asks."""
    if event == "socket.connect":
        target = arguments[1]
        host = target[0] if isinstance(target, tuple) else None  # a path is a Unix socket: this machine
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        if isinstance(host, str) and NUMBERS.fullmatch(host):
            return  # nobody is asked for an address in numbers
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if isinstance(host, str) and host not in {"localhost", "::1", ""} and not host.startswith("127."):
        raise NetworkOff(f"a test tried to reach {host}")


sys.addaudithook(_stay_here)
gc.set_threshold(*COLLECTED_AFTER)  # as in every process of the house; an eighth of the tests' time


@dataclass
class Cluster:
    """The cluster of this run, with its template, or the address of the one that the controller runs."""

    url: str = ""
    server: Postgres | None = None
    folder: Path | None = None

    def start(self) -> str:
        if not self.url:
            self.folder = Path(tempfile.mkdtemp(prefix="linli-tests-"))
            self.folder.chmod(0o711)  # as root PostgreSQL is another user
            self.server = Postgres(self.folder, throwaway=True, max_connections=300)
            self.url = self.server.start()
            prepare(self.url, TEMPLATE)
            with psycopg.connect(address(self.url, database=TEMPLATE)) as connection:
                remember_rows(connection, ROOMS)
        return self.url

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


CLUSTER = Cluster()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """xdist's controller, before each worker: the worker learns where the cluster is."""
    node.workerinput["postgres"] = CLUSTER.start()  # type: ignore[attr-defined]


def pytest_configure(config: pytest.Config) -> None:
    CLUSTER.url = getattr(config, "workerinput", {}).get("postgres", "")


def pytest_unconfigure() -> None:
    CLUSTER.stop()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> str:
    return CLUSTER.start()


def _clone(postgres: str, name: str) -> str:
    with psycopg.connect(postgres, autocommit=True) as connection:
        _drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    return bootstrap(postgres, name)  # a database's own grants are not cloned


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def admin_url(postgres: str) -> str:
    return _clone(postgres, f"linli_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture(scope="session")
def database_urls(admin_url: str) -> Mapping[str, str]:
    return {room: address(admin_url, role=room) for room in ROOMS}


@pytest.fixture(scope="session")
def _cleaner(admin_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers, no order of foreign keys
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("SET synchronous_commit = off")
        yield connection


@pytest.fixture
def clean(_cleaner: psycopg.Connection) -> None:
    _cleaner.execute(CLEAN)


@pytest.fixture
def new_database(postgres: str) -> Iterator[Callable[[], str]]:
    """Each call: the admin's address of a fresh migrated database (`migrations.roles.address` gives a room's)."""
    made: list[str] = []

    def make() -> str:
        made.append(f"linli_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}_{len(made)}")
        return _clone(postgres, made[-1])

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in made:
            _drop(connection, name)
