"""A room with one table and nothing of the field, to see the edge itself at work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx2
import psycopg
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy import BigInteger, Column, Identity, Index, String, Table, func, insert, select, text

from shared import audit, outbox
from shared.app import House, Room, create_app
from shared.database import metadata_for
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing, house_of
from shared.house import Pass
from shared.identity import Actor, Anyone, Internal, allow
from shared.jobs import Job, schema_statements
from shared.problems import Answer, Refusal, documented
from shared.settings import RoomSettings, room_config
from shared.versions import check_version, etag, wanted_version
from shared.wire import Day, Input, Output, Text, Whole, example
from tests.factories.tokens import trust_test_key

METADATA = metadata_for("tiny")
THINGS = Table(
    "thing",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", String(20), nullable=False),
    Index("uq_thing_unique", "name", unique=True, postgresql_where=text("name LIKE 'unique%'")),
)


class ThingRefused(Refusal):
    """Facts: name."""


class ThingCounted(Refusal):
    keeps = True


ERRORS = {
    ThingRefused: Answer(409, "thing-refused", "不行", "No", "{name} 不行。", "{name} will not do.", ("name",)),
    ThingCounted: Answer(409, "thing-counted", "已记", "Counted"),
}
answers = documented(ERRORS)


class TinySettings(RoomSettings):
    model_config = room_config("TINY")


class NewThing(Input):
    """A thing to add."""

    model_config = Input.model_config | example(name="灯", size=1, day="2026-03-08")
    name: Annotated[str, Text(20)]
    size: Whole = 1
    day: Day | None = None


class ThingSeen(Output):
    """A thing, and how many there are."""

    model_config = Output.model_config | example(id=1, name="灯", things=1)
    id: int
    name: str
    things: int


@dataclass
class Gates:
    """Lets a test hold a write at a known place."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


Desk = Annotated[Actor, Depends(allow("CLERK"))]
router = APIRouter(prefix="/v1/things", tags=["tiny"], route_class=EdgeRoute)
inside = APIRouter(prefix="/internal", include_in_schema=False, route_class=EdgeRoute)


@router.post("", status_code=201, operation_id="add_thing", summary="Add", responses=answers(ThingRefused))
async def add_thing(request: Request, db: Writing, actor: Desk, thing: NewThing, now: Now) -> ThingSeen:
    """Add a thing; some names behave badly."""
    row = (await db.execute(insert(THINGS).values(name=thing.name).returning(THINGS.c.id))).scalar_one()
    audit.note(db, "thing", row, "140109013001001")
    await outbox.tell(db, METADATA, outbox.Event("linli.tiny.added.v1", str(row), "140109013001001", {"n": row}))
    gates: Gates | None = getattr(request.app.state, "gates", None)
    if thing.name == "slow" and gates is not None:
        gates.reached.set()
        await gates.go.wait()
    if thing.name == "refused":
        raise ThingRefused(name=thing.name)
    if thing.name == "counted":
        raise ThingCounted
    if thing.name == "crash":
        raise RuntimeError("planted")
    count = (await db.execute(select(func.count()).select_from(THINGS))).scalar_one()
    return ThingSeen.model_construct(id="unserialisable" if thing.name == "odd" else row, name=thing.name, things=count)


@router.get("", operation_id="list_things", summary="List")
async def list_things(db: Reading, who: Anyone) -> list[ThingSeen]:
    """Every thing."""
    rows = (await db.execute(select(THINGS).order_by(THINGS.c.id))).all()
    return [ThingSeen(id=row.id, name=row.name, things=len(rows)) for row in rows]


@router.put("/{thing_id}", operation_id="change_thing", summary="Change")
async def change_thing(
    response: Response, db: Writing, actor: Desk, thing_id: int, version: Annotated[int, Depends(wanted_version)]
) -> dict[str, int]:
    """Its version is 3."""
    check_version(version, 3)
    response.headers.update(etag(4))
    return {"version": 4}


@router.post("/secrets", status_code=201, operation_id="make_secret", summary="A secret", openapi_extra=NEVER_REPLAYED)
async def make_secret(db: Writing, actor: Desk) -> dict[str, int]:
    """Answers something that is kept nowhere."""
    made = (await db.execute(insert(THINGS).values(name="secret").returning(THINGS.c.id))).scalar_one()
    return {"secret": made}


@inside.get("/read", operation_id="read_inside")
async def read_inside(db: Reading, caller: Internal) -> dict[str, int]:
    """A read inside the edge."""
    return {"things": (await db.execute(select(func.count()).select_from(THINGS))).scalar_one()}


@inside.post("/twice", operation_id="ask_twice")
async def ask_twice(request: Request, db: Writing, caller: Internal) -> dict[str, str]:
    """Asks a neighbour in this very process, opens its transaction, and asks again: forbidden."""
    neighbour = house_of(request).neighbour("registry")
    await neighbour.get_json("/internal/read")
    await db.execute(select(func.count()).select_from(THINGS))
    return {"reply": str(await neighbour.get_json("/internal/health"))}


@inside.post("/things", operation_id="inside_thing")
async def inside_thing(request: Request, db: Writing, caller: Internal) -> dict[str, str]:
    """Asks a neighbour with a transaction open: forbidden."""
    await db.execute(select(func.count()).select_from(THINGS))
    return {"reply": str(await house_of(request).neighbour("registry").get_json("/internal/health"))}


def jobs_of(house: House) -> dict[str, Job]:
    async def add_later(name: str) -> None:
        async with house.database.write() as session, session.begin():
            await session.execute(insert(THINGS).values(name=name))

    return {"add_later": add_later}


@dataclass
class Tiny:
    """The running room and a client to it."""

    app: FastAPI
    house: House
    http: httpx2.AsyncClient


def create_schema(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS tiny CASCADE; CREATE SCHEMA tiny; SET search_path = tiny")
        connection.execute(schema_statements())


@asynccontextmanager
async def running(
    url: str,
    data_dir: Path,
    jobs: Callable[[House], Mapping[str, Job]] = jobs_of,
    passes: Mapping[str, Pass] | None = None,
    **settings: object,
) -> AsyncIterator[Tiny]:
    """The room over a database whose superuser `url` sets the search path; it is its own registry."""
    app = create_app(
        Room(
            "tiny",
            "Tiny",
            "A room for tests.",
            TinySettings(database_url=url, data_dir=data_dir, **{"background": False, **settings}),  # type: ignore[arg-type]
            METADATA,
            [router, inside],
            ERRORS,
            jobs=jobs,
            passes=passes or {},
        )
    )
    house: House = app.state.room
    house.transports["registry"] = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with house.database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    async with app.router.lifespan_context(app):
        trust_test_key(house.verifier)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://tiny") as http:
            yield Tiny(app, house, http)
