"""Which visits there are and who may see them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import VisitUnknown
from services.survey.rules.roles import OFFICE, VISITORS
from services.survey.tables import Round, Visit
from shared.identity import Actor
from shared.paging import Orders, down

VISITS = Orders("visits", {"newest": (down(Visit.visited_at), down(Visit.id))})


async def visit_in_reach(db: AsyncSession, actor: Actor, visit_id: UUID, lock: bool = False) -> Visit:
    """One that I made and still visit here, or any for the office. Errors: VisitUnknown."""
    wanted = select(Visit).where(Visit.id == visit_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None or not may_see(actor, found):
        raise VisitUnknown
    return found


def may_see(actor: Actor, visit: Visit) -> bool:
    mine = actor.subject in {visit.recorded_by, visit.second_visitor} and actor.holds(VISITORS, visit.compound_code)
    return mine or actor.holds(OFFICE, visit.compound_code)


def visits_of(actor: Actor, found: Round, home_id: UUID | None) -> Select[Any]:
    """The visits of a round: all for the office, for visitors those they made."""
    statement = select(Visit).where(Visit.round_id == found.id)
    if not actor.holds(OFFICE, found.compound_code):
        statement = statement.where(mine(actor) if actor.holds(VISITORS, found.compound_code) else false())
    return statement if home_id is None else statement.where(Visit.home_id == home_id)


def mine(actor: Actor) -> ColumnElement[bool]:
    return or_(Visit.recorded_by == actor.subject, Visit.second_visitor == actor.subject)
