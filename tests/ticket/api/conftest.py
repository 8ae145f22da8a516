"""The ticket room over ASGI on a real PostgreSQL, with a small registry that speaks the wire format."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from services.ticket.app import create_app
from services.ticket.settings import TicketSettings
from shared.app import House
from shared.database import new_id
from shared.files import FileReference, References
from tests.factories.tokens import PUBLISHED, Somebody
from tests.ticket.api.neighbour import CODE, COMPOUND, ELSEWHERE, ELSEWHERE_CODE, HOME, registry_app

__all__ = ["CODE", "COMPOUND", "ELSEWHERE", "ELSEWHERE_CODE", "HOME"]
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@dataclass
class Desk:
    """The room as a caller meets it, and the people of one compound."""

    client: httpx2.AsyncClient
    house: House
    resident: Somebody = field(default_factory=lambda: Somebody([f"RESIDENT@{CODE}"], homes=[HOME]))
    neighbour: Somebody = field(default_factory=lambda: Somebody([f"RESIDENT@{CODE}"]))
    clerk: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{CODE}"]))
    secretary: Somebody = field(default_factory=lambda: Somebody([f"SECRETARY@{CODE[:12]}"]))
    grid_worker: Somebody = field(default_factory=lambda: Somebody([f"GRID_WORKER@{CODE}"]))
    worker: Somebody = field(default_factory=lambda: Somebody([f"HANDLER@{CODE}"]))
    volunteer: Somebody = field(default_factory=lambda: Somebody([f"VOLUNTEER@{CODE}"]))
    officer: Somebody = field(default_factory=lambda: Somebody([f"STREET_OFFICER@{CODE[:9]}"]))
    partner: Somebody = field(default_factory=lambda: Somebody([f"PARTNER@{CODE[:9]}"], kind="client"))
    stranger: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{ELSEWHERE_CODE}"]))
    administrator: Somebody = field(default_factory=lambda: Somebody(["ADMINISTRATOR@"]))

    def now_is(self, instant: datetime) -> None:
        """Set the room's clock."""
        self.house.clock.offset = instant - datetime.now(UTC)

    def photo(self, owner: Somebody) -> str:
        """The reference of a file that somebody uploaded."""
        expires = self.house.clock.now() + timedelta(days=7)
        file = FileReference(new_id(), "image/jpeg", "0" * 64, 1000, owner.subject, expires)
        return References(self.house.keys.files).attach(file)

    async def get(self, who: Somebody, path: str, **query: Any) -> httpx2.Response:
        return await self.client.get(path, headers=who.headers, params=query)

    async def post(self, who: Somebody, path: str, body: Mapping[str, Any], **headers: str) -> httpx2.Response:
        return await self.client.post(path, headers={**who.headers, **headers}, json=body)

    async def report(self, who: Somebody | None = None, **changed: Any) -> dict[str, Any]:
        """A lamp that is out, reported with a photo."""
        reporter = who or self.resident
        body = {
            "place": {"compound_id": str(COMPOUND), "building": "3", "entrance": "2"},
            "kind": "HELP",
            "category": "facilities.stair_lamp",
            "words": "三层楼道灯不亮",
            "photos": [self.photo(reporter)],
        }
        reply = await self.post(reporter, "/v1/tickets", {**body, **changed})
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def try_move(self, who: Somebody, ticket: Mapping[str, Any], to: str, **given: Any) -> httpx2.Response:
        return await self.post(who, f"/v1/tickets/{ticket['id']}/moves", {"to": to, **given})

    async def move(self, who: Somebody, ticket: Mapping[str, Any], to: str, **given: Any) -> dict[str, Any]:
        reply = await self.try_move(who, ticket, to, **given)
        assert reply.status_code == 201, reply.text
        assert reply.json()["state"] == to
        return dict(reply.json())

    async def corrected(self, ticket: Mapping[str, Any], kind: str, emergency: bool = False) -> dict[str, Any]:
        """The ticket after the desk set its kind and urgency right."""
        path = f"/v1/tickets/{ticket['id']}"
        change = {"kind": kind, "category": ticket["category"], "emergency": emergency}
        headers = {**self.clerk.headers, "If-Match": (await self.get(self.clerk, path)).headers["etag"]}
        reply = await self.client.put(path, headers=headers, json=change)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def in_progress(self, worker: Somebody | None = None, **changed: Any) -> dict[str, Any]:
        """A ticket that the worker has signed."""
        by, ticket = worker or self.worker, await self.report(**changed)
        await self.move(self.clerk, ticket, "ACCEPTED")
        await self.move(self.clerk, ticket, "DISPATCHED", unit=UNIT, worker_id=str(by.subject))
        return await self.move(by, ticket, "IN_PROGRESS")

    async def answered(self, worker: Somebody | None = None, **changed: Any) -> dict[str, Any]:
        """A ticket with feedback."""
        by, ticket = worker or self.worker, await self.in_progress(worker, **changed)
        return await self.move(by, ticket, "FEEDBACK", answer="已更换灯泡", photos_after=[self.photo(by)])


UNIT = {"name": "宏远维修", "kind": "CONTRACTOR", "helping": []}


@pytest.fixture
async def app(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = TicketSettings(
        database_url=database_urls["ticket"], data_dir=tmp_path, background=False, registry_url="http://house"
    )
    app = create_app(settings)
    house: House = app.state.room
    house.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def desk(app: FastAPI) -> AsyncIterator[Desk]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://house") as client:
        desk = Desk(client, app.state.room)
        desk.now_is(MONDAY)
        yield desk


def uuid_of(value: object) -> UUID:
    return UUID(str(value))
