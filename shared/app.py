"""How a room becomes an application: one description in, a FastAPI app with every house manner out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from shared import openapi
from shared.background import Background
from shared.following import follow
from shared.house import House, Room
from shared.manners import Manners, install_problem_handlers
from shared.rooms import house_routes

__all__ = ["House", "Room", "create_app"]


UNTOLD: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""The framework would hand refused bodies and stack traces, personal data among them, to whatever collector the
environment names, and asks for one at every request. What a room says of itself is in `shared/telemetry.py`."""


def create_app(room: Room) -> FastAPI:
    """The room as an ASGI application. Its lifespan opens the database and starts the background work."""
    house = House(room)
    app = FastAPI(
        title=room.title, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan, telemetry=UNTOLD
    )
    app.state.room = house
    for router in (*room.routers, house_routes()):
        app.router.routes.extend(router.routes)
    app.router.redirect_slashes = False
    install_problem_handlers(app)
    app.add_middleware(Manners, routes=app.router.routes, room=house)
    app.openapi = lambda: openapi.contract(app, room)  # type: ignore[method-assign]  # FastAPI's documented hook
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house: House = app.state.room
    background = Background(house)
    try:
        await house.jobs.open()
        house.jobs.add(house.room.jobs(house))
        if house.room.started is not None:
            await house.room.started(house)
        await follow(house)
        await background.start()
        yield
    finally:
        await asyncio.gather(background.stop(), house.written())
        await house.jobs.close()
        await house.close()
