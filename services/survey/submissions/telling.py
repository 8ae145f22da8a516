"""Writes down on which side of a lease each record of a home was told, as the visits of its visitor say it (PRI-3)."""

from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.rules.visits import Outcome
from services.survey.tables import Submission, Visit

_NEAREST = (
    select(Visit.relation)
    .where(
        Visit.round_id == Submission.round_id,
        Visit.home_id == Submission.home_id,
        Visit.outcome == Outcome.MET,
        or_(Visit.recorded_by == Submission.taken_by, Visit.second_visitor == Submission.taken_by),
    )
    .order_by(func.abs(func.extract("epoch", Visit.visited_at - Submission.answered_at)), Visit.id)
    .limit(1)
    .correlate(Submission)
    .scalar_subquery()
)


async def say_who_told(db: AsyncSession, round_id: UUID, home_id: UUID) -> None:
    """PRI-3. Into what visitors took down: who answered the one of their visits that lies nearest to it in time.

    A device hands visits and answers in as it likes, several of a home too; so all of the home are told anew. What a
    resident wrote himself he told as what his token says.
    """
    records = update(Submission).where(
        Submission.round_id == round_id,
        Submission.home_id == home_id,
        ~Submission.of_home,
        Submission.told_as.is_distinct_from(_NEAREST),
    )
    await db.execute(records.values(told_as=_NEAREST).execution_options(synchronize_session=False))
