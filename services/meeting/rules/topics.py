"""Decides which moves a topic knows, who makes each and what hinders it (MEET-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from services.meeting.rules.kinds import KINDS, Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.moves import Move, Need, Table, move
from services.meeting.rules.notice import is_still_posted
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import Part
from services.meeting.rules.screening import Outcome


class TopicState(StrEnum):
    COLLECTED = "COLLECTED"  # 已征集
    SCREENED = "SCREENED"  # 已审核
    SCHEDULED = "SCHEDULED"  # 已列入议程
    DEFERRED = "DEFERRED"  # 已暂缓
    RESOLVED = "RESOLVED"  # 已表决
    PUBLICISED = "PUBLICISED"  # 公示中
    EXECUTING = "EXECUTING"  # 执行中
    EVALUATED = "EVALUATED"  # 已评估
    REOPENED = "REOPENED"  # 重新提起
    ARCHIVED = "ARCHIVED"  # 已归档


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What a topic needs to know of the meeting that shall take it."""

    state: MeetingState
    kind: Kind
    is_same_compound: bool


@dataclass(frozen=True, slots=True)
class TopicCase:
    """A topic as its guards see it. `meeting` is the one asked for; None while none is named."""

    outcome: Outcome | None
    posted_at: datetime | None
    tasks_unfinished: int
    now: datetime
    rules: Parameters
    meeting: MeetingFacts | None = None
    vote_runs: bool = False


def _no_vote_runs(case: TopicCase) -> Why | None:
    """MEET-3. A topic is not taken off while it is voted on: the vote would be carried and the topic undecided."""
    return Why.VOTE_RUNS if case.vote_runs else None


def _accepted(case: TopicCase) -> Why | None:
    """MEET-2. What screening sent elsewhere does not come onto an agenda."""
    return None if case.outcome is Outcome.ACCEPT else Why.NOT_ACCEPTED


def _meeting_fits(case: TopicCase) -> Why | None:
    """VOTE-9. An agenda is open only before its notice; and only a meeting that resolves takes a topic."""
    if case.meeting is None:
        return None
    fits = case.meeting.state is MeetingState.DRAFT and KINDS[case.meeting.kind].resolves
    return None if fits and case.meeting.is_same_compound else Why.MEETING_UNFIT


def _posting_is_over(case: TopicCase) -> Why | None:
    """MEET-1, DAY-1. Raises CalendarMissing."""
    if case.posted_at is None or is_still_posted(case.posted_at, case.now, case.rules):
        return Why.STILL_POSTED
    return None


def _tasks_are_evaluated(case: TopicCase) -> Why | None:
    """MEET-6. A topic without tasks (a lost one has none) has nothing left to wait for."""
    return Why.TASKS_UNFINISHED if case.tasks_unfinished else None


_SCHEDULING: Move[TopicCase] = move(Part.DESK, needs=(Need.MEETING,), guards=(_accepted, _meeting_fits))

_ARCS: Mapping[tuple[TopicState, TopicState], Move[TopicCase]] = {
    (TopicState.COLLECTED, TopicState.SCREENED): move(Part.DESK, needs=(Need.OUTCOME,)),
    # A wrong screening is taken back until the topic stands on an agenda; a ticket it became is ended first.
    (TopicState.SCREENED, TopicState.COLLECTED): move(Part.DESK, needs=(Need.REASON,), guards=(_tasks_are_evaluated,)),
    (TopicState.SCREENED, TopicState.SCHEDULED): _SCHEDULING,
    (TopicState.SCHEDULED, TopicState.RESOLVED): move(Part.HOUSE),  # its vote was closed
    (TopicState.SCHEDULED, TopicState.DEFERRED): move(
        Part.DESK, Part.HOUSE, needs=(Need.REASON,), guards=(_no_vote_runs,)
    ),
    (TopicState.DEFERRED, TopicState.SCHEDULED): _SCHEDULING,
    (TopicState.RESOLVED, TopicState.PUBLICISED): move(Part.HOUSE),  # the minutes were posted
    (TopicState.PUBLICISED, TopicState.EXECUTING): move(Part.DESK, guards=(_posting_is_over,)),
    (TopicState.EXECUTING, TopicState.EVALUATED): move(
        Part.DESK, needs=(Need.EVALUATION,), guards=(_tasks_are_evaluated,)
    ),
    (TopicState.EVALUATED, TopicState.ARCHIVED): move(Part.DESK),
    (TopicState.EVALUATED, TopicState.REOPENED): move(Part.DESK, Part.PROPOSER, needs=(Need.REASON,)),
    (TopicState.REOPENED, TopicState.SCHEDULED): _SCHEDULING,
}

TOPIC_MOVES: Table[TopicState, TopicCase] = Table(MappingProxyType(_ARCS))
"""MEET-1. The whole life of a topic."""

BEFORE_VOTE = frozenset({TopicState.COLLECTED, TopicState.SCREENED, TopicState.SCHEDULED, TopicState.DEFERRED})
"""Where another topic may still merge into it."""


def is_fit_lead(state: TopicState, outcome: Outcome | None, is_itself: bool, is_same_compound: bool) -> bool:
    """MEET-1. MERGE: into another topic of the compound that is neither resolved nor sent elsewhere."""
    return state in BEFORE_VOTE and outcome in (None, Outcome.ACCEPT) and not is_itself and is_same_compound
