"""Who the actor is to the rules, and which rows he may know of."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, false, or_

from services.meeting.rules.roles import READER_ROLES, Caller, Role
from shared.identity import Actor

_KNOWN = {role.value for role in Role}


def caller_on(actor: Actor, compound_code: str) -> Caller:
    """The actor as the rules see him in one compound."""
    return Caller(actor.subject, frozenset(Role(role) for role in actor.roles_on(compound_code) if role in _KNOWN))


def within(actor: Actor, column: Any, roles: Collection[Role] = READER_ROLES) -> ColumnElement[bool]:
    """Rows of the compounds where the actor holds one of the roles."""
    return or_(false(), *(column.startswith(scope, autoescape=True) for scope in actor.scopes(roles)))


def under(column: Any, region: str) -> ColumnElement[bool]:
    """Rows of one region, by the beginning of the code."""
    found: ColumnElement[bool] = column.startswith(region, autoescape=True)
    return found


def who(actor: Actor) -> str:
    """As histories name him."""
    return f"{actor.kind}:{actor.subject}"


HOUSE = "service:meeting"
