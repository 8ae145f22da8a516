"""Whether a data folder can be used by PostgreSQL now: one start at a time, right version, room left, nobody inside."""

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Say = Callable[[str], None]

LONGEST_PATH = 900
"""PostgreSQL keeps paths in 1,024 bytes (MAXPGPATH), file names inside the folder included."""
ORPHAN_SECONDS = 60.0
MIB = 1 << 20
SOCKET_PATH_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"


class LauncherRefused(Exception):
    """PostgreSQL cannot be started here; the message is one line for the operator. Nothing was lost."""


def open_data_dir(data_dir: Path) -> Path:
    """Make the data folder if need be and answer its real path; refuses what PostgreSQL could not use."""
    try:
        real = Path(os.path.realpath(data_dir))
        if len(os.fsencode(real)) > LONGEST_PATH:
            raise LauncherRefused(
                f"the path of the data folder is {len(os.fsencode(real))} bytes long and PostgreSQL takes "
                f"{LONGEST_PATH}: set DATA_DIR to a shorter one"
            )
        if not real.exists():
            real.mkdir(parents=True, exist_ok=True)  # another start may make it at the same moment
            # As root another account must pass through; what it must not see (keys/) is closed in itself.
            real.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if not real.is_dir():
            raise LauncherRefused(f"{real} is not a folder: set DATA_DIR to one")
    except OSError as error:
        raise LauncherRefused(
            f"cannot use the data folder {data_dir}: {error.strerror}; set DATA_DIR to one"
        ) from error
    if not os.access(real, os.W_OK | os.X_OK, effective_ids=True):
        raise LauncherRefused(f"cannot write to the data folder {real}: set DATA_DIR to a folder that you may write to")
    return real


class FolderLock:
    """An flock on the folder itself: needs no file, works on a full disk, ends with the process that holds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fd = -1

    def take(self) -> None:
        self._fd = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(self._fd)
            self.release()
            raise LauncherRefused(
                f"the data folder {self._folder} is in use by another start{holder}: stop that one, "
                "or set DATA_DIR (and PORT) for a second house"
            ) from error

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _holder(fd: int) -> str:
    """` (process 123)` when the kernel says who holds the lock, else nothing."""
    with suppress(OSError):
        inode = os.fstat(fd).st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
                return f" (process {fields[4]})"
    return ""


def clear_leftovers(cluster: Path, say: Say) -> None:
    """With the lock held: wait until no PostgreSQL lives in the folder, then drop a pid file that says otherwise.

    The pid in the file proves nothing (stale, truncated, a zombie, a number now used by a stranger), so what counts
    is whether a process named postgres has the folder as its working folder: server and backends all do.
    """
    started = time.monotonic()
    told = False
    while residents := _residents(cluster):
        if time.monotonic() - started > ORPHAN_SECONDS:
            raise LauncherRefused(f"PostgreSQL (process {residents[0]}) still runs in {cluster}: stop it first")
        if not told:
            say("An earlier PostgreSQL is still shutting down; waiting for it")
            told = True
        time.sleep(0.05)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _residents(cluster: Path) -> list[int]:
    here = os.path.realpath(cluster)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, a zombie, or a stranger's
            if (process / "comm").read_text().strip() == "postgres" and str((process / "cwd").readlink()) == here:
                found.append(int(process.name))
    return sorted(found)


def remove_socket_folder(note: Path) -> None:
    """Drop the socket folder that a killed start left behind; `note` is a symbolic link to it."""
    if not note.is_symlink():
        return
    folder = note.readlink()
    if folder.name.startswith("linli-") and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)


def refuse_other_major(data_dir: Path, cluster: Path, major: int) -> None:
    try:
        if cluster.exists():
            found = (cluster / "PG_VERSION").read_text().strip()
            if found != str(major):
                raise LauncherRefused(_other_major(cluster, found, major))
            return
    except PermissionError as error:
        raise LauncherRefused(
            f"{cluster} belongs to user {_owner(cluster)} (was the house started as root?): start as that user or as "
            "root, or give the folder to yourself with chown -R"
        ) from error
    except FileNotFoundError as error:
        raise LauncherRefused(
            f"{cluster} has no PG_VERSION, so it is not a whole PostgreSQL cluster: restore it, or move it away"
        ) from error
    for other in sorted(data_dir.glob("pg[0-9][0-9]")):
        raise LauncherRefused(_other_major(other, other.name[2:], major))


def _other_major(cluster: Path, found: str, major: int) -> str:
    return (
        f"{cluster} is of PostgreSQL {found}, these programs are of {major}: set PG_BIN to the programs of {found}, "
        f"dump, and restore into a new DATA_DIR; nothing was touched"
    )


def _owner(path: Path) -> str:
    with suppress(KeyError, OSError):
        return path.owner()
    return "another"


def refuse_full_disk(data_dir: Path, needed: int) -> None:
    disk = os.statvfs(data_dir)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise LauncherRefused(
            f"the disk is full: {free // MIB} MB free for {data_dir}, {needed // MIB} MB needed to start; "
            "nothing was lost, make room and start again"
        )


def make_socket_folder(note: Path, user: int | None, group: int | None) -> Path:
    """A private folder with a short path; `note`, a link to it, lets the next start remove what a kill left."""
    remove_socket_folder(note)
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
        # 8 random characters of mkdtemp; the list of socket folders splits at commas.
        fits = len(os.fsencode(place)) + len(f"/linli-12345678/{SOCKET_NAME}") <= SOCKET_PATH_LIMIT
        if not fits or re.search(r"[\s,\"']", place) or not _passable(Path(place)):
            continue
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="linli-", dir=place))
            if user is not None and group is not None:
                os.chown(folder, user, group)
            note.symlink_to(folder)
            return folder
    raise LauncherRefused(f"no folder for PostgreSQL's socket: {tempfile.gettempdir()} and /tmp cannot be used")


def _passable(place: Path) -> bool:
    """Whether every user may pass: the socket's folder is closed, the way to it must not be."""
    with suppress(OSError):
        return all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents))
    return False


def in_words(error: Exception) -> str:
    """An operating system's error in one line, with its file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
