"""What the room does unasked: file the tickets of tasks, and ask after them until they are evaluated (MEET-6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.meeting.neighbours import file_ticket, ticket_state
from services.meeting.rules.tasks import TaskState
from services.meeting.settings import MeetingSettings
from services.meeting.tables import Task
from services.meeting.tasks import queries
from services.meeting.tasks.actions import take_filing, take_report, wanted_ticket
from services.meeting.tasks.making import FILE_TASK
from shared.jobs import Job
from shared.problems import NeighbourDown, Unknown

if TYPE_CHECKING:
    from shared.app import House

BATCH = 50
GONE = "WITHDRAWN"
"""A ticket that the ticket room no longer knows was erased there; for its task that is as if withdrawn."""


def jobs(house: "House") -> Mapping[str, Job]:
    """The room's queue by name."""

    async def file_task(task_id: str) -> None:
        await file(house, UUID(task_id))

    return {FILE_TASK: file_task}


async def file(house: "House", task_id: UUID) -> None:
    """MEET-6. Asks with no transaction open, then writes; run again it finds the same ticket. Errors: NeighbourDown."""
    async with house.database.read() as session:
        task = await session.get(Task, task_id)
        if task is None or task.state != TaskState.MADE:
            return
        wanted = wanted_ticket(task)
    filed = await file_ticket(house.neighbour("ticket"), wanted)
    async with house.database.write() as session, session.begin():
        await take_filing(session, task_id, filed, house.clock.now())
    house.wake.set()


async def follow_tasks(house: "House") -> int:
    """MEET-6. One look at each ticket that was not asked after lately; how many had news. Any process may do it."""
    assert isinstance(house.settings, MeetingSettings)
    now = house.clock.now()
    before = now - timedelta(seconds=house.settings.task_look_seconds)
    async with house.database.read() as session:
        followed = await queries.to_look_at(session, before, BATCH)
    news = 0
    for task_id, ticket_id in followed:
        try:
            state = await ticket_state(house.neighbour("ticket"), ticket_id)
        except Unknown:
            state = GONE
        except NeighbourDown:
            return 0  # the next beat asks again
        async with house.database.write() as session, session.begin():
            news += await take_report(session, task_id, state, now)
    return news
