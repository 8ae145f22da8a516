"""Which councils there are, and who sits in them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import CouncilUnknown
from services.meeting.rules.roles import READER_ROLES
from services.meeting.sight import under, within
from services.meeting.tables import Council, CouncilMember
from shared.identity import Actor
from shared.paging import Orders, down

COUNCILS = Orders("councils", {"newest": (down(Council.id),)})


def visible(actor: Actor, compound_id: UUID | None, region: str | None) -> Select[Any]:
    """Rows of Council."""
    statement = select(Council).where(within(actor, Council.compound_code))
    if compound_id is not None:
        statement = statement.where(Council.compound_id == compound_id)
    return statement if region is None else statement.where(under(Council.compound_code, region))


async def council(db: AsyncSession, actor: Actor, council_id: UUID, lock: bool = False) -> Council:
    """Errors: CouncilUnknown, also for what the actor may not know of."""
    statement = select(Council).where(Council.id == council_id)
    found = (await db.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()
    if found is None or not actor.holds(READER_ROLES, found.compound_code):
        raise CouncilUnknown
    return found


async def members_of(db: AsyncSession, council_id: UUID) -> Sequence[CouncilMember]:
    """All who ever sat, in the order in which they came."""
    wanted = select(CouncilMember).where(CouncilMember.council_id == council_id).order_by(CouncilMember.id)
    return (await db.execute(wanted)).scalars().all()


async def members_on(db: AsyncSession, council_id: UUID, day: date) -> Sequence[CouncilMember]:
    """MEET-9. Who sits in the council on a day; the last day counts."""
    wanted = select(CouncilMember).where(
        CouncilMember.council_id == council_id,
        CouncilMember.since <= day,
        or_(CouncilMember.until.is_(None), CouncilMember.until >= day),
    )
    return (await db.execute(wanted.order_by(CouncilMember.id))).scalars().all()
