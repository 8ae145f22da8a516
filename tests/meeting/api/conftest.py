"""The meeting room over ASGI on a real PostgreSQL, with a small registry and a small ticket room beside it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.meeting.app import create_app
from services.meeting.settings import MeetingSettings
from shared.app import House
from tests.factories.tokens import PUBLISHED, Somebody
from tests.meeting.api.neighbours import CODE, COMPOUND, ELSEWHERE, ELSEWHERE_CODE, TicketRoom, registry_app

__all__ = ["CODE", "COMPOUND", "ELSEWHERE", "ELSEWHERE_CODE"]
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
EVENING = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)  # Friday 19:00: three whole days after Monday
SOUND = {
    "inside_compound": True,
    "lawful": True,
    "private_quarrel": False,
    "owners_matter": False,
    "emergency": False,
}


def lives_here() -> Somebody:
    return Somebody([f"RESIDENT@{CODE}"])


@dataclass
class Table:
    """The room as a caller meets it, and the people of one compound."""

    client: httpx2.AsyncClient
    house: House
    tickets: TicketRoom
    clerk: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{CODE}"]))
    secretary: Somebody = field(default_factory=lambda: Somebody([f"SECRETARY@{CODE[:12]}"]))
    officer: Somebody = field(default_factory=lambda: Somebody([f"STREET_OFFICER@{CODE[:9]}"]))
    chair: Somebody = field(default_factory=lambda: Somebody([f"OWNER@{CODE}"]))
    recorder: Somebody = field(default_factory=lives_here)
    witness: Somebody = field(default_factory=lives_here)
    resident: Somebody = field(default_factory=lives_here)
    neighbour: Somebody = field(default_factory=lives_here)
    stranger: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{ELSEWHERE_CODE}"]))
    members: list[Somebody] = field(default_factory=lambda: [lives_here() for _ in range(6)])

    def now_is(self, instant: datetime) -> None:
        """Set the room's clock."""
        self.house.clock.offset = instant - datetime.now(UTC)

    def later(self, **span: float) -> None:
        self.house.clock.offset += timedelta(**span)

    async def get(self, who: Somebody, path: str, **query: Any) -> httpx2.Response:
        return await self.client.get(path, headers=who.headers, params=query)

    async def post(self, who: Somebody, path: str, body: Mapping[str, Any], **headers: str) -> httpx2.Response:
        return await self.client.post(path, headers={**who.headers, **headers}, json=body)

    async def put(self, who: Somebody, path: str, body: Mapping[str, Any], version: int) -> httpx2.Response:
        return await self.client.put(path, headers={**who.headers, "If-Match": f'"{version}"'}, json=body)

    async def done(self, who: Somebody, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        reply = await self.post(who, path, body, **headers)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def read(self, who: Somebody, path: str, **query: Any) -> dict[str, Any]:
        reply = await self.get(who, path, **query)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def topic(self, who: Somebody | None = None, **changed: Any) -> dict[str, Any]:
        """A topic put up."""
        body = {"compound_id": str(COMPOUND), "title": "修好三号楼楼道灯", "words": "二单元三层的灯坏了两个月"}
        return await self.done(who or self.resident, "/v1/topics", {**body, **changed})

    async def accepted(self, **changed: Any) -> dict[str, Any]:
        topic = await self.topic(**changed)
        return await self.done(self.clerk, f"/v1/topics/{topic['id']}/screenings", {"test": SOUND, "outcome": "ACCEPT"})

    async def council(self, members: Sequence[Somebody] | None = None) -> dict[str, Any]:
        seats = [
            {"person_id": str(member.subject), "name": f"王{place}", "capacity": "RESIDENTS_DELEGATE"}
            for place, member in enumerate(members or self.members)
        ]
        body = {"compound_id": str(COMPOUND), "name": "和平里议事会", "term_starts": "2026-01-01"}
        return await self.done(
            self.clerk, "/v1/meetings/councils", {**body, "term_ends": "2028-12-31", "members": seats}
        )

    async def draft(self, **changed: Any) -> dict[str, Any]:
        """A council's meeting in DRAFT, with officers."""
        body: dict[str, Any] = {
            "compound_id": str(COMPOUND),
            "kind": "COUNCIL",
            "title": "十一月议事会",
            "place": "社区活动室",
            "starts_at": EVENING.isoformat(),
            "agenda": ["通报"],
            **changed,
        }
        if body["kind"] == "COUNCIL" and "council_id" not in body:
            body["council_id"] = (await self.council())["id"]
        meeting = await self.done(self.clerk, "/v1/meetings", body)
        return await self.officers(meeting)

    async def officers(self, meeting: Mapping[str, Any]) -> dict[str, Any]:
        named = {
            name: {"person_id": str(who.subject), "name": words, "capacity": "OFFICE"}
            for name, who, words in (
                ("chair", self.chair, "陈主持"),
                ("recorder", self.recorder, "李记录"),
                ("witness", self.witness, "赵见证"),
            )
        }
        reply = await self.put(self.clerk, f"/v1/meetings/{meeting['id']}/officers", named, meeting["version"])
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    async def try_move(self, who: Somebody, meeting: Mapping[str, Any], to: str, **given: Any) -> httpx2.Response:
        return await self.post(who, f"/v1/meetings/{meeting['id']}/moves", {"to": to, **given})

    async def move(self, who: Somebody, meeting: Mapping[str, Any], to: str, **given: Any) -> dict[str, Any]:
        reply = await self.try_move(who, meeting, to, **given)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def open_meeting(self, *topics: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
        """Announced on Monday, opened on Friday evening."""
        meeting = await self.draft(**changed)
        for topic in topics:
            path = f"/v1/topics/{topic['id']}/moves"
            await self.done(self.clerk, path, {"to": "SCHEDULED", "meeting_id": meeting["id"]})
        await self.move(self.clerk, meeting, "NOTICED")
        self.now_is(EVENING)
        return await self.move(self.chair, meeting, "OPEN")

    async def code(self, meeting: Mapping[str, Any]) -> str:
        return str((await self.read(self.recorder, f"/v1/meetings/{meeting['id']}/sign-in-code"))["code"])

    async def arrive(self, meeting: Mapping[str, Any], *people: Somebody, **given: Any) -> None:
        code = await self.code(meeting)
        for person in people:
            await self.done(person, f"/v1/meetings/{meeting['id']}/arrivals", {"code": code, **given})

    async def resolution(self, meeting: Mapping[str, Any], item: int = 2, **changed: Any) -> dict[str, Any]:
        """A resolution whose vote is open."""
        body = {"item": item, "text": "两周内修好三号楼二单元楼道灯。", "method": "NAMED", **changed}
        put = await self.done(self.recorder, f"/v1/meetings/{meeting['id']}/resolutions", body)
        return await self.done(self.chair, f"/v1/resolutions/{put['id']}/openings", {})

    async def vote(self, resolution: Mapping[str, Any], choice: str, *people: Somebody) -> None:
        for person in people:
            await self.done(person, f"/v1/resolutions/{resolution['id']}/votes", {"choice": choice})

    async def close(self, resolution: Mapping[str, Any], **body: Any) -> dict[str, Any]:
        return await self.done(self.chair, f"/v1/resolutions/{resolution['id']}/closings", body)

    async def passed(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Topic, meeting (open) and a resolution that four of four present members passed."""
        topic = await self.accepted()
        meeting = await self.open_meeting(topic)
        await self.arrive(meeting, *self.members[:4])
        resolution = await self.resolution(meeting)
        await self.vote(resolution, "AGREE", *self.members[:4])
        return topic, meeting, await self.close(resolution)

    async def laid(self, meeting: Mapping[str, Any], **body: Any) -> dict[str, Any]:
        version = (await self.read(self.clerk, f"/v1/meetings/{meeting['id']}"))["version"]
        path = f"/v1/meetings/{meeting['id']}/minutes"
        return await self.done(self.recorder, path, body, **{"If-Match": f'"{version}"'})

    async def sign(self, meeting: Mapping[str, Any], minutes: Mapping[str, Any], *people: Somebody) -> dict[str, Any]:
        signed: dict[str, Any] = {}
        for person in people or (self.chair, self.recorder, self.witness):
            path = f"/v1/meetings/{meeting['id']}/minutes/{minutes['version']}/signatures"
            signed = await self.done(person, path, {"digest": minutes["digest"]})
        return signed


@pytest.fixture
def tickets() -> TicketRoom:
    return TicketRoom()


@pytest.fixture
async def app(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path, tickets: TicketRoom
) -> AsyncIterator[FastAPI]:
    settings = MeetingSettings(database_url=database_urls["meeting"], data_dir=tmp_path, background=False, pool_size=8)
    app = create_app(settings)
    house: House = app.state.room
    house.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED))
    house.transports["ticket"] = httpx2.ASGITransport(tickets.app())
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def table(app: FastAPI, tickets: TicketRoom) -> AsyncIterator[Table]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://house") as client:
        table = Table(client, app.state.room, tickets)
        table.now_is(MONDAY)
        yield table
