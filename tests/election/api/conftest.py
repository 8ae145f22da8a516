"""The election room over ASGI on a real PostgreSQL, with a small registry that speaks the wire format."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.election.app import create_app
from services.election.settings import ElectionSettings
from shared.app import House
from tests.election.api.drafts import draft_of
from tests.election.api.neighbour import (
    CODE,
    COMPOUND,
    ELSEWHERE_CODE,
    OWNER_OF_FIRST,
    Books,
    home_id,
    registry_app,
)
from tests.factories.tokens import PUBLISHED, Somebody

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
OPENS = MONDAY + timedelta(days=4)
CLOSES = OPENS + timedelta(days=7)
NAMES = ("王秀兰", "李建国", "赵敏", "周强")


def lives_in(place: int) -> Somebody:
    return Somebody([f"RESIDENT@{CODE}"], homes=[home_id(place)])


@dataclass
class Hall:
    """The room as a caller meets it, and the people of one compound."""

    client: httpx2.AsyncClient
    house: House
    books: Books
    clerk: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{CODE}"]))
    officer: Somebody = field(default_factory=lambda: Somebody([f"STREET_OFFICER@{CODE[:9]}"]))
    grid_worker: Somebody = field(default_factory=lambda: Somebody([f"GRID_WORKER@{CODE}"]))
    owner: Somebody = field(
        default_factory=lambda: Somebody([f"OWNER@{CODE}"], subject=OWNER_OF_FIRST, homes=[home_id(0)])
    )
    family: Somebody = field(default_factory=lambda: lives_in(0))
    residents: Sequence[Somebody] = field(default_factory=lambda: [lives_in(place) for place in range(20)])
    stranger: Somebody = field(default_factory=lambda: Somebody([f"CLERK@{ELSEWHERE_CODE}"]))

    def now_is(self, instant: datetime) -> None:
        """Set the room's clock."""
        self.house.clock.offset = instant - datetime.now(UTC)

    async def get(self, who: Somebody, path: str, **query: Any) -> httpx2.Response:
        return await self.client.get(path, headers=who.headers, params=query)

    async def post(self, who: Somebody, path: str, body: Mapping[str, Any] | None = None, **more: str) -> Any:
        return await self.client.post(path, headers={**who.headers, **more}, json=body)

    async def draft(self, **changed: Any) -> dict[str, Any]:
        """Two seats, four names, the whole compound."""
        reply = await self.post(self.clerk, "/v1/elections", {**DRAFT, **changed})
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def step(self, election: Mapping[str, Any], step: str, body: Mapping[str, Any] | None = None) -> Any:
        reply = await self.post(self.clerk, f"/v1/elections/{election['id']}/{step}", body)
        assert reply.status_code == 201, f"{step}: {reply.text}"
        return reply.json()

    async def announced(self, **changed: Any) -> dict[str, Any]:
        election = await self.draft(**changed)
        await self.step(election, "rolls")
        return dict(await self.step(election, "announcements"))

    async def opened(self, **changed: Any) -> dict[str, Any]:
        election = await self.announced(**changed)
        self.now_is(OPENS)
        return dict(await self.step(election, "openings"))

    async def decision_announced(self, preset: str = "ORDINARY", **changed: Any) -> dict[str, Any]:
        """An election of any preset with its roll posted and announced on MONDAY: no posting days, three of notice."""
        parameters = {"notice_days": 3, "roll_posting_days": 0, **changed.pop("parameters", {})}
        if preset == "MEMBERS_VOTE":
            parameters.pop("roll_posting_days")
        window = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}
        draft = draft_of(preset, **{**window, "parameters": parameters, **changed})
        if preset in OWNERS_DECIDE:
            draft = await self.signed(draft)
        reply = await self.post(self.clerk, "/v1/elections", draft)
        assert reply.status_code == 201, reply.text
        election = reply.json()
        await self.step(election, "rolls")
        await self.noted(election)
        return dict(await self.step(election, "announcements"))

    async def noted(self, election: Mapping[str, Any]) -> None:
        """A note is signed for what is unknown in the posted roll, if anything is."""
        roll = (await self.get(self.clerk, f"/v1/elections/{election['id']}/roll")).json()
        if roll["area_unknown"] or roll["owner_unknown"]:
            bounds = {name: roll["bounds"][name] for name in ("best", "worst")}
            await self.step(election, "roll/notes", {"words": "资料缺失,已登门三次。", **bounds})

    async def signed(self, draft: dict[str, Any]) -> dict[str, Any]:
        """The same draft, from a rule set whose *verify* parameter a street officer has signed for."""
        rules = {"scope": CODE[:9], "preset": draft["rule_set"], "name": "街道规则", "parameters": draft["parameters"]}
        made = await self.post(self.officer, "/v1/rule-sets", rules)
        assert made.status_code == 201, made.text
        path = f"/v1/rule-sets/{made.json()['id']}/sign-offs"
        signature = {"version": 1, "parameter": "online", "text": "本市规则第三十一条", "dated": "2024-05-01"}
        signed = await self.post(self.officer, path, signature)
        assert signed.status_code == 201, signed.text
        rest = {name: value for name, value in draft.items() if name not in ("rule_set", "parameters")}
        return {**rest, "rule_set_id": made.json()["id"]}

    async def decision_opened(self, preset: str = "ORDINARY", **changed: Any) -> dict[str, Any]:
        """The same, opened: the clock stands at OPENS. Roll areas are known if the Books say so."""
        election = await self.decision_announced(preset, **changed)
        self.now_is(OPENS)
        return dict(await self.step(election, "openings"))

    async def try_cast(
        self,
        who: Somebody,
        election: Mapping[str, Any],
        place: int,
        marks: Sequence[int],
        replaces: int = 0,
        **more: str,
    ) -> Any:
        body = {"home_id": str(home_id(place)), "marks": list(marks), "replaces": replaces}
        return await self.post(who, f"/v1/elections/{election['id']}/ballots", body, **more)

    async def cast(
        self, who: Somebody, election: Mapping[str, Any], place: int, marks: Sequence[int], replaces: int = 0
    ) -> dict[str, Any]:
        reply = await self.try_cast(who, election, place, marks, replaces)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def counted(self, election: Mapping[str, Any]) -> dict[str, Any]:
        self.now_is(CLOSES)
        await self.step(election, "closings")
        return dict(await self.step(election, "counts"))


OWNERS_DECIDE = frozenset({"ORDINARY", "SPECIAL", "CANDIDATES"})
DRAFT: dict[str, Any] = {
    "compound_id": str(COMPOUND),
    "rule_set": "HOUSEHOLD_BALLOT",
    "title": "物业管理委员会业主代表推选",
    "words": "每户一票,至多划二人。",
    "seats": 2,
    "opens_at": OPENS.isoformat(),
    "closes_at": CLOSES.isoformat(),
    "nominees": [{"name": name, "consents": True} for name in NAMES],
}


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
async def app(clean: None, database_urls: Mapping[str, str], tmp_path: Path, books: Books) -> AsyncIterator[FastAPI]:
    settings = ElectionSettings(
        database_url=database_urls["election"], data_dir=tmp_path, background=False, registry_url="http://house"
    )
    app = create_app(settings)
    house: House = app.state.room
    house.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, books))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def hall(app: FastAPI, books: Books) -> AsyncIterator[Hall]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://house") as client:
        hall = Hall(client, app.state.room, books)
        hall.now_is(MONDAY)
        yield hall
