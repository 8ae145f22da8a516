"""The survey room over ASGI on a real PostgreSQL, with a small registry that speaks the wire format."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from services.survey.app import create_app
from services.survey.sample import make
from services.survey.settings import SurveySettings
from shared.app import House
from shared.database import new_id
from tests.factories.tokens import PUBLISHED, Somebody
from tests.survey.api.neighbour import CODE, COMPOUND, ELSEWHERE_CODE, HOMES, registry_app

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
ANSWERED_AT = "2026-11-23T10:00:00+08:00"
ANSWERS: Mapping[str, Any] = {
    "household": {"age_0_13": 0, "age_14_59": 2, "age_60": 1},
    "help_wanted": ["SHOPPING"],
    "elder_company": "YES",
    "matters": ["LAMP", "ROOF"],
    "occupation": "RETIRED",
    "contact_channel": "DOOR",
}


@dataclass
class Office:
    """The room as a caller meets it, and the people of one compound."""

    client: httpx2.AsyncClient
    house: House
    held: dict[UUID, list[tuple[str, str | None]]]
    """What the registry knows of roles: person -> role and when it ended."""
    clerk: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{CODE}"]))
    visitor: Somebody = field(default_factory=lambda: Somebody([f"GRID_WORKER@{CODE}"]))
    volunteer: Somebody = field(default_factory=lambda: Somebody([f"VOLUNTEER@{CODE}"]))
    resident: Somebody = field(default_factory=lambda: Somebody([f"RESIDENT@{CODE}"], homes=[HOMES[0]]))
    neighbour: Somebody = field(default_factory=lambda: Somebody([f"RESIDENT@{CODE}"], homes=[HOMES[1]]))
    officer: Somebody = field(default_factory=lambda: Somebody([f"STREET_OFFICER@{CODE[:9]}"]))
    stranger: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{ELSEWHERE_CODE}"]))

    def now_is(self, instant: datetime) -> None:
        """Set the room's clock."""
        self.house.clock.offset = instant - datetime.now(UTC)

    def holds(self, who: Somebody, role: str, until: str | None = None) -> None:
        """Let the registry know of a role in the compound."""
        self.held.setdefault(who.subject, []).append((role, until))

    async def get(self, who: Somebody, path: str, **query: Any) -> httpx2.Response:
        return await self.client.get(path, headers=who.headers, params=query)

    async def post(self, who: Somebody, path: str, body: Mapping[str, Any], **headers: str) -> httpx2.Response:
        said = {**who.headers, **headers, "Content-Type": "application/json"}
        return await self.client.post(path, headers=said, content=json.dumps(body))  # ASCII: also lone surrogates

    async def put(self, who: Somebody, path: str, body: Mapping[str, Any], version: int) -> httpx2.Response:
        headers = {**who.headers, "If-Match": f'"{version}"'}
        return await self.client.put(path, headers=headers, json=body)

    async def done(self, who: Somebody, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """Post what must succeed."""
        reply = await self.post(who, path, body, **headers)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def survey(self) -> dict[str, Any]:
        return await self.done(self.clerk, "/v1/surveys", {"compound_id": str(COMPOUND), "title": "入户摸底"})

    async def upload(self, survey: Mapping[str, Any], content: bytes, who: Somebody | None = None) -> httpx2.Response:
        path = f"/v1/surveys/{survey['id']}/workbooks"
        return await self.client.post(path, headers=(who or self.clerk).headers, files={"file": ("问卷.xlsx", content)})

    async def published(self) -> dict[str, Any]:
        """The story's questionnaire, published."""
        survey = await self.survey()
        await self.done(self.clerk, f"/v1/surveys/{survey['id']}/versions", records())
        return survey

    async def round(self, **changed: Any) -> dict[str, Any]:
        """A round over all twelve homes."""
        survey = await self.published()
        return await self.done(self.clerk, "/v1/rounds", {"survey_id": survey["id"], "title": "十一月入户", **changed})

    async def move(self, found: Mapping[str, Any], move: str) -> httpx2.Response:
        return await self.post(self.clerk, f"/v1/rounds/{found['id']}/moves", {"move": move})

    def visit(self, found: Mapping[str, Any], home: UUID = HOMES[0], **changed: Any) -> dict[str, Any]:
        """The body of a visit that met the owner."""
        return {
            "id": str(new_id()),
            "round_id": found["id"],
            "home_id": str(home),
            "second_visitor": str(self.volunteer.subject),
            "outcome": "MET",
            "relation": "OWNER",
            "notice_version": "2026-1",
            "visited_at": ANSWERED_AT,
            **changed,
        }

    def absent(self, found: Mapping[str, Any], home: UUID = HOMES[0]) -> dict[str, Any]:
        return self.visit(found, home, outcome="ABSENT", relation=None, notice_version=None)

    def submission(self, found: Mapping[str, Any], home: UUID = HOMES[0], **changed: Any) -> dict[str, Any]:
        """The body of a record of answers."""
        return {
            "id": str(new_id()),
            "round_id": found["id"],
            "home_id": str(home),
            "answers": {**ANSWERS, **changed.pop("answers", {})},
            "consents": ["ANSWERS"],
            "notice_version": "2026-1",
            "answered_at": ANSWERED_AT,
            **changed,
        }

    def edit(self, **changed: Any) -> dict[str, Any]:
        """The body of a further edition."""
        body = self.submission({"id": ""}, **changed)
        for name in ("id", "round_id", "home_id"):
            del body[name]
        return {"instance_id": str(new_id()), "reason": "点错了", **body}


def records() -> dict[str, Any]:
    return dict(make.records())


@pytest.fixture
async def app(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = SurveySettings(
        database_url=database_urls["survey"], data_dir=tmp_path, background=False, registry_url="http://house"
    )
    app = create_app(settings)
    house: House = app.state.room
    registry = registry_app(PUBLISHED)
    app.state.held = registry.state.held
    house.transports["registry"] = httpx2.ASGITransport(registry)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def office(app: FastAPI) -> AsyncIterator[Office]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://house") as client:
        office = Office(client, app.state.room, app.state.held)
        for who in (office.clerk, office.visitor, office.volunteer):
            office.holds(who, str(who.grants[0]).partition("@")[0])
        office.now_is(MONDAY)
        yield office
