"""Wire shapes of tasks."""

from uuid import UUID

from services.meeting.rules.roles import Part
from services.meeting.rules.tasks import Source, TaskKind, TaskState
from services.meeting.tables import Task
from services.meeting.tasks.actions import open_moves
from services.meeting.wire import (
    CODE,
    COMPOUND_ID,
    MEETING_ID,
    RESOLUTION_ID,
    TASK_ID,
    TICKET_ID,
    TOPIC_ID,
    OpenMove,
    Words,
)
from shared.wire import Day, Input, Instant, Output, example


class NewEvaluation(Input):
    """What came of it, in words."""

    model_config = Input.model_config | example(evaluation="灯已修好,走访三户均满意。")

    evaluation: Words


class TaskSeen(Output):
    """MEET-6. A task, the ticket it lives as, and what that ticket said last."""

    model_config = Output.model_config | example(
        id=TASK_ID,
        compound_id=COMPOUND_ID,
        compound_code=CODE,
        kind="TICKET",
        source="RESOLUTION",
        source_id=RESOLUTION_ID,
        topic_id=TOPIC_ID,
        meeting_id=MEETING_ID,
        words="修好三号楼二单元三层楼道灯",
        category="facilities.stair_lamp",
        building="3",
        entrance="2",
        owner="社区网格员",
        due_on="2026-03-28",
        state="LIVING",
        ticket_id=TICKET_ID,
        ticket_state="IN_PROGRESS",
        refused=None,
        evaluation=None,
        made_at="2026-03-14T11:50:00Z",
        looked_at="2026-03-16T02:00:00Z",
        allowed=[],
        version=2,
    )

    id: UUID
    compound_id: UUID
    compound_code: str
    kind: TaskKind
    source: Source
    source_id: UUID
    topic_id: UUID | None
    meeting_id: UUID | None
    words: str
    category: str
    building: str | None
    entrance: str | None
    owner: str
    due_on: Day
    state: TaskState
    ticket_id: UUID | None
    ticket_state: str | None
    refused: str | None
    evaluation: str | None
    made_at: Instant
    looked_at: Instant | None
    allowed: list[OpenMove]
    version: int


class TaskReportSeen(Output):
    """MEET-6. One thing its ticket said of itself."""

    model_config = Output.model_config | example(position=2, ticket_state="IN_PROGRESS", at="2026-03-16T02:00:00Z")

    position: int
    ticket_state: str
    at: Instant


def task_seen(task: Task, parts: frozenset[Part]) -> TaskSeen:
    """A task as a caller of these parts sees it."""
    plain = {name: getattr(task, name) for name in TaskSeen.model_fields if name != "allowed"}
    return TaskSeen.model_validate({**plain, "allowed": open_moves(task, parts)})
