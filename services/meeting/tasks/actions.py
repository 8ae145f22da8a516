"""File a task's ticket, take in what it reports, evaluate what became of it (MEET-6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import move_refusal
from services.meeting.history import Happened, write_down
from services.meeting.meetings.queries import people_of
from services.meeting.neighbours import Filed, TicketWanted
from services.meeting.rules.moves import Need
from services.meeting.rules.roles import Caller, Part, People, parts_of
from services.meeting.rules.tasks import TASK_MOVES, TaskState, state_after
from services.meeting.sight import HOUSE, caller_on, who
from services.meeting.tables import Meeting, Task, TaskReport
from services.meeting.tasks import queries
from shared.identity import Actor


def wanted_ticket(task: Task) -> TicketWanted:
    """The task as the ticket room takes it."""
    return TicketWanted(
        task.id,
        task.compound_id,
        task.compound_code,
        task.category,
        task.words,
        task.building,
        task.entrance,
        task.emergency,
    )


async def take_filing(db: AsyncSession, task_id: UUID, filed: Filed, now: datetime) -> None:
    """MEET-6. The ticket room's answer to a filing; a second one changes nothing."""
    task = await queries.locked(db, task_id)
    if task is None or task.state != TaskState.MADE:
        return
    if filed.ticket_id is None:
        task.refused = filed.refused or "REFUSED"
        await _put(db, task, TaskState.DROPPED, HOUSE, now, Part.HOUSE)
        return
    task.ticket_id, task.looked_at = filed.ticket_id, now
    await _put(db, task, TaskState.LIVING, HOUSE, now, Part.HOUSE)
    await _report(db, task, filed.state or "REPORTED", now)


async def take_report(db: AsyncSession, task_id: UUID, ticket_state: str, now: datetime) -> bool:
    """MEET-6. What its ticket says now; whether that was news. Safe to repeat and to overlap."""
    task = await queries.locked(db, task_id)
    if task is None:
        return False
    task.looked_at = now
    if task.ticket_state == ticket_state:
        return False
    await _report(db, task, ticket_state, now)
    here = TaskState(task.state)
    if (to := state_after(here, ticket_state)) is not here:
        await _put(db, task, to, HOUSE, now, Part.HOUSE)
    return True


async def _report(db: AsyncSession, task: Task, ticket_state: str, now: datetime) -> None:
    task.ticket_state = ticket_state
    last = select(func.coalesce(func.max(TaskReport.position), 0)).where(TaskReport.task_id == task.id)
    position = int((await db.execute(last)).scalar_one()) + 1
    db.add(TaskReport(task_id=task.id, position=position, ticket_state=ticket_state, at=now))


async def _put(db: AsyncSession, task: Task, to: TaskState, actor: str, now: datetime, by: Part) -> None:
    before, task.state = task.state, to
    task.version += 1
    await write_down(db, task, Happened("TASK", before, actor, now, {"by": by}))


async def evaluate_task(db: AsyncSession, actor: Actor, task_id: UUID, words: str, now: datetime) -> Task:
    """MEET-6. Once its ticket is through. Errors: TaskUnknown, NextMove…"""
    task = await queries.task(db, actor, task_id, lock=True)
    here, to = TaskState(task.state), TaskState.EVALUATED
    parts = parts_of(await people(db, task), caller_on(actor, task.compound_code))
    if refused := TASK_MOVES.judge(here, to, parts, frozenset({Need.EVALUATION}), None):
        arc = TASK_MOVES.arcs.get((here, to))
        raise move_refusal(refused, sorted(arc.by) if arc else (), state=here, allowed=open_moves(task, parts))
    task.evaluation = words
    await _put(db, task, to, who(actor), now, min(TASK_MOVES.arcs[here, to].by & parts))
    return task


async def people(db: AsyncSession, task: Task) -> People:
    """Who presided where the task was made."""
    meeting = await db.get(Meeting, task.meeting_id) if task.meeting_id else None
    return await people_of(db, meeting) if meeting else People()


def open_moves(task: Task, parts: frozenset[Part]) -> list[dict[str, object]]:
    """`allowed` as the wire shows it."""
    found = TASK_MOVES.allowed(TaskState(task.state), parts, None)
    return [{"to": to.value, "needs": sorted(need.value for need in needs)} for to, needs in found]


def parts_by_role(actor: Actor, task: Task) -> frozenset[Part]:
    """For lists: what the actor is by his roles alone."""
    return parts_of(People(), _caller(actor, task))


def _caller(actor: Actor, task: Task) -> Caller:
    return caller_on(actor, task.compound_code)
