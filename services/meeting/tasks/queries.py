"""Which tasks there are, and which of them wait for news of their ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import TaskUnknown
from services.meeting.rules.roles import READER_ROLES
from services.meeting.rules.tasks import FOLLOWED, TaskState
from services.meeting.sight import under, within
from services.meeting.tables import Task, TaskReport
from shared.identity import Actor
from shared.paging import Orders, down, up

TASKS = Orders("tasks", {"newest": (down(Task.made_at), down(Task.id)), "due": (up(Task.due_on), up(Task.id))})
REPORTS = Orders("task_reports", {"oldest": (up(TaskReport.position),)})


def visible(
    actor: Actor, compound_id: UUID | None, meeting_id: UUID | None, region: str | None, state: TaskState | None
) -> Select[Any]:
    """Rows of Task."""
    statement = select(Task).where(within(actor, Task.compound_code))
    for column, value in ((Task.compound_id, compound_id), (Task.meeting_id, meeting_id), (Task.state, state)):
        if value is not None:
            statement = statement.where(column == value)
    return statement if region is None else statement.where(under(Task.compound_code, region))


async def task(db: AsyncSession, actor: Actor, task_id: UUID, lock: bool = False) -> Task:
    """Errors: TaskUnknown, also for what the actor may not know of."""
    wanted = select(Task).where(Task.id == task_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None or not actor.holds(READER_ROLES, found.compound_code):
        raise TaskUnknown
    return found


async def locked(db: AsyncSession, task_id: UUID) -> Task | None:
    """For the house itself."""
    wanted = select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
    return (await db.execute(wanted)).scalar_one_or_none()


async def to_look_at(db: AsyncSession, before: datetime, most: int) -> Sequence[tuple[UUID, UUID]]:
    """MEET-6. (task, ticket) of those followed whose ticket was not asked after since; longest ago first."""
    wanted = (
        select(Task.id, Task.ticket_id)
        .where(Task.state.in_(sorted(FOLLOWED)), or_(Task.looked_at.is_(None), Task.looked_at <= before))
        .order_by(Task.looked_at.nulls_first())
        .limit(most)
    )
    return [(row.id, row.ticket_id) for row in await db.execute(wanted) if row.ticket_id]


def reports_of(task_id: UUID) -> Select[Any]:
    """Rows of TaskReport."""
    return select(TaskReport).where(TaskReport.task_id == task_id)
