"""Who holds which role, as far as the caller's own roles reach."""

from typing import Any

from sqlalchemy import Select, or_, select

from services.registry.rules.roles import GIVES, Role
from services.registry.tables.identity import RoleGrant
from shared.identity import Actor

SEES = frozenset({*GIVES, Role.AUDITOR})


def grants_in_reach(actor: Actor, role: Role | None, live: bool) -> Select[Any]:
    """The grants on codes that the caller's own roles reach; the newest first by id."""
    reaches = [RoleGrant.scope.startswith(scope, autoescape=True) for scope in actor.scopes(SEES)]
    query = select(RoleGrant).where(or_(*reaches))
    if role is not None:
        query = query.where(RoleGrant.role == role)
    if live:
        query = query.where(RoleGrant.ended_at.is_(None))
    return query
