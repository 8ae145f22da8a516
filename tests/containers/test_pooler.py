"""The house behind PgBouncer, pooling by transaction: the whole story on three connections a room.

Debian's own package is tried where it is installed (apt install pgbouncer); elsewhere this is skipped, and says so.
"""

import asyncio
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from gateway.house import build_house, first_administrator
from gateway.settings import GatewaySettings
from migrations.heads import ROOMS
from migrations.outside import prepare_outside
from migrations.roles import address
from tests.containers.foreign import Foreign, free_ports
from tests.gateway.served import listening_socket
from tests.journeys.conftest import serving, staff
from tests.journeys.stage import Stage
from tests.journeys.story import play

PROGRAM = shutil.which("pgbouncer")
pytestmark = [pytest.mark.prove, pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")]
DATABASE = "pooled"


@contextmanager
def pgbouncer(foreign: Foreign) -> Iterator[str]:
    """Its address for the database; roles sign in to it, and it to PostgreSQL, with their own passwords."""
    (port,) = free_ports(1)
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="linli-pooler-") as folder:
        Path(folder).chmod(0o755)
        users = "".join(f'"{room}" "{room}-secret"\n' for room in (*ROOMS, "notary"))
        settings = (
            f"[databases]\n{DATABASE} = host=127.0.0.1 port={foreign.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {folder}/users.txt\n"
            "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 500\n"
        )
        for name, content in (("users.txt", users), ("pgbouncer.ini", settings)):
            (Path(folder) / name).write_text(content)
        assert PROGRAM is not None
        pooler = subprocess.Popen(
            [PROGRAM, f"{folder}/pgbouncer.ini"],
            stderr=subprocess.PIPE,
            text=True,
            user=nobody.pw_uid if Path("/proc/self").stat().st_uid == 0 else None,
        )
        try:
            assert pooler.stderr is not None
            assert any("process up" in line for line in pooler.stderr)
            yield f"postgresql://127.0.0.1:{port}/{DATABASE}"
        finally:
            pooler.terminate()
            pooler.communicate(timeout=30)


@pytest.fixture
def pooled(foreign: Foreign, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{foreign.port}/{DATABASE}")
    monkeypatch.setenv("ADMIN_DATABASE_URL", foreign.admin_url)
    monkeypatch.setenv("ADMIN_DATABASE_PASSWORD", foreign.password)
    monkeypatch.setenv("SAMPLE", "1")
    for room in ROOMS:
        monkeypatch.setenv(f"{room.upper()}_DATABASE_PASSWORD", f"{room}-secret")
    monkeypatch.setenv("ELECTION_NOTARY_DATABASE_PASSWORD", "notary-secret")
    prepare_outside(lambda line: None)
    with pgbouncer(foreign) as url:
        yield url


def test_the_story_is_played_through_a_pooler_that_hands_connections_round(
    pooled: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREPARED_STATEMENTS", "false")
    listening = listening_socket()
    settings = GatewaySettings(port=listening.getsockname()[1], data_dir=tmp_path, sample=True)
    urls = {room: address(pooled, role=f"{room}:{room}-secret").replace("%3A", ":") for room in ROOMS}
    assert asyncio.run(first_administrator(settings, urls, "administrator")) is not None

    with serving(build_house(settings, urls), listening):
        staff(settings.url)
        with httpx2.Client(base_url=settings.url, timeout=60, trust_env=False) as client:
            stage = Stage(client, say=lambda line: None)
            play(stage)

    assert all(one.calls > 5 for one in stage.played)


def test_what_is_set_on_a_role_is_set_on_its_connections(pooled: str) -> None:
    with psycopg.connect(pooled, user="ticket", password="ticket-secret", autocommit=True) as connection:
        connection.prepare_threshold = None
        told = connection.execute(
            "SELECT current_setting('search_path'), current_setting('lock_timeout'), current_setting('timezone')"
        ).fetchone()

    assert told == ("ticket", "10s", "UTC")
