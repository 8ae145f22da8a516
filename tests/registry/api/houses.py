"""The running registry for a test, and the shortest ways to put somebody or something into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx2
from fastapi import FastAPI

from services.registry.app import create_app
from services.registry.oauth.actions import new_account
from services.registry.people.actions import KnownOfPerson, new_person
from services.registry.rules.roles import Role
from services.registry.settings import RegistrySettings
from services.registry.tables.identity import RoleGrant
from shared.app import House
from shared.database import new_id
from shared.following import follow


@dataclass
class Registry:
    """The running registry, its house and a client on loopback."""

    app: FastAPI
    house: House
    http: httpx2.AsyncClient

    async def enter(self, login: str | None, *grants: str, name: str = "张一") -> UUID:
        """A person with an account and roles (`ROLE@scope`), as staff would have entered him."""
        now = datetime.now(UTC)
        async with self.house.database.write() as session, session.begin():
            person = await new_person(session, self.house.keys, KnownOfPerson(name, None, None), now)
            await session.flush()
            session.add(new_account(person.id, login))
            for grant in grants:
                role, _, scope = grant.partition("@")
                session.add(_grant(person.id, Role(role), scope, now))
        return person.id

    async def sign_in(self, **form: str) -> httpx2.Response:
        return await self.http.post("/oauth/token", data=form)

    async def as_sample(self, name: str) -> dict[str, str]:
        """Headers of the sample person with this login (or of somebody new)."""
        reply = await self.sign_in(grant_type="urn:linli:grant:mini-program", code=f"dev:{name}")
        assert reply.status_code == 200, reply.text
        return bearer(reply)


def bearer(reply: httpx2.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


def _grant(holder: UUID, role: Role, scope: str, now: datetime) -> RoleGrant:
    return RoleGrant(
        id=new_id(),
        holder=holder,
        role=role,
        scope=scope,
        given_by="house",
        given_at=now,
        until=None,
        ended_at=None,
        ended_by=None,
    )


@asynccontextmanager
async def running(
    url: str, data_dir: Path, sample: bool = True, client: str = "127.0.0.1", **settings: object
) -> AsyncIterator[Registry]:
    """The registry over a database. It is its own neighbour; background work runs only where a test runs it."""
    asked = RegistrySettings(database_url=url, data_dir=data_dir, sample=sample, background=False, **settings)  # type: ignore[arg-type]
    app = create_app(asked)
    house: House = app.state.room
    house.transports["registry"] = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(client, 50_000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            yield Registry(app, house, http)


async def learn(registry: Registry) -> None:
    """Let the registry hear of its own revocations now, instead of within twenty seconds."""
    await follow(registry.house)
