"""The registry as an application: wiring only."""

import httpx2
from fastapi import FastAPI

from services.registry.compounds.routes import router as compounds
from services.registry.errors import ERRORS
from services.registry.events.routes import routers as events
from services.registry.files.routes import router as files
from services.registry.homes.routes import compound_homes
from services.registry.homes.routes import router as homes
from services.registry.inside.routes import router as inside
from services.registry.jobs import jobs_of
from services.registry.me.routes import router as me
from services.registry.oauth.house import porter_for
from services.registry.oauth.routes import routers as oauth
from services.registry.oauth.sessions import forget_spent
from services.registry.oauth.tries import forget_old
from services.registry.partners.routes import router as partners
from services.registry.people.routes import router as people
from services.registry.regions.routes import imports as region_imports
from services.registry.regions.routes import router as regions
from services.registry.roles.routes import routers as roles
from services.registry.rolls.routes import router as rolls
from services.registry.settings import RegistrySettings
from services.registry.tables.schema import Base
from shared.app import Room
from shared.app import create_app as create_room


def create_app(settings: RegistrySettings) -> FastAPI:
    """Who takes part: places, people, roles, sign-in, and the feed of what happened."""
    room = Room(
        name="registry",
        title="Linli registry",
        summary="Who takes part: places, homes, people, roles, sign-in, partner platforms and the event feed.",
        settings=settings,
        metadata=Base.metadata,
        routers=[
            *(regions, region_imports, compounds, compound_homes, rolls, homes, people, files, inside),
            *(*oauth, me, *roles, partners, *events),
        ],
        errors=ERRORS,
        jobs=jobs_of,
        purges=[forget_old, forget_spent],
    )
    app = create_room(room)
    # It is its own neighbour (keys, feed), also when it is a process apart and does not listen yet.
    app.state.room.transports["registry"] = httpx2.ASGITransport(app, raise_app_exceptions=False)
    app.state.porter = porter_for(settings, app.state.room.keys, app.state.room.database.read)
    return app
