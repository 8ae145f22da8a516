"""Which counts an election has."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.errors import NotCounted
from services.election.tables import Election, Result


async def newest_result(db: AsyncSession, election: Election) -> Result:
    """The count that stands. Errors: NotCounted."""
    found = await results_of(db, election)
    if not found:
        raise NotCounted(state=election.state)
    return found[-1]


async def result_of(db: AsyncSession, election: Election, number: int | None) -> Result:
    """One count, without a number the newest. Errors: NotCounted."""
    if number is None:
        return await newest_result(db, election)
    found = await db.get(Result, (election.id, number))
    if found is None:
        raise NotCounted(state=election.state)
    return found


async def results_of(db: AsyncSession, election: Election) -> Sequence[Result]:
    """Every count, the first one first."""
    wanted = select(Result).where(Result.election_id == election.id).order_by(Result.number)
    return (await db.execute(wanted)).scalars().all()
