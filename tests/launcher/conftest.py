"""Data folders to start in: new ones, and copies of one that was used and stopped cleanly."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shared.postgres import Postgres


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Not pytest's: as root each pytest closes /tmp/pytest-of-root anew, also over a PostgreSQL of another run."""
    with tempfile.TemporaryDirectory(prefix="linli-launcher-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def used_folder() -> Iterator[Path]:
    """A data folder whose cluster holds the table `kept` with the row 'kept'."""
    with tempfile.TemporaryDirectory(prefix="linli-launcher-") as folder:
        with Postgres(Path(folder), throwaway=True) as postgres, psycopg.connect(postgres.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'kept' AS what")
        yield Path(folder)


@pytest.fixture
def data_dir(tmp_path: Path, used_folder: Path) -> Path:
    """A copy of the used folder; as root the copy is root's, as a restored backup would be."""
    return Path(shutil.copytree(used_folder, tmp_path / "data"))


@pytest.fixture
def rows() -> Iterator[Callable[[Path], list[str]]]:
    """Start in a folder and answer the rows of `kept`; stopped at the end of the test."""
    running: list[Postgres] = []

    def read(folder: Path) -> list[str]:
        running.append(Postgres(folder, throwaway=True))
        with psycopg.connect(running[-1].start()) as connection:
            return [what for (what,) in connection.execute("SELECT what FROM kept")]

    yield read
    for postgres in running:
        postgres.stop()
