"""One house for all access tests of a module: they look, and change nothing that another test looks at."""

from collections.abc import AsyncIterator, Iterator

import pytest

from migrations.heads import ROOMS
from migrations.roles import address
from tests.factories.databases import database_for
from tests.factories.whole_house import WholeHouse, running


@pytest.fixture(scope="module")
def own_database(postgres: str) -> Iterator[str]:
    yield from database_for(postgres, "access")


@pytest.fixture(scope="module")
async def whole(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeHouse]:
    """A house with the sample and two compounds more, over a database of its own."""
    urls = {room: address(own_database, role=room) for room in ROOMS}
    async with running(urls, tmp_path_factory.mktemp("house") / "data", sample_homes=60) as house:
        yield house
