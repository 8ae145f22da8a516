"""The whole house in one process, on its own database: ready, signed in, its rooms reaching each other."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from gateway.house import House, Recorded, build_house, first_administrator, load_sample
from gateway.settings import GatewaySettings
from migrations.heads import ROOMS
from tests.gateway.planted import calling, crash, living

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
    assert {room["room"]: room["migrated"] for room in reply.json()["rooms"]} == dict.fromkeys(ROOMS, True)


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


async def test_every_sample_sign_in_that_is_offered_opens_a_session(house: House, here: httpx2.AsyncClient) -> None:
    await load_sample(house, 60, lambda line: None)

    replies = [await here.post("/oauth/token", data=dict(person.form)) for person in house.sign_ins]

    assert {reply.status_code for reply in replies} == {200}
    assert len(replies) > 10


async def test_a_sample_that_is_loaded_is_left_alone(house: House) -> None:
    said: list[str] = []

    await load_sample(house, 60, lambda line: None)
    await load_sample(house, 60, said.append)

    assert said == []


async def test_the_questionnaire_of_the_sample_is_published_as_it_ships(house: House, here: httpx2.AsyncClient) -> None:
    """VIS-5. It waits for a round, version 1, in the sample compound."""
    await load_sample(house, 60, lambda line: None)
    clerk = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:clerk"}
    token = (await here.post("/oauth/token", data=clerk)).json()["access_token"]
    here.headers["Authorization"] = f"Bearer {token}"

    (survey,) = (await here.get("/v1/surveys")).json()["items"]
    shipped = await here.get(f"/v1/surveys/{survey['id']}/versions/1")
    opened = await here.post("/v1/rounds", json={"survey_id": survey["id"], "title": "十一月入户"})

    assert (survey["latest"], shipped.status_code) == (1, 200)
    assert (opened.status_code, opened.json()["homes"]) == (201, 60)


async def test_there_is_one_first_administrator(clean: None, database_urls: dict[str, str], tmp_path: Path) -> None:
    settings = GatewaySettings(data_dir=tmp_path, port=8000)

    first = await first_administrator(settings, database_urls, "admin")
    second = await first_administrator(settings, database_urls, "admin2")

    assert first is not None
    assert second is None


async def test_a_room_that_falls_over_inside_is_recorded_and_told_as_500() -> None:
    transport = httpx2.ASGITransport(Recorded(crash, "registry"), raise_app_exceptions=False)

    with capture_logs() as lines:
        async with httpx2.AsyncClient(transport=transport, base_url="http://house") as neighbour:
            reply = await neighbour.get("/internal/homes/7")

    assert reply.status_code == 500
    assert [(line["event"], line["room"]) for line in lines] == [("crashed", "registry")]
