"""How another platform gets access, changes its secret, and loses access: by an administrator of its whole scope."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import ClientNameTaken, ClientUnknown, SecretsFull, SecretUnknown
from services.registry.oauth import sessions
from services.registry.oauth.tokens import digest, new_secret
from services.registry.partners.schemas import NewPartner
from services.registry.rules.roles import Role
from services.registry.tables.identity import Client, ClientSecret, RoleGrant
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.problems import RoleForbidden

KEEPING = frozenset({Role.ADMINISTRATOR})
MOST_SECRETS = 2


async def add_partner(
    db: AsyncSession, actor: Actor, partner: NewPartner, now: datetime
) -> tuple[Client, ClientSecret, str]:
    """A client with the role PARTNER on its scope, and its first secret. Errors: ClientNameTaken, RoleForbidden."""
    if not actor.holds(KEEPING, partner.scope):
        raise RoleForbidden(needed=sorted(KEEPING))
    if (await db.execute(select(Client.id).where(Client.name == partner.name))).first() is not None:
        raise ClientNameTaken
    client = Client(id=new_id(), name=partner.name, made_at=now, ended_at=None)
    db.add(client)
    grant = RoleGrant(
        id=new_id(),
        holder=client.id,
        role=Role.PARTNER,
        scope=partner.scope,
        given_by=f"person:{actor.subject}",
        given_at=now,
        until=None,
        ended_at=None,
        ended_by=None,
    )
    db.add(grant)
    await db.flush()
    row, secret = _new_secret(db, client, now)
    audit.note(db, "client", client.id, partner.scope)
    return client, row, secret


async def add_secret(
    db: AsyncSession, actor: Actor, client_id: UUID, now: datetime
) -> tuple[Client, ClientSecret, str]:
    """A second live secret, so that the platform can change over without a gap. Errors: ClientUnknown, SecretsFull."""
    client = await _locked(db, actor, client_id)
    if client.ended_at is not None:
        raise ClientUnknown
    live = await db.execute(
        select(ClientSecret.id).where(ClientSecret.client_id == client_id, ClientSecret.ended_at.is_(None))
    )
    if len(live.all()) >= MOST_SECRETS:
        raise SecretsFull
    row, secret = _new_secret(db, client, now)
    audit.note(db, "client", client_id, secret=str(row.id))
    return client, row, secret


async def end_secret(db: AsyncSession, actor: Actor, client_id: UUID, secret_id: UUID, now: datetime) -> None:
    """The secret signs in no more. Errors: ClientUnknown, SecretUnknown."""
    await _locked(db, actor, client_id)
    row = await db.get(ClientSecret, secret_id, with_for_update=True)
    if row is None or row.client_id != client_id:
        raise SecretUnknown
    row.ended_at = row.ended_at or now
    audit.note(db, "client", client_id, secret=str(secret_id))


async def end_partner(db: AsyncSession, actor: Actor, client_id: UUID, now: datetime) -> None:
    """The platform loses its access, everywhere within a minute. Errors: ClientUnknown."""
    client = await _locked(db, actor, client_id)
    client.ended_at = client.ended_at or now
    sessions.revoke(db, client_id, datetime.now(UTC))
    audit.note(db, "client", client_id)


async def _locked(db: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    """Errors: ClientUnknown, also for a platform that reaches further than the administrator himself."""
    client = await db.get(Client, client_id, with_for_update=True)
    scopes = await db.execute(select(RoleGrant.scope).where(RoleGrant.holder == client_id))
    if client is None or not all(actor.holds(KEEPING, scope) for scope in scopes.scalars()):
        raise ClientUnknown
    return client


def _new_secret(db: AsyncSession, client: Client, now: datetime) -> tuple[ClientSecret, str]:
    secret = new_secret()
    row = ClientSecret(id=new_id(), client_id=client.id, digest=digest(secret), made_at=now, ended_at=None)
    db.add(row)
    return row, secret
