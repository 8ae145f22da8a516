"""The whole house in one process, on its own database: ready, signed in, its rooms reaching each other."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gateway.house import House, build_house
from gateway.settings import GatewaySettings
from tests.gateway.planted import calling, living

SIGN_IN = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:somebody-new"}


@pytest.fixture
async def house(clean: None, database_urls: dict[str, str], tmp_path: Path) -> AsyncIterator[House]:
    found = build_house(GatewaySettings(data_dir=tmp_path, port=8000, sample=True), database_urls)
    async with living(found):
        yield found


@pytest.fixture
async def here(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with calling(house, "127.0.0.1", "127.0.0.1:8000") as client:
        yield client


async def test_the_house_is_ready_when_every_room_stands_on_its_newest_revision(here: httpx2.AsyncClient) -> None:
    reply = await here.get("/health/ready")

    assert reply.status_code == 200
    assert {room["room"]: room["migrated"] for room in reply.json()["rooms"]} == {"registry": True, "ticket": True}


async def test_a_token_of_the_registry_opens_the_other_room(here: httpx2.AsyncClient) -> None:
    token = (await here.post("/oauth/token", data=SIGN_IN)).json()["access_token"]

    reply = await here.get("/v1/tickets", headers={"Authorization": f"Bearer {token}"})

    assert (reply.status_code, reply.json()) == (200, {"items": [], "next": None})


async def test_the_sample_clock_moves_every_room(house: House, here: httpx2.AsyncClient) -> None:
    reply = await here.post("/sample/clock", json={"days": 3})

    assert reply.status_code == 200
    assert {app.state.room.clock.offset.days for app in house.apps.values()} == {3}


async def test_no_room_answers_for_its_inside(here: httpx2.AsyncClient) -> None:
    replies = [await here.get(path) for path in ("/internal/health", "/v1/tickets/../../internal/health")]

    assert {reply.status_code for reply in replies} == {404}
