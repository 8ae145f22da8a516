"""A PostgreSQL of somebody else's: over TCP, with passwords, on a port of its own."""

import os
import secrets
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from shared.postgres import Postgres, find_binaries
from shared.postgres_account import account_for

PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Foreign:
    """Where it listens, and its administrator's password."""

    port: int
    password: str

    @property
    def admin_url(self) -> str:
        """Without the password, as an operator would write it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """The house's database, without a role."""
        return f"postgresql://127.0.0.1:{self.port}/linli"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            f"postgresql://postgres@127.0.0.1:{self.port}/{database}", password=self.password, autocommit=True
        )


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at this moment, each another."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def foreign_postgres() -> Iterator[Foreign]:
    """Made by our launcher, once, and then started without it."""
    with tempfile.TemporaryDirectory(prefix="linli-foreign-") as folder:
        Path(folder).chmod(0o711)  # as root PostgreSQL is another user
        password, (port,) = secrets.token_urlsafe(12), free_ports(1)
        with Postgres(Path(folder), throwaway=True) as made, psycopg.connect(made.url(), autocommit=True) as admin:
            admin.execute(f"ALTER ROLE postgres PASSWORD '{password}'")  # type: ignore[arg-type]
            cluster = made.cluster
        (cluster / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        account = account_for(cluster)
        settings = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "", "fsync": "off"}
        settings |= {"max_connections": "200"}
        server = subprocess.Popen(
            [
                *(str(find_binaries(os.environ).folder / "postgres"), "-D", str(cluster)),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            user=account.user,
            group=account.group,
            extra_groups=account.groups,
            cwd="/",
        )
        try:
            _until_ready(server)
            yield Foreign(port, password)
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE)


def _until_ready(server: "subprocess.Popen[str]") -> None:
    """Its own log says when; it is read to its end later."""
    assert server.stderr is not None
    for line in server.stderr:
        if "ready to accept connections" in line:
            return
    raise AssertionError("PostgreSQL did not start")
