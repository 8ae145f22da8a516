"""Decides how a task lives on as a ticket and reports back until it is evaluated (MEET-6)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from services.meeting.rules.moves import Move, Need, Table, move
from services.meeting.rules.roles import Part


class TaskState(StrEnum):
    MADE = "MADE"  # 已分派: its ticket is being filed
    LIVING = "LIVING"  # 办理中: it lives as a ticket
    DONE = "DONE"  # 已办结: the ticket is closed
    DROPPED = "DROPPED"  # 未办成: the ticket was refused or withdrawn
    EVALUATED = "EVALUATED"  # 已评估


class TaskKind(StrEnum):
    """As what a task lives on. SURVEY and VOTE follow with the rooms that own them."""

    TICKET = "TICKET"


class Source(StrEnum):
    """Where a task comes from."""

    RESOLUTION = "RESOLUTION"  # MEET-6
    TOPIC = "TOPIC"  # screened TO_TICKET (MEET-1)
    PROBLEM = "PROBLEM"  # answered with a ticket (MEET-9)


_ARCS: Mapping[tuple[TaskState, TaskState], Move[None]] = {
    (TaskState.MADE, TaskState.LIVING): move(Part.HOUSE),
    (TaskState.MADE, TaskState.DROPPED): move(Part.HOUSE),
    (TaskState.LIVING, TaskState.DONE): move(Part.HOUSE),
    (TaskState.LIVING, TaskState.DROPPED): move(Part.HOUSE),
    (TaskState.DONE, TaskState.LIVING): move(Part.HOUSE),  # the ticket was reopened
    (TaskState.DONE, TaskState.EVALUATED): move(Part.DESK, Part.CHAIR, needs=(Need.EVALUATION,)),
    (TaskState.DROPPED, TaskState.EVALUATED): move(Part.DESK, Part.CHAIR, needs=(Need.EVALUATION,)),
}

TASK_MOVES: Table[TaskState, None] = Table(MappingProxyType(_ARCS))
"""MEET-6. Nobody moves a task by hand but to evaluate it: its ticket does."""

FOLLOWED = frozenset({TaskState.LIVING, TaskState.DONE})
"""MEET-6. A task is followed until it is evaluated; a closed ticket may be reopened meanwhile."""

# The ticket room's end states; every other state is work going on. REJECTED may be appealed, so it is no end.
ENDS: Mapping[str, TaskState] = {
    "CLOSED": TaskState.DONE,
    "HANDED_OVER": TaskState.DONE,
    "WITHDRAWN": TaskState.DROPPED,
}


def state_after(here: TaskState, ticket_state: str) -> TaskState:
    """MEET-6. Where a report of its ticket leaves a task; a report that says nothing new leaves it where it is."""
    if here not in FOLLOWED:
        return here
    to = ENDS.get(ticket_state, TaskState.LIVING)
    return to if (here, to) in TASK_MOVES.arcs else here
