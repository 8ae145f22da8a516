"""A house for journeys: real HTTP on a loopback port, sample mode, and the three people every sample has."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn

from gateway.house import House, build_house, first_administrator
from gateway.settings import GatewaySettings

COMMUNITY = "140109013001"
STREET = "140109013"


class _Server(uvicorn.Server):
    """A server in a thread of its own; the test's signals are not its business."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.decided.set()


@pytest.fixture
def house_url(clean: None, database_urls: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a house whose administrator, officer and secretary may be signed in as."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = GatewaySettings(port=listening.getsockname()[1], data_dir=tmp_path, sample=True)
    assert asyncio.run(first_administrator(settings, database_urls, "administrator")) is not None
    with _serving(build_house(settings, database_urls), listening):
        _staff(settings.url)
        yield settings.url


@contextlib.contextmanager
def _serving(house: House, listening: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(house, lifespan="on", log_config=None, access_log=False)
    server = _Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        assert server.decided.wait(30)
        assert server.started
        yield
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


def _staff(url: str) -> None:
    """What a sample house would have: a community, an officer of its street, its secretary."""
    with httpx2.Client(base_url=url, trust_env=False) as client:
        form = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:administrator"}
        token = client.post("/oauth/token", data=form).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        _post(client, "/v1/regions", {"code": COMMUNITY, "name": "晋阳社区"})
        for login, role, scope in (("officer", "STREET_OFFICER", STREET), ("secretary", "SECRETARY", COMMUNITY)):
            person = _post(client, "/v1/people", {"name": "示例"})["id"]
            _post(client, "/v1/roles", {"holder": person, "role": role, "scope": scope})
            _post(client, f"/v1/people/{person}/invitations", {"login": login})


def _post(client: httpx2.Client, path: str, body: dict[str, str]) -> dict[str, str]:
    reply = client.post(path, json=body)
    assert reply.is_success, reply.text
    found: dict[str, str] = reply.json()
    return found
