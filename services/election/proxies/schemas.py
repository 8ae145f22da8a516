"""Authorities as they come in and as they are shown."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.election.elections.schemas import HOME_ID
from services.election.proxies.actions import Given
from services.election.rules.casting import Warrant
from services.election.tables import Proxy, RollEntry
from shared.files import LONGEST_TOKEN
from shared.wire import Input, Instant, Output, example

_AGENT = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0007"


class NewProxy(Input):
    """Who casts for whom. `home_id`: any home of the entitlement, left out by a member for himself. `paper`: the
    reference of the uploaded authority, guardianship or letter; the principal himself needs none."""

    model_config = Input.model_config | example(home_id=HOME_ID, warrant="PROXY", agent_id=_AGENT)

    home_id: UUID | None = None
    warrant: Warrant
    agent_id: UUID
    paper: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)] | None = None

    def given(self) -> Given:
        return Given(self.home_id, self.warrant, self.agent_id, self.paper)


class FilePaper(Input):
    """The reference of the uploaded letter."""

    model_config = Input.model_config | example(paper="f1.WyJhdHRhY2giXQ.c2lnbmF0dXJl")

    paper: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)]


class ProxySeen(Output):
    """One authority. `has_paper` false for an agent: his ballot is INVALID until the letter is on file."""

    model_config = Output.model_config | example(
        id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a0008",
        label="3-2-501",
        warrant="PROXY",
        agent_id=_AGENT,
        has_paper=False,
        at="2026-12-01T03:12:00Z",
        ended_at=None,
    )

    id: UUID
    label: str
    warrant: Warrant
    agent_id: UUID
    has_paper: bool
    at: Instant
    ended_at: Instant | None


def proxy_seen(proxy: Proxy, entry: RollEntry) -> ProxySeen:
    return ProxySeen(
        id=proxy.id,
        label=entry.label,
        warrant=Warrant(proxy.warrant),
        agent_id=proxy.agent_id,
        has_paper=proxy.paper_file is not None,
        at=proxy.at,
        ended_at=proxy.ended_at,
    )
