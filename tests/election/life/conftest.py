"""One running room for all lives of a test."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from services.election.app import create_app
from services.election.settings import ElectionSettings
from tests.election.api.conftest import Hall
from tests.election.api.neighbour import Books, registry_app
from tests.election.life.world import WORLDS, World
from tests.factories.tokens import PUBLISHED


@pytest.fixture
def world(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> Iterator[World]:
    app = create_app(
        ElectionSettings(
            database_url=database_urls["election"], data_dir=tmp_path, background=False, registry_url="http://house"
        )
    )
    books = Books()
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, books))
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://house")
        WORLDS.append(World(runner, Hall(client, app.state.room, books), database_urls["election"]))
        try:
            yield WORLDS[0]
        finally:
            WORLDS.clear()
            runner.run(client.aclose())
            runner.run(lifespan.__aexit__(None, None, None))
