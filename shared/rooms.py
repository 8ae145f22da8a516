"""What every room answers inside the house: its health, its counters, and in sample mode the clock."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import hold
from shared.edge import EdgeRoute, Writing, house_of
from shared.identity import Internal
from shared.loopback import may_watch
from shared.problems import SampleOnly, Unknown
from shared.wire import Input, Output, Whole

MIGRATIONS = Path(__file__).parent.parent / "migrations"
FURTHEST = 10 * 366 * 86_400


class Health(Output):
    """Whether a room can work: its database answers, and its schema is the one this code wants."""

    room: str
    database: bool
    migrated: bool
    revision: str | None
    wanted: str


class Offset(Input):
    """How far the sample clock runs ahead of the real one."""

    seconds: Annotated[Whole, Field(ge=0, le=FURTHEST)]


def wanted_revision(room: str) -> str:
    """The newest migration of a room: files are `0001_what.py` and the revision id is the number."""
    files = sorted((MIGRATIONS / room / "versions").glob("[0-9]*.py"))
    return files[-1].stem.split("_", 1)[0] if files else "0000"


def house_routes() -> APIRouter:
    """The `/internal/` routes of any room; never reachable through the gateway, absent from the contract."""
    router = APIRouter(prefix="/internal", include_in_schema=False)
    router.add_api_route("/health", health, methods=["GET"], response_model=Health)
    router.add_api_route("/metrics", metrics, methods=["GET"], response_class=Response)
    edge = APIRouter(prefix="/internal", include_in_schema=False, route_class=EdgeRoute)
    edge.add_api_route("/clock", set_clock, methods=["POST"], status_code=204, dependencies=[Depends(_sample_only)])
    router.routes.extend(edge.routes)
    return router


async def health(request: Request) -> Health:
    """Ask the database itself, now."""
    house = house_of(request)
    wanted = wanted_revision(house.name)
    try:
        async with house.database.read() as session:
            version = text(f"SELECT version_num FROM {house.metadata.schema}.alembic_version")
            revision = (await session.execute(version)).scalar_one_or_none()
    except (SQLAlchemyError, OSError):
        return Health(room=house.name, database=False, migrated=False, revision=None, wanted=wanted)
    return Health(room=house.name, database=True, migrated=revision == wanted, revision=revision, wanted=wanted)


async def metrics(request: Request) -> Response:
    """What this process counts, in Prometheus' text format: this machine, or METRICS_TOKEN."""
    if not may_watch(request, house_of(request).settings.metrics_token):
        raise Unknown
    return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _sample_only(request: Request) -> None:
    if not house_of(request).settings.sample:
        raise SampleOnly


async def set_clock(request: Request, db: Writing, caller: Internal, offset: Offset) -> None:
    """Move the sample clock; every process of the room follows within a second."""
    house = house_of(request)
    clock = house.metadata.tables[f"{house.metadata.schema}.clock"]
    await hold(db)
    row = insert(clock).values(id=1, offset_seconds=offset.seconds)
    await db.execute(row.on_conflict_do_update(index_elements=[clock.c.id], set_={"offset_seconds": offset.seconds}))
    house.wake.set()
    # This process follows at once; the others read the table.
    house.clock.offset = type(house.clock.offset)(seconds=offset.seconds)
