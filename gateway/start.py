"""What stands between the command and the first request: port, database, sample or real house, and the server."""

import asyncio
import errno
import ipaddress
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import uvicorn
from psycopg import sql
from starlette.types import ASGIApp

from migrations.heads import ROOMS
from migrations.origin import Kind, Origin, origin_of, set_origin
from migrations.outside import settings_of
from migrations.roles import DATABASE, address
from migrations.run import prepare
from shared.database import WHAT_IT_IS
from shared.postgres import Postgres
from shared.serve import LISTENING, settle
from shared.serve import Server as BoundedServer

OUTSIDE = ("DATABASE_URL", "DATABASE_URL_FILE", "REGISTRY_DATABASE_URL", "REGISTRY_DATABASE_URL_FILE")
LARGEST_SAMPLE = 200_000


class StartRefused(Exception):
    """The house cannot start as asked; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked for, by environment or option."""

    data_dir: Path
    host: str
    port: int
    empty: bool
    homes: int

    @property
    def is_local(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass
class Progress:
    """Lines with the seconds since the start, so that a slow step is seen while it is slow."""

    began: float = field(default_factory=time.monotonic)

    def __call__(self, line: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {line}", flush=True)


def asked_of(environment: Mapping[str, str]) -> Asked:
    """PORT, HOST, EMPTY, HOMES and DATA_DIR; StartRefused names the one that is wrong."""
    empty = environment.get("EMPTY", "").strip().lower()
    if empty not in {"", "0", "1", "no", "yes", "false", "true"}:
        raise StartRefused(f"EMPTY={empty} is neither 1 nor 0")
    return Asked(
        data_dir=Path(environment.get("DATA_DIR") or ".data"),
        host=environment.get("HOST") or "127.0.0.1",
        port=_number(environment, "PORT", 8000, 0, 65535),
        empty=empty in {"1", "yes", "true"},
        homes=_number(environment, "HOMES", 612, 1, LARGEST_SAMPLE),
    )


def _number(environment: Mapping[str, str], name: str, otherwise: int, least: int, most: int) -> int:
    text = environment.get(name) or str(otherwise)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise StartRefused(f"{name}={text} is not a number from {least} to {most}")
    return int(text)


def take_port(asked: Asked) -> socket.socket:
    """The listening socket, taken before anything slow: a taken port is said at once, and nobody can take it later."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(asked.host, asked.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise StartRefused(f"HOST={asked.host} is no address of this machine") from error
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(where)
        taken.listen(2048)
    except PermissionError as error:
        taken.close()
        raise StartRefused(f"port {asked.port} is for root only: choose another, PORT=8000") from error
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartRefused(f"HOST={asked.host} is no address of this machine") from error
        raise StartRefused(
            f"port {asked.port} of {asked.host} is taken ({error.strerror}): stop what listens there, "
            f"or choose another, PORT={asked.port + 1 if asked.port < 65535 else 8000}"
        ) from error
    return taken


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """SIGTERM and a closed terminal stop the start in order, as Ctrl-C does (even where a shell had it ignored)."""

    def interrupt(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def running_database(data_dir: Path, say: Callable[[str], None]) -> Iterator[str]:
    """The admin's address of the house's database: of the house that runs on the folder, else started for the while."""
    if is_outside():
        yield settings_of("registry").database_url
        return
    link = data_dir / "socket"
    if link.is_symlink():
        url = f"postgresql://postgres@/{DATABASE}?host={link.readlink()}"
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            url = ""  # left by a kill: start our own
        if url:
            yield url
            return
    with Postgres(data_dir, say=say) as postgres:
        yield prepare(postgres.url(), say=say)


def choose_origin(admin_url: str, url: str, asked: Asked, say: Callable[[str], None]) -> Origin:
    """The sample is loaded only into a new database, on loopback, unless EMPTY=1; it never stands beside real data."""
    origin = origin_of(url)
    if origin is None:
        sample = asked.is_local and not asked.empty
        origin = Origin(Kind.SAMPLE if sample else Kind.REAL, is_whole=not sample)
        set_origin(url, origin)
        return origin
    if origin.kind is Kind.SAMPLE and asked.empty:
        raise StartRefused(
            f"{asked.data_dir} holds the sample compound: EMPTY=1 needs a data folder of its own, "
            "DATA_DIR=somewhere-else"
        )
    if origin.kind is Kind.SAMPLE and not asked.is_local:
        raise StartRefused(
            f"{asked.data_dir} holds the sample compound, whose sign-ins are for this machine only: "
            "HOST=127.0.0.1, or another DATA_DIR"
        )
    if not origin.is_whole:
        say("The sample was being loaded when the last start ended; beginning anew")
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        prepare(admin_url, say=say)
        set_origin(url, origin)
    return origin


def room_urls(url: str) -> dict[str, str]:
    """Room -> address of its runtime role."""
    if is_outside():
        return {room: settings_of(room).database_url for room in ROOMS}
    return {room: address(url, role=room) for room in ROOMS}


def is_outside() -> bool:
    """Whether the environment names a PostgreSQL that is not ours (docs/operate.md, many processes)."""
    return any(os.environ.get(name) for name in OUTSIDE)


def refuse_outside(command: str) -> None:
    """For what only a house with a PostgreSQL of its own can do."""
    if is_outside():
        raise StartRefused(f"DATABASE_URL is set: {command} works with a PostgreSQL of its own (docs/operate.md)")


def make_real(url: str, data_dir: Path) -> None:
    """Before the first administrator is made: the database says that it is a real house's, or is told so now."""
    if is_outside():
        refuse_sample(url)
        return
    origin = origin_of(url)
    if origin is not None and origin.kind is Kind.SAMPLE:
        raise StartRefused(f"{data_dir} holds the sample compound: choose another DATA_DIR for a real house")
    set_origin(url, Origin(Kind.REAL, is_whole=True))


def refuse_sample(url: str) -> None:
    """StartRefused unless an outside database said to be a real house's."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        if connection.execute(WHAT_IT_IS).fetchone() != (Kind.REAL,):
            raise StartRefused("the database is not a real house's: run python -m migrations first, without SAMPLE")


class Server(BoundedServer):
    """The house's server, told what to do when it is ready and when PostgreSQL is gone; signals are ours."""

    def __init__(self, config: uvicorn.Config, postgres: Postgres, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._postgres = postgres
        self._ready = ready
        self.lost_postgres = False

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # a context manager all the same
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle()
            self._ready()

    def watch(self, loop: asyncio.AbstractEventLoop) -> int:
        """Stop serving when PostgreSQL is gone (a full disk can end it): every answer would be an error.

        Answers the handle to close afterwards.
        """
        handle = os.pidfd_open(self._postgres.pid)
        loop.add_reader(handle, self._lose, loop, handle)
        return handle

    def _lose(self, loop: asyncio.AbstractEventLoop, handle: int) -> None:
        loop.remove_reader(handle)
        self.lost_postgres = True
        self.bound_end()
        self.should_exit = True


async def serve(
    app: ASGIApp, listening: socket.socket, proxies: str, postgres: Postgres, ready: Callable[[], None]
) -> Server:
    """Serve until a signal comes or PostgreSQL is gone; a second Ctrl-C does not wait for open streams."""
    config = uvicorn.Config(
        app,
        # Who the client is, is told by the proxies that the operator names, and by nobody else.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        **LISTENING,
    )
    server = Server(config, postgres, ready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    handle = server.watch(loop)
    try:
        await server.serve(sockets=[listening])
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return server


def in_one_line(error: Exception) -> str:
    """What an operator reads of an error that is no programming mistake."""
    text = " ".join(str(error).split())
    if isinstance(error, psycopg.errors.DiskFull) or "No space left" in text:
        return "the disk is full; nothing acknowledged was lost, make room and start again"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return text


def debugging() -> bool:
    """LINLI_DEBUG=1 shows the whole trace of an error."""
    return bool(os.environ.get("LINLI_DEBUG"))
