"""A house for journeys: real HTTP on a loopback port, sample mode, and the three people every sample has."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.types import ASGIApp

from gateway.app import Gateway, Plan
from gateway.house import build_house, first_administrator
from gateway.http_upstream import Http
from gateway.settings import GatewaySettings
from migrations.heads import ROOMS
from services.election.app import create_app as election_app
from services.election.settings import ElectionSettings
from services.meeting.app import create_app as meeting_app
from services.meeting.settings import MeetingSettings
from services.registry.app import create_app as registry_app
from services.registry.settings import RegistrySettings
from services.survey.app import create_app as survey_app
from services.survey.settings import SurveySettings
from services.ticket.app import create_app as ticket_app
from services.ticket.settings import TicketSettings
from shared.serve import TakenIn
from tests.gateway.served import listening_socket

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


@pytest.fixture(params=["one process", pytest.param("rooms apart", marks=pytest.mark.prove)])
def house_url(
    request: pytest.FixtureRequest,
    clean: None,
    database_urls: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of a house whose administrator, officer and secretary may be signed in as, in both modes."""
    monkeypatch.setenv("MEETING_TASK_LOOK_SECONDS", "1")  # a ticket's news reaches its task sooner
    listening = listening_socket()
    settings = GatewaySettings(port=listening.getsockname()[1], data_dir=tmp_path, sample=True)
    assert asyncio.run(first_administrator(settings, database_urls, "administrator")) is not None
    apart = request.param == "rooms apart"
    with contextlib.ExitStack() as stack:
        house = _apart(stack, settings, database_urls) if apart else build_house(settings, database_urls)
        stack.enter_context(serving(house, listening))
        staff(settings.url)
        yield settings.url


def _apart(stack: contextlib.ExitStack, settings: GatewaySettings, urls: dict[str, str]) -> Gateway:
    """Each room behind a server of its own, reached over HTTP only, as containers would be."""
    sockets = {name: listening_socket() for name in ROOMS}
    at = {name: f"http://127.0.0.1:{one.getsockname()[1]}" for name, one in sockets.items()}
    common: dict[str, Any] = {"data_dir": settings.data_dir, "public_url": settings.url, "sample": True}
    common["registry_url"] = at["registry"]
    apps = {
        "registry": registry_app(RegistrySettings(database_url=urls["registry"], **common)),
        "ticket": ticket_app(TicketSettings(database_url=urls["ticket"], **common)),
        "survey": survey_app(SurveySettings(database_url=urls["survey"], **common)),
        "election": election_app(ElectionSettings(database_url=urls["election"], **common)),
        "meeting": meeting_app(MeetingSettings(database_url=urls["meeting"], ticket_url=at["ticket"], **common)),
    }
    for name, app in apps.items():
        stack.enter_context(serving(TakenIn(app), sockets[name], room=True))
    key = apps["registry"].state.room.house_key
    return Gateway(settings, Plan([Http(name, url) for name, url in at.items()], sign=lambda: key.sign("gateway")))


@contextlib.contextmanager
def serving(app: ASGIApp, listening: socket.socket, room: bool = False) -> Iterator[None]:
    config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False, proxy_headers=room)
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


def staff(url: str) -> None:
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
