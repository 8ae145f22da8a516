"""Each room as a process of its own, with a database that holds its schema and no other, and nobody beside it.

The registry is down: what a room knows of tokens are the keys that were kept beside its data.
"""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from migrations.heads import ROOMS
from migrations.roles import address
from migrations.run import prepare
from shared.following import KEPT
from tests.factories.tokens import PUBLISHED, Somebody
from tests.launcher.starts import ROOT

pytestmark = pytest.mark.prove

READS = {"ticket": "/v1/tickets", "survey": "/v1/surveys", "election": "/v1/elections", "meeting": "/v1/topics"}
"""What a clerk reads in each room; the registry signs its own in."""
NOBODY_THERE = "http://127.0.0.1:9"
PATIENCE = 200
MINI_PROGRAM = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:somebody"}


@dataclass
class Alone:
    """A room that runs, the admin's address of its database, and how it is asked."""

    process: subprocess.Popen[bytes]
    database: str
    url: str
    log: Path

    def ask(self, path: str, token: str = "", form: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        body = urlencode(form).encode() if form else None
        request = urllib.request.Request(
            f"{self.url}{path}", body, {"Authorization": f"Bearer {token}"} if token else {}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def wait(self) -> None:
        """Until it answers; fails with its log when it ends before."""
        for _ in range(PATIENCE):
            try:
                self.ask("/internal/health")
                return
            except OSError:
                pass
            try:
                self.process.wait(0.2)  # a pause that ends at once when the room does
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(self.log.read_text(errors="replace")[-3000:])


Start = Callable[[str], Alone]


@pytest.fixture
def start(postgres: str, tmp_path: Path) -> Iterator[Start]:
    """`start("ticket")`: that room and nothing else."""
    running: list[Alone] = []

    def started(room: str) -> Alone:
        database = prepare(postgres, f"linli_alone_{room}_{os.getpid()}", (room,))
        (tmp_path / KEPT).write_text(json.dumps(PUBLISHED))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        told = {f"{room.upper()}_DATABASE_URL": address(database, role=room), "PORT": str(port), "SAMPLE": "1"}
        told |= {"DATA_DIR": str(tmp_path), "REGISTRY_URL": NOBODY_THERE, "TICKET_URL": NOBODY_THERE}
        log = tmp_path / f"{room}.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", f"services.{room}"]
            process = subprocess.Popen(command, env=os.environ | told, cwd=ROOT, stdout=out, stderr=out)
        running.append(Alone(process, database, url, log))
        running[-1].wait()
        return running[-1]

    yield started
    for one in running:
        one.process.terminate()
        one.process.wait(30)
        with psycopg.connect(postgres, autocommit=True) as connection:
            name = one.database.partition("?")[0].rpartition("/")[2]
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _schemas(room: Alone) -> set[str]:
    with psycopg.connect(room.database) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    return {name for (name,) in rows} & set(ROOMS)


@pytest.mark.parametrize("name", ROOMS)
def test_each_room_serves_alone_from_its_own_database(start: Start, name: str) -> None:
    room = start(name)

    health = room.ask("/internal/health")

    assert health[0] == 200
    assert (health[1]["room"], health[1]["database"], health[1]["migrated"]) == (name, True, True)
    assert _schemas(room) == {name}


@pytest.mark.parametrize("name", READS)
def test_with_the_registry_down_a_room_takes_tokens_by_the_keys_it_kept(start: Start, name: str) -> None:
    room = start(name)
    clerk = Somebody(["CLERK@140109013001"]).token()

    taken = room.ask(READS[name], clerk)
    forged = room.ask(READS[name], clerk[:-8] + "AAAAAAAA")

    assert taken == (200, {"items": [], "next": None})
    assert forged[0] == 401


def test_the_registry_alone_signs_somebody_in_and_knows_him(start: Start) -> None:
    registry = start("registry")

    status, told = registry.ask("/oauth/token", form=MINI_PROGRAM)
    me = registry.ask("/v1/me", told["access_token"])

    assert (status, me[0], me[1]["next_step"]) == (200, 200, "BIND_HOME")
