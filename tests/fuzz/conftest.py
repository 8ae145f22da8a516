"""One served house for all fuzzing of a worker."""

from collections.abc import Iterator

import pytest

from migrations.heads import ROOMS
from migrations.roles import address
from tests.factories.databases import database_for
from tests.fuzz.served import Served, served


@pytest.fixture(scope="module")
def fuzz_database(postgres: str) -> Iterator[str]:
    yield from database_for(postgres, "fuzz")


@pytest.fixture(scope="module")
def house(fuzz_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    urls = {room: address(fuzz_database, role=room) for room in ROOMS}
    with served(urls, tmp_path_factory.mktemp("fuzz") / "data") as found:
        yield found
