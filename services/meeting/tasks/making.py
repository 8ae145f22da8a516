"""Makes a task and queues the job that files its ticket, in the transaction of what it comes from (MEET-6)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.history import Happened, write_down
from services.meeting.rules.tasks import Source, TaskKind, TaskState
from services.meeting.sight import HOUSE
from services.meeting.tables import Task
from shared.database import new_id
from shared.jobs import Jobs

FILE_TASK = "file_task"


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done, of what category, where, by whom and until when."""

    words: str
    category: str
    building: str | None
    entrance: str | None
    owner: str
    due_on: date
    emergency: bool = False


class OfCompound(Protocol):
    """What a task comes from."""

    id: Any
    compound_id: Any
    compound_code: Any


async def make_task(
    db: AsyncSession,
    jobs: Jobs,
    of: OfCompound,
    source: Source,
    source_id: UUID,
    task: NewTask,
    now: datetime,
    topic_id: UUID | None = None,
    meeting_id: UUID | None = None,
) -> Task:
    """MEET-6. A task in state MADE; its job files it as a ticket once this commits."""
    row = Task(
        id=new_id(),
        compound_id=of.compound_id,
        compound_code=of.compound_code,
        kind=TaskKind.TICKET,
        source=source,
        source_id=source_id,
        topic_id=topic_id,
        meeting_id=meeting_id,
        words=task.words,
        category=task.category,
        building=task.building,
        entrance=task.entrance,
        owner=task.owner,
        due_on=task.due_on,
        emergency=task.emergency,
        state=TaskState.MADE,
        made_at=now,
        version=1,
    )
    db.add(row)
    await db.flush()
    await write_down(db, row, Happened("TASK", None, HOUSE, now))
    await jobs.defer(db, FILE_TASK, task_id=str(row.id))
    return row
