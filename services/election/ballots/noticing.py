"""Makes ready the notices of registered ballots: the dense log is read by index, so that none is missed.

A notice goes to every owner of the entitlement. It says that a ballot was registered, by which channel and of which
day: never a choice, never a code (BAL-9). Its ways out (SMS, mini-program) are built on these rows.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.tables import Ballot, BallotBox, BallotNotice, NoticeCursor, RollEntry
from shared.days import day_of
from shared.house import House

BATCH = 500


async def give_notice(house: House) -> int:
    """One pass: the next lines of one election that is behind. How many lines were read."""
    async with house.database.write() as session, session.begin():
        return await notice_next(session)


async def notice_next(db: AsyncSession) -> int:
    """One pass at a time an election: its cursor is locked, and skipped where another process holds it."""
    behind = (
        select(BallotBox.election_id, BallotBox.next_index)
        .outerjoin(NoticeCursor, NoticeCursor.election_id == BallotBox.election_id)
        .where(BallotBox.next_index > func.coalesce(NoticeCursor.next_index, 0))
        .order_by(BallotBox.election_id)
        .limit(1)
    )
    found = (await db.execute(behind)).one_or_none()
    if found is None:
        return 0
    election_id, end = found
    fresh = upsert(NoticeCursor).values(election_id=election_id, next_index=0).on_conflict_do_nothing()
    await db.execute(fresh)
    cursor = (
        await db.execute(
            select(NoticeCursor).where(NoticeCursor.election_id == election_id).with_for_update(skip_locked=True)
        )
    ).scalar_one_or_none()
    if cursor is None:
        return 0
    until = min(end, cursor.next_index + BATCH)
    rows = [row for one in await _ballots(db, election_id, cursor.next_index, until) for row in _notices(*one)]
    if rows:
        await db.execute(insert(BallotNotice), rows)
    read = until - cursor.next_index
    cursor.next_index = until
    return read


async def _ballots(db: AsyncSession, election_id: UUID, start: int, until: int) -> Any:
    """Ballots whose line lies in this stretch; what the head has counted is there, gap-free."""
    found = (
        select(Ballot, RollEntry.owner_ids)
        .join(RollEntry, and_(RollEntry.election_id == Ballot.election_id, RollEntry.id == Ballot.entry_id))
        .where(Ballot.election_id == election_id, Ballot.log_index >= start, Ballot.log_index < until)
        .order_by(Ballot.log_index)
    )
    return (await db.execute(found)).all()


def _notices(ballot: Ballot, owners: list[UUID]) -> list[dict[str, Any]]:
    return [
        {
            "election_id": ballot.election_id,
            "log_index": ballot.log_index,
            "recipient_id": owner,
            "entry_id": ballot.entry_id,
            "channel": ballot.channel,
            "day": _day(ballot.cast_at),
            "revision": ballot.revision,
        }
        for owner in owners
    ]


def _day(at: datetime) -> str:
    return day_of(at).isoformat()
