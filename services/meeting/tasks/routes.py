"""Tasks over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import (
    NextMoveForbidden,
    NextMoveIncomplete,
    NextMoveRefused,
    TaskUnknown,
    answers,
)
from services.meeting.rules.roles import parts_of
from services.meeting.rules.tasks import TaskState
from services.meeting.sight import caller_on
from services.meeting.tables import Task
from services.meeting.tasks import actions, queries
from services.meeting.tasks.schemas import NewEvaluation, TaskReportSeen, TaskSeen, task_seen
from services.meeting.wire import Region
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.identity import Actor, SignedIn
from shared.paging import Listed, Page, page_of, paged
from shared.versions import etag

router = APIRouter(prefix="/v1/tasks", tags=["meeting"], route_class=EdgeRoute)

EXPORT = Export("tasks", TaskSeen)
Tasks = Annotated[Listing, Depends(listing(queries.TASKS))]
Reports = Annotated[Page, Depends(paged(queries.REPORTS))]


async def _seen(db: AsyncSession, actor: Actor, task: Task, response: Response) -> TaskSeen:
    response.headers.update(etag(task.version))
    return task_seen(task, parts_of(await actions.people(db, task), caller_on(actor, task.compound_code)))


@router.get(
    "",
    operation_id="list_tasks",
    summary="Tasks of my compounds",
    response_model=Listed[TaskSeen],
    responses=EXPORT.responses(),
)
async def list_tasks(
    asked: Tasks,
    actor: SignedIn,
    compound_id: UUID | None = None,
    meeting_id: UUID | None = None,
    region: Region | None = None,
    state: TaskState | None = None,
) -> Any:
    """Newest or next due first."""

    def turn(row: Any) -> TaskSeen:
        return task_seen(row[0], actions.parts_by_role(actor, row[0]))

    return await listed(asked, queries.visible(actor, compound_id, meeting_id, region, state), EXPORT, turn)


@router.get("/{task_id}", operation_id="get_task", summary="One task", responses=answers(TaskUnknown))
async def get_task(db: Reading, actor: SignedIn, task_id: UUID, response: Response) -> TaskSeen:
    """With the ticket it lives as and what that said last."""
    return await _seen(db, actor, await queries.task(db, actor, task_id), response)


@router.get(
    "/{task_id}/reports",
    operation_id="list_task_reports",
    summary="What its ticket reported",
    responses=answers(TaskUnknown),
)
async def list_task_reports(db: Reading, actor: SignedIn, task_id: UUID, page: Reports) -> Listed[TaskReportSeen]:
    """MEET-6. Every state its ticket told, oldest first."""
    await queries.task(db, actor, task_id)
    return await page_of(db, queries.reports_of(task_id), page, lambda row: TaskReportSeen.model_validate(row[0]))


@router.post(
    "/{task_id}/evaluations",
    operation_id="evaluate_task",
    summary="Evaluate a task",
    status_code=201,
    responses=answers(TaskUnknown, NextMoveRefused, NextMoveForbidden, NextMoveIncomplete),
)
async def evaluate_task(
    db: Writing, actor: SignedIn, task_id: UUID, evaluation: NewEvaluation, response: Response, now: Now
) -> TaskSeen:
    """MEET-6. Once its ticket is through; it is not followed any further."""
    evaluated = await actions.evaluate_task(db, actor, task_id, evaluation.evaluation, now)
    return await _seen(db, actor, evaluated, response)
