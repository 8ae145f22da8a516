"""What a backup holds, and how a house is made from one: the database, the keys and the files, in one archive."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from gateway.start import StartRefused, running_database
from migrations.roles import DATABASE, bootstrap
from migrations.run import prepare
from shared.postgres import Postgres, find_binaries

DUMP = "database.dump"
KEYS, FILES = "keys", "files"
"""Folders beside the database: without the keys, sealed values and files cannot be read."""

Say = Callable[[str], None]


def back_up(data_dir: Path, keys: Path, archive: Path, say: Say) -> None:
    """Write one archive, of a running or a resting house. It appears under its name only when it is whole.

    `keys` is where they lie: in DATA_DIR, unless KEYS_DIR names another folder.

    The database is dumped first: a file that it names is never changed afterwards, so it is there to be copied.
    """
    if archive.exists():
        raise StartRefused(f"{archive} is there already: a backup never overwrites one")
    if not archive.absolute().parent.is_dir():
        raise StartRefused(f"there is no folder {archive.absolute().parent}")
    draft = archive.with_name(f".{archive.name}.part")
    with tempfile.TemporaryDirectory(prefix="linli-backup-") as folder, running_database(data_dir, say) as url:
        dump = Path(folder) / DUMP
        say("Dumping the database")
        _run("pg_dump", "--format=custom", "--file", str(dump), "--dbname", url)
        say("Adding keys and files")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw:
                with tarfile.open(fileobj=raw, mode="w|") as tar:
                    tar.add(dump, DUMP)
                    for folder_kept, name in ((keys, KEYS), (data_dir / FILES, FILES)):
                        if folder_kept.exists():
                            tar.add(folder_kept, name)
                raw.flush()
                os.fsync(raw.fileno())
            draft.rename(archive)
        finally:
            draft.unlink(missing_ok=True)
    say(f"{archive}, {archive.stat().st_size / 1e6:.1f} MB. It holds the keys: keep it as safe as the house")


def restore(data_dir: Path, archive: Path, say: Say) -> None:
    """Make a house in an empty DATA_DIR from an archive, at the newest revision of this version."""
    if data_dir.exists() and any(data_dir.iterdir()):
        raise StartRefused(f"{data_dir} is not empty: a backup is restored into a new DATA_DIR")
    if not archive.is_file():
        raise StartRefused(f"there is no backup {archive}")
    with tempfile.TemporaryDirectory(prefix="linli-restore-") as folder:
        say("Reading the backup")
        _unpack(archive, Path(folder))
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            _fill(data_dir, Path(folder), say)
        except BaseException:
            _empty(data_dir)
            raise
    say(f"{data_dir} is a house again: make run DATA_DIR={data_dir}")


def _fill(data_dir: Path, unpacked: Path, say: Say) -> None:
    for name in (KEYS, FILES):
        if (unpacked / name).exists():
            shutil.copytree(unpacked / name, data_dir / name)
            (data_dir / name).chmod(0o700)  # a tar filter leaves folders to the umask
    with Postgres(data_dir, say=say) as postgres:
        say("Restoring the database")
        _refill(postgres.url(), unpacked / DUMP)
        prepare(postgres.url(), say=say)


def _empty(data_dir: Path) -> None:
    """It was empty before; half a house would be started on, and could be taken for a new one."""
    for made in data_dir.iterdir():
        if made.is_dir() and not made.is_symlink():
            shutil.rmtree(made)
        else:
            made.unlink()


def _unpack(archive: Path, folder: Path) -> None:
    if not hasattr(tarfile, "data_filter"):
        raise StartRefused(f"a restore needs Python 3.11.4 or newer; this is {sys.version.split()[0]}")
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as fault:
        raise StartRefused(f"{archive} cannot be read as a backup: {str(fault).splitlines()[0]}") from fault
    if not (folder / DUMP).is_file():
        raise StartRefused(f"{archive} holds no {DUMP}: it is no backup of a house")


def _refill(admin_url: str, dump: Path) -> None:
    """Roles first, then an empty database, then everything the dump holds with its owners and grants."""
    url = bootstrap(admin_url)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    _run("pg_restore", "--exit-on-error", "--dbname", url, str(dump))


def _run(program: str, *arguments: str) -> None:
    command = [str(find_binaries(os.environ).folder / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StartRefused(f"{program} failed: {reason}")
