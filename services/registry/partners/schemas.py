"""How partner platforms and their secrets look on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.wire import Input, Instant, Output, Text, example


class NewPartner(Input):
    """Let another platform in: the name it signs in with, and the code its access begins with."""

    model_config = Input.model_config | example(name="city-12345", scope="140109013")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{2,49}$")]
    scope: Annotated[str, Field(pattern=r"^[0-9]{2,15}$", description="A region or compound code, or its beginning.")]


class PartnerSeen(Output):
    """A platform that may sign in by itself, and its live secrets by their ids."""

    model_config = Output.model_config | example(
        id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c",
        name="city-12345",
        scopes=["140109013"],
        secrets=["0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3e"],
        made_at="2026-03-08T01:30:00Z",
    )
    id: UUID
    name: Annotated[str, Text(50)]
    scopes: list[str]
    secrets: list[UUID]
    made_at: Instant


class SecretSeen(Output):
    """A new secret, shown this once. At most two are live, so that it can be changed without a gap."""

    model_config = Output.model_config | example(
        client_id="city-12345",
        secret_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3e",  # an id
        client_secret="pJ0mDk2YkYd0m5ZB7h0pXHk1cB3m7gq2tG1yq5mEo3s",  # an example
    )
    client_id: str
    secret_id: UUID
    client_secret: str


class NewPartnerSeen(Output):
    """The new partner and its first secret, shown this once."""

    partner: PartnerSeen
    secret: SecretSeen
