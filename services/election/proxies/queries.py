"""Which authorities there are, and who sees which."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import ENDED
from services.election.rules.casting import Warrant
from services.election.tables import Ballot, Proxy, RollEntry
from shared.identity import Actor
from shared.paging import Orders, down

PROXIES = Orders("proxies", {"newest": (down(Proxy.at), down(Proxy.id))})


async def principals_of(db: AsyncSession, asked: Proxy, counted: Sequence[Warrant]) -> int:
    """BAL-4. For how many others than the one of this authority its agent stands, or has cast a ballot that was not
    voided: an authority that ends after its ballot makes no room for another principal."""
    has_cast = exists().where(Ballot.proxy_id == Proxy.id, ~ENDED)
    others = select(func.count(Proxy.entry_id.distinct())).where(
        Proxy.election_id == asked.election_id,
        Proxy.entry_id != asked.entry_id,
        Proxy.agent_id == asked.agent_id,
        Proxy.warrant.in_(counted),
        or_(Proxy.ended_at.is_(None), has_cast),
    )
    return (await db.execute(others)).scalar_one()


def visible(actor: Actor, election_id: UUID, desk: bool) -> Select[Any]:
    """All of an election for its desk; else those that one has given or holds. One row: Proxy, RollEntry."""
    found = (
        select(Proxy, RollEntry).join(RollEntry, RollEntry.id == Proxy.entry_id).where(Proxy.election_id == election_id)
    )
    if not desk:
        mine = literal(actor.subject, Uuid()) == any_(RollEntry.owner_ids)
        given = Proxy.given_by == f"{actor.kind}:{actor.subject}"
        found = found.where(or_(mine, given, Proxy.agent_id == actor.subject))
    return cast("Select[Any]", found)
