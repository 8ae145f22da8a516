"""Which platforms have access, to what, with how many secrets."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from services.registry.tables.identity import Client, ClientSecret, RoleGrant


def live_partners(client_id: UUID | None = None) -> Select[Any]:
    """Platforms whose access has not ended: (Client, scopes, ids of live secrets)."""
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
    query = query.where(Client.ended_at.is_(None))
    return query if client_id is None else query.where(Client.id == client_id)
