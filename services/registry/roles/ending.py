"""How a role ends, whoever ends it, and what the world hears of roles."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rules.roles import Role
from services.registry.tables.identity import RoleGrant
from services.registry.tables.schema import Base
from shared.identity import Actor
from shared.outbox import Event, tell


async def end_grant(db: AsyncSession, actor: Actor, row: RoleGrant, now: datetime) -> None:
    """End a grant that stands, and tell it. What its tokens may still do is the caller's to end."""
    row.ended_at, row.ended_by = now, f"person:{actor.subject}"
    await told(db, "linli.registry.role_ended.v1", row)


async def told(db: AsyncSession, fact: str, grant: RoleGrant) -> None:
    """Who holds it stays inside; party membership is not told at all (PRI-1)."""
    if grant.role != Role.PARTY_MEMBER:
        data = {"role": grant.role, "scope": grant.scope}
        await tell(db, Base.metadata, Event(fact, str(grant.id), grant.scope or None, data))
