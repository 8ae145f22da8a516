"""The real house in one process over a real database, with two compounds that have nothing to do with each other."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import insert
from starlette.types import ASGIApp, Message

from gateway.house import House, build_house, load_sample
from gateway.settings import GatewaySettings
from services.registry.oauth.tokens import Bearer
from services.registry.rules.roles import BOUND, Role
from services.registry.tables.identity import SignIn
from shared.database import new_id
from shared.following import follow
from shared.identity import Grant, Tie
from tests.factories.seeded_rooms import seed_rooms
from tests.registry.api.houses import Registry
from tests.shared.pictures import picture

STREET = "140109013"
NAMES = "一二三四五六七八九十甲乙丙"
PLENTY = 10**6
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNHURRIED: Mapping[str, Any] = {
    "rate_per_minute": PLENTY,
    "rate_burst": PLENTY,
    "address_rate_per_minute": PLENTY,
    "address_rate_burst": PLENTY,
}


@dataclass
class Seeded:
    """One compound with something of everything in it.

    `ids` are the path parameters of its operations; `answer_problem.meeting_id` is that operation's own.
    """

    code: str
    ids: dict[str, str]
    homes: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    people: dict[Role, UUID] = field(default_factory=dict)

    @property
    def marks(self) -> frozenset[str]:
        """What gives away that a reply shows something of this compound."""
        named = (self.ids[name] for name in MARKS if name in self.ids)
        return frozenset({self.code, *self.homes, *self.tickets, *named})


MARKS = (
    *("compound_id", "home_id", "person_id", "grant_id", "import_id", "ticket_id", "file_id"),
    *("survey_id", "round_id", "visit_id", "submission_id", "election_id", "topic_id", "council_id", "meeting_id"),
    *("member_id", "contribution_id", "speech_id", "problem_id", "resolution_id", "task_id"),
)


@dataclass
class WholeHouse:
    """A running house, and the shortest way to call it as anybody."""

    house: House
    http: httpx2.AsyncClient
    registry: Registry
    places: dict[str, Seeded] = field(default_factory=dict)
    sessions: dict[UUID, UUID] = field(default_factory=dict)

    async def enter(self, *grants: str, name: str = "张一") -> UUID:
        """A person with an account, these roles, and a session that goes on."""
        person, session, now = await self.registry.enter(None, *grants, name=name), new_id(), datetime.now(UTC)
        row = {"id": session, "subject": person, "method": "PASSWORD", "began_at": now, "used_at": now}
        async with self.registry.house.database.write() as db, db.begin():
            await db.execute(insert(SignIn).values(row))
        self.sessions[person] = session
        return person

    @property
    def document(self) -> Mapping[str, Any]:
        return self.house.document

    def headers(self, person: UUID, *grants: str, homes: Iterable[str] = ()) -> dict[str, str]:
        """The headers of a person with a token that says just these grants (`ROLE@scope`)."""
        given = [Grant(*grant.split("@", 1)) for grant in grants]
        ties = [Tie(UUID(home), "OWNER", LONG_AGO) for home in homes]
        named = [tie.home for tie in ties]
        bearer = Bearer(person, "person", self.sessions[person], given, named, ties=ties)
        return {"Authorization": f"Bearer {self.registry.app.state.porter.issuer.issue(bearer)}"}

    def as_role(self, role: Role, place: Seeded) -> dict[str, str]:
        """The headers of the person who holds this role, and no other, in this compound."""
        homes = [place.ids["home_id"]] if role in BOUND and "home_id" in place.ids else []
        return self.headers(place.people[role], f"{role}@{place.code}", homes=homes)

    async def done(self, method: str, path: str, headers: dict[str, str], **request: Any) -> dict[str, Any]:
        """A call that must succeed."""
        reply = await self.http.request(method, path, headers=headers, **request)
        assert reply.status_code < 300, f"{method} {path}: {reply.status_code} {reply.text}"
        return dict(reply.json()) if reply.content else {}


async def seed(house: WholeHouse, community: str, name: str) -> Seeded:
    """A compound in a community of its own, through the public API."""
    administrator = house.headers(await house.enter(), "ADMINISTRATOR@")
    officer = house.headers(await house.enter(), f"STREET_OFFICER@{STREET}")
    await house.done("POST", "/v1/regions", administrator, json={"code": community, "name": f"{name}社区"})
    compound = await house.done(
        "POST", "/v1/compounds", officer, json={"community_code": community, "name": name, "address": f"{name}路 1 号"}
    )
    place = Seeded(compound["code"], {"compound_id": compound["id"]})
    for role, name in zip(Role, NAMES, strict=True):
        place.people[role] = await house.enter(f"{role}@{place.code}", name=f"王{name}")
    clerk = house.as_role(Role.CLERK, place)
    for room in ("101", "102", "201"):
        body = {"address": f"1号楼1单元{room}", "area": "72.97", "area_source": "REGISTER"}
        home = await house.done("POST", f"/v1/compounds/{compound['id']}/homes", clerk, json=body)
        place.homes.append(home["id"])
    place.ids["home_id"] = place.homes[0]
    await _more(house, place, administrator, clerk)
    return place


async def _more(house: WholeHouse, place: Seeded, administrator: dict[str, str], clerk: dict[str, str]) -> None:
    """A person known here, a grant, an import, a file, a partner, two tickets, a door code, a binding."""
    ids = place.ids
    person = await house.done("POST", "/v1/people", clerk, json={"name": "李大爷", "phone": "14000001234"})
    grant = await house.done(
        "POST", "/v1/roles", clerk, json={"holder": person["id"], "role": "VOLUNTEER", "scope": place.code}
    )
    ids |= {"person_id": person["id"], "grant_id": grant["id"]}
    roll = {"file": ("roll.csv", "楼号,单元,房号,建筑面积,业主\n9,1,101,72.97,赵六\n".encode())}
    imports = f"/v1/compounds/{ids['compound_id']}/roll-imports"
    imported = await house.done("POST", imports, clerk, files=roll)
    await house.done("GET", f"{imports}/{imported['id']}?wait=20", clerk)
    resident = house.as_role(Role.RESIDENT, place)
    stored = await house.done("POST", "/v1/files", resident, files={"file": ("lamp.jpg", picture())})
    ids |= {"import_id": imported["id"], "file_id": stored["id"]}
    partner = await house.done(
        "POST", "/v1/partners", administrator, json={"name": f"platform-{place.code[:12]}", "scope": place.code}
    )
    ids |= {"partner_id": partner["partner"]["id"], "secret_id": partner["secret"]["secret_id"]}
    code = await house.done("POST", f"/v1/homes/{ids['home_id']}/door-codes", clerk, json={"relation": "OWNER"})
    owner = house.as_role(Role.OWNER, place)
    binding = await house.done("POST", "/v1/me/bindings", owner, json={"code": code["code"]})
    ids["binding_id"] = binding["id"]
    for words in ("楼道灯不亮", "水管漏水"):
        report = {
            "place": {"compound_id": ids["compound_id"], "building": "1", "entrance": "1"},
            "kind": "HELP",
            "category": "facilities.stair_lamp",
            "words": words,
        }
        ticket = await house.done("POST", "/v1/tickets", resident, json=report)
        place.tickets.append(ticket["id"])
    ids |= {"ticket_id": place.tickets[0], "code": place.code[:12]}
    await seed_rooms(house, place)


@asynccontextmanager
async def running(urls: Mapping[str, str], data_dir: Path, sample_homes: int = 0) -> AsyncIterator[WholeHouse]:
    """The house with its lifespan, called in-process from loopback; beside the sample compound, if asked."""
    house = build_house(GatewaySettings(data_dir=data_dir, sample=True, **UNHURRIED), urls)
    if sample_homes:
        await load_sample(house, sample_homes, lambda line: None)
    async with _living(house):
        transport = httpx2.ASGITransport(house, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as http:
            app = house.apps["registry"]
            whole = WholeHouse(house, http, Registry(app, app.state.room, http))
            for room in house.apps.values():
                await follow(room.state.room)
            whole.places["here"] = await seed(whole, f"{STREET}101", "迎泽小区")
            whole.places["there"] = await seed(whole, f"{STREET}102", "汾河小区")
            yield whole


@asynccontextmanager
async def _living(app: ASGIApp) -> AsyncIterator[None]:
    """The server's half of the lifespan protocol, in a task of its own, as uvicorn does it."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(app(scope, inbox.get, outbox.put))  # type: ignore[arg-type]
    await inbox.put({"type": "lifespan.startup"})
    started = await outbox.get()
    assert started["type"] == "lifespan.startup.complete", started
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
        await task
