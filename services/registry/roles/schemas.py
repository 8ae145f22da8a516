"""How role grants, invitations and the role table look on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.rules.roles import Role
from shared.wire import Input, Instant, Output, Text, example

Scope = Annotated[str, Field(pattern=r"^[0-9]{0,15}$", description="A region or compound code, or its beginning.")]
_GRANT: dict[str, object] = {
    "id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c",
    "holder": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3d",
    "role": "GRID_WORKER",
    "scope": "140109013001001",
    "given_at": "2026-03-08T01:30:00Z",
    "until": None,
    "ended_at": None,
}


class NewGrant(Input):
    """Give a role to a person on everything under a code."""

    model_config = Input.model_config | example(holder=_GRANT["holder"], role="GRID_WORKER", scope="140109013001001")
    holder: UUID
    role: Role
    scope: Scope
    until: Instant | None = None


class GrantSeen(Output):
    """A role that somebody holds, or held."""

    model_config = Output.model_config | example(**_GRANT)
    id: UUID
    holder: UUID
    role: Role
    scope: Scope
    given_at: Instant
    until: Instant | None
    ended_at: Instant | None


class NewInvitation(Input):
    """Let a person set up his account under this login."""

    model_config = Input.model_config | example(login="wanggeyuan01")
    login: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{2,49}$")]


class InvitationSeen(Output):
    """The one-time code, shown this once: hand it over in person."""

    model_config = Output.model_config | example(
        login="wanggeyuan01", code="K7QM-2XW9-PT4H", expires_at="2026-03-11T01:30:00Z"
    )
    login: Annotated[str, Text(50)]
    code: str
    expires_at: Instant
