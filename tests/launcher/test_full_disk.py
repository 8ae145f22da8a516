"""A full disk: one clear line before anything is touched, and every acknowledged row there once there is room again."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from shared.postgres import Postgres
from tests.launcher.starts import refusal_of

pytestmark = pytest.mark.prove


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of so many MB; skipped where mounting is not permitted."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        folder = tmp_path / f"disk{megabytes}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"cannot mount a small disk here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Take all room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1 << 16)):
                pass
        except OSError:
            return filler
    raise AssertionError("the disk has no end")


def _insert_until_refused(url: str) -> int:
    """How many rows were acknowledged, numbered from 0."""
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        for number in range(100_000):
            connection.execute("INSERT INTO kept VALUES (%s, repeat('x', 4000))", (number,))
    return number


def test_a_new_house_on_a_disk_without_room_is_refused_and_leaves_nothing(small_disk: Callable[[int], Path]) -> None:
    disk = small_disk(40)

    said = refusal_of(disk / "data")

    assert said.startswith("the disk is full")
    assert "\n" not in said
    assert list((disk / "data").iterdir()) == []


def test_an_old_house_on_a_full_disk_is_refused_and_loses_nothing(
    small_disk: Callable[[int], Path], used_folder: Path, rows: Callable[[Path], list[str]]
) -> None:
    disk = small_disk(200)
    data_dir = shutil.copytree(used_folder, disk / "data")
    filler = _fill(disk)

    said = refusal_of(data_dir)
    filler.unlink()

    assert said.startswith("the disk is full: 0 MB free")
    assert rows(data_dir) == ["kept"]


def test_a_disk_that_fills_up_while_running_loses_no_acknowledged_row(small_disk: Callable[[int], Path]) -> None:
    disk = small_disk(200)
    with Postgres(disk / "data") as postgres:
        url = postgres.url()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (number int, filler text)")
        filler = _fill(disk)
        os.truncate(filler, filler.stat().st_size - (4 << 20))
        acknowledged = _insert_until_refused(url)
        filler.unlink()

    with Postgres(disk / "data") as postgres, psycopg.connect(postgres.url()) as connection:
        found = connection.execute("SELECT count(*) FROM kept WHERE number < %s", (acknowledged,)).fetchone()

    assert found == (acknowledged,)
    assert 0 < acknowledged < 99_999


def test_a_cluster_that_crashed_recovers(used_folder: Path, tmp_path: Path) -> None:
    data_dir = shutil.copytree(used_folder, tmp_path / "data")
    postgres = Postgres(data_dir)
    with psycopg.connect(postgres.start(), autocommit=True) as connection:
        connection.execute("INSERT INTO kept SELECT 'row' FROM generate_series(1, 50000)")
        os.kill(postgres.pid, 9)
    postgres.stop()

    with Postgres(data_dir) as again, psycopg.connect(again.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (50001,)
