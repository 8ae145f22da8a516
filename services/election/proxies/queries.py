"""Which authorities there are, and who sees which."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rules.casting import Warrant
from services.election.tables import Proxy, RollEntry
from shared.identity import Actor
from shared.paging import Orders, down

PROXIES = Orders("proxies", {"newest": (down(Proxy.at), down(Proxy.id))})


async def principals_of(db: AsyncSession, election_id: UUID, agent_id: UUID, counted: Sequence[Warrant]) -> int:
    """BAL-4. For how many an agent stands here."""
    standing = select(func.count()).where(
        Proxy.election_id == election_id,
        Proxy.agent_id == agent_id,
        Proxy.warrant.in_(counted),
        Proxy.ended_at.is_(None),
    )
    return (await db.execute(standing)).scalar_one()


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
