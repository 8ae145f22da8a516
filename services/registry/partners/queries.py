"""Which platforms have access, to what, with how many secrets."""

from typing import Any

from sqlalchemy import Select, func, or_, select

from services.registry.rules.roles import Role
from services.registry.tables.identity import Client, ClientSecret, RoleGrant
from shared.identity import Actor


def live_partners(actor: Actor) -> Select[Any]:
    """Platforms in the reach of an administrator whose access has not ended: (Client, scopes, ids of live secrets)."""
    reach = [RoleGrant.scope.startswith(scope, autoescape=True) for scope in actor.scopes({Role.ADMINISTRATOR})]
    scopes = (
        select(func.array_agg(RoleGrant.scope))
        .where(RoleGrant.holder == Client.id, RoleGrant.ended_at.is_(None))
        .scalar_subquery()
    )
    secrets = (
        select(func.array_agg(ClientSecret.id))
        .where(ClientSecret.client_id == Client.id, ClientSecret.ended_at.is_(None))
        .scalar_subquery()
    )
    query = select(Client, scopes.label("scopes"), secrets.label("secrets"))
    return query.where(Client.ended_at.is_(None), Client.id.in_(select(RoleGrant.holder).where(or_(*reach))))
