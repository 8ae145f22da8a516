"""What a backup holds, and how a house is made from one: the database, the keys and the files, in one archive."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Sequence
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
ON_ITS_WAY = "#"
"""In the name of a file that the store is still writing; whole it gets another name (obstore's LocalStore)."""

Say = Callable[[str], None]


def back_up(data_dir: Path, keys: Path, archive: Path, say: Say) -> None:
    """Write one archive, of a running or a resting house. It appears under its name only when it is whole.

    `keys` is where they lie: in DATA_DIR, unless KEYS_DIR names another folder.

    The database is dumped first: a file that it names is never changed afterwards, so it is there to be copied. What
    goes away meanwhile is an upload that failed, which no database names.
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
        files = _files_in(data_dir / FILES)
        say(f"Adding keys and {len(files)} files")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw:
                with tarfile.open(fileobj=raw, mode="w|") as tar:
                    tar.add(dump, DUMP)
                    if keys.exists():
                        tar.add(keys, KEYS)
                    gone = _add(tar, data_dir / FILES, files)
                _refuse_named(url, gone)
                raw.flush()
                os.fsync(raw.fileno())
            draft.rename(archive)
        finally:
            draft.unlink(missing_ok=True)
    say(f"{archive}, {archive.stat().st_size / 1e6:.1f} MB. It holds the keys: keep it as safe as the house")


def _files_in(folder: Path) -> list[Path]:
    """Every stored file, and no other."""
    return sorted(path for path in folder.rglob("*") if ON_ITS_WAY not in path.name and path.is_file())


def _add(tar: tarfile.TarFile, folder: Path, files: Iterable[Path]) -> list[Path]:
    """Copy these files of the folder; the ones that are not there any more."""
    gone = []
    if folder.exists():
        tar.add(folder, FILES, recursive=False)
    for path in files:
        try:
            tar.add(path, f"{FILES}/{path.relative_to(folder)}", recursive=False)
        except FileNotFoundError:
            gone.append(path)
    return gone


def _refuse_named(url: str, gone: Sequence[Path]) -> None:
    """StartRefused when the database names a file that went away."""
    with psycopg.connect(url) as connection:
        wanted = [path.name for path in gone]
        query = (
            "SELECT name FROM unnest(%s::text[]) AS gone(name) JOIN registry.file ON replace(id::text, '-', '') = name"
        )
        named = connection.execute(query, (wanted,)).fetchone() if wanted else None
    if named:
        raise StartRefused(f"the file {named[0]} went away while it was copied, and the database names it")


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
