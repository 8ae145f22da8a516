"""The tiny room, over a database of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from tests.shared.tiny import METADATA, Tiny, create_schema, running


@pytest.fixture(scope="session")
def tiny_url(admin_url: str) -> str:
    """This worker's database with the tiny room's schema in front."""
    create_schema(admin_url)
    join = "&" if "?" in admin_url else "?"
    return f"{admin_url}{join}options=-csearch_path%3Dtiny"


@pytest.fixture
async def tiny(tiny_url: str, tmp_path: Path) -> AsyncIterator[Tiny]:
    async with running(tiny_url, tmp_path / "data") as room:
        names = ", ".join(str(table) for table in METADATA.tables)
        async with room.house.database.engine.begin() as connection:
            await connection.exec_driver_sql(f"TRUNCATE {names}, procrastinate_jobs RESTART IDENTITY CASCADE")
        yield room


@pytest.fixture
def rows(tiny_url: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Look into the room's tables past the room."""

    def look(query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(tiny_url) as connection:
            return connection.execute(query).fetchall()

    return look
