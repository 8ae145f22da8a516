"""One house for all bad input that a worker is given: none of it leaves anything behind."""

from collections.abc import AsyncIterator, Iterator

import pytest

from migrations.heads import ROOMS
from migrations.roles import address
from tests.factories.databases import database_for
from tests.factories.whole_house import WholeHouse, running


@pytest.fixture(scope="session")
def own_database(postgres: str) -> Iterator[str]:
    yield from database_for(postgres, "input")


@pytest.fixture(scope="session")
async def whole(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeHouse]:
    urls = {room: address(own_database, role=room) for room in ROOMS}
    async with running(urls, tmp_path_factory.mktemp("house") / "data") as house:
        yield house
