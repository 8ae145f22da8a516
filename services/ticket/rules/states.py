"""Decides which moves a ticket knows: every arc of TKT-2, who may make it, what it needs and what limits it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.ticket.rules.roles import Part


class State(StrEnum):
    REPORTED = "REPORTED"  # 已上报
    ACCEPTED = "ACCEPTED"  # 已受理
    REJECTED = "REJECTED"  # 不予受理
    HANDED_OVER = "HANDED_OVER"  # 转 110/119/120/122
    DISPATCHED = "DISPATCHED"  # 已派单
    RESOLVED_ON_SPOT = "RESOLVED_ON_SPOT"  # 当场解决
    RETURN_REQUESTED = "RETURN_REQUESTED"  # 申请退单
    IN_PROGRESS = "IN_PROGRESS"  # 处置中
    EXTENSION_REQUESTED = "EXTENSION_REQUESTED"  # 申请延期
    SUSPENDED = "SUSPENDED"  # 挂账
    TO_DELIBERATION = "TO_DELIBERATION"  # 转议事
    TO_OWNERS_VOTE = "TO_OWNERS_VOTE"  # 转业主表决
    MERGED = "MERGED"  # 已并案
    ESCALATED = "ESCALATED"  # 已上呈
    FEEDBACK = "FEEDBACK"  # 已反馈
    VERIFIED = "VERIFIED"  # 已核实
    REWORK = "REWORK"  # 返工
    HARD_CASE = "HARD_CASE"  # 疑难
    CALLBACK = "CALLBACK"  # 待回访
    CLOSED = "CLOSED"  # 已结案
    REOPENED = "REOPENED"  # 重开
    WITHDRAWN = "WITHDRAWN"  # 已撤回


class Need(StrEnum):
    """What a move must carry; the values are the fields of the wire."""

    REASON = "reason"
    WHERE_TO_GO = "where_to_go"
    EMERGENCY_LINE = "emergency_line"
    ANSWER = "answer"
    PHOTOS_BEFORE = "photos_before"
    PHOTOS_AFTER = "photos_after"
    UNIT = "unit"
    DAYS = "days"
    GRANTED = "granted"
    GROUNDS = "grounds"
    LEAD = "lead_id"
    PLATFORM = "platform"
    OUTER_NUMBER = "outer_number"
    SOLVED = "solved"
    SATISFACTION = "satisfaction"


class Guard(StrEnum):
    """A condition beyond role and fields; `guards.py` holds the function of each."""

    APPEAL_LEFT = "APPEAL_LEFT"
    RETURN_LEFT = "RETURN_LEFT"
    REWORK_LEFT = "REWORK_LEFT"
    EXTENSION_FITS = "EXTENSION_FITS"
    NOT_WHO_ASKED = "NOT_WHO_ASKED"
    NOT_WHO_HANDLED = "NOT_WHO_HANDLED"
    NOT_WHO_VERIFIED = "NOT_WHO_VERIFIED"
    WITHIN_REOPENING = "WITHIN_REOPENING"
    FORMER_STATE = "FORMER_STATE"
    LEAD_FITS = "LEAD_FITS"
    LEADS_NOBODY = "LEADS_NOBODY"
    UNIT_MAY_LEAD = "UNIT_MAY_LEAD"
    TAKES_IT_HIMSELF = "TAKES_IT_HIMSELF"
    HAS_WORKER = "HAS_WORKER"


@dataclass(frozen=True, slots=True)
class Move:
    """One arc. `needs` are fields of the request, `guards` are judged in order."""

    by: frozenset[Part]
    needs: frozenset[Need] = frozenset()
    guards: tuple[Guard, ...] = ()


def _move(*by: Part, needs: tuple[Need, ...] = (), guards: tuple[Guard, ...] = ()) -> Move:
    return Move(frozenset(by), frozenset(needs), guards)


Arc = tuple[State, State]

FINAL = frozenset({State.CLOSED, State.WITHDRAWN, State.HANDED_OVER})
"""TKT-2. Only CLOSED of these can be left, and only by reopening."""
OPEN = frozenset(State) - FINAL

_DISPATCH = (Guard.UNIT_MAY_LEAD,)
_SEPARATE = (Guard.NOT_WHO_HANDLED,)
_SEPARATE_CALL = (Guard.NOT_WHO_HANDLED, Guard.NOT_WHO_VERIFIED)
_PHOTOS = (Need.ANSWER, Need.PHOTOS_BEFORE, Need.PHOTOS_AFTER)
_VERIFIERS = (Part.DESK, Part.GRID, Part.COMMITTEE, Part.HELPED)

_INTAKE: Mapping[Arc, Move] = {
    (State.REPORTED, State.ACCEPTED): _move(Part.DESK),
    (State.REPORTED, State.REJECTED): _move(Part.DESK, needs=(Need.REASON, Need.WHERE_TO_GO)),
    (State.REPORTED, State.HANDED_OVER): _move(Part.DESK, needs=(Need.EMERGENCY_LINE,)),
    (State.REJECTED, State.REPORTED): _move(Part.REPORTER, needs=(Need.REASON,), guards=(Guard.APPEAL_LEFT,)),
    (State.ACCEPTED, State.DISPATCHED): _move(
        Part.DESK, Part.VOLUNTEER, needs=(Need.UNIT,), guards=(*_DISPATCH, Guard.TAKES_IT_HIMSELF)
    ),
    (State.ACCEPTED, State.RESOLVED_ON_SPOT): _move(Part.DESK, Part.GRID, needs=(Need.ANSWER,)),
    (State.RESOLVED_ON_SPOT, State.CALLBACK): _move(Part.DESK, Part.HELPED, guards=_SEPARATE),
    (State.DISPATCHED, State.IN_PROGRESS): _move(Part.HANDLER),
    (State.DISPATCHED, State.DISPATCHED): _move(Part.DESK, needs=(Need.UNIT, Need.REASON), guards=_DISPATCH),
    (State.DISPATCHED, State.RETURN_REQUESTED): _move(Part.HANDLER, needs=(Need.REASON,), guards=(Guard.RETURN_LEFT,)),
    (State.RETURN_REQUESTED, State.DISPATCHED): _move(
        Part.DESK, needs=(Need.UNIT,), guards=(Guard.RETURN_LEFT, Guard.NOT_WHO_ASKED, *_DISPATCH)
    ),
    (State.RETURN_REQUESTED, State.IN_PROGRESS): _move(
        Part.DESK, needs=(Need.REASON,), guards=(Guard.NOT_WHO_ASKED, Guard.HAS_WORKER)
    ),
}

_WORK: Mapping[Arc, Move] = {
    (State.IN_PROGRESS, State.EXTENSION_REQUESTED): _move(
        Part.HANDLER, needs=(Need.DAYS, Need.REASON), guards=(Guard.EXTENSION_FITS,)
    ),
    (State.EXTENSION_REQUESTED, State.IN_PROGRESS): _move(
        Part.DESK, needs=(Need.GRANTED,), guards=(Guard.NOT_WHO_ASKED,)
    ),
    (State.IN_PROGRESS, State.SUSPENDED): _move(
        Part.DESK, Part.STREET, needs=(Need.GROUNDS,), guards=(Guard.NOT_WHO_HANDLED,)
    ),
    (State.SUSPENDED, State.IN_PROGRESS): _move(Part.DESK, Part.STREET, Part.HANDLER),
    (State.IN_PROGRESS, State.FEEDBACK): _move(Part.HANDLER, needs=_PHOTOS),
    (State.IN_PROGRESS, State.TO_DELIBERATION): _move(Part.DESK, needs=(Need.REASON,)),
    (State.IN_PROGRESS, State.TO_OWNERS_VOTE): _move(Part.DESK, needs=(Need.REASON,)),
    (State.TO_DELIBERATION, State.FEEDBACK): _move(Part.DESK, needs=(Need.ANSWER,)),
    (State.TO_DELIBERATION, State.IN_PROGRESS): _move(Part.DESK, needs=(Need.REASON,), guards=(Guard.HAS_WORKER,)),
    (State.TO_OWNERS_VOTE, State.FEEDBACK): _move(Part.DESK, needs=(Need.ANSWER,)),
    (State.TO_OWNERS_VOTE, State.IN_PROGRESS): _move(Part.DESK, needs=(Need.REASON,), guards=(Guard.HAS_WORKER,)),
    (State.ESCALATED, State.FEEDBACK): _move(Part.DESK, Part.STREET, Part.PARTNER, needs=(Need.ANSWER,)),
    (State.ESCALATED, State.IN_PROGRESS): _move(
        Part.DESK, Part.STREET, Part.PARTNER, needs=(Need.REASON,), guards=(Guard.HAS_WORKER,)
    ),
}

_OUTCOME: Mapping[Arc, Move] = {
    (State.FEEDBACK, State.VERIFIED): _move(*_VERIFIERS, guards=_SEPARATE),
    (State.FEEDBACK, State.REWORK): _move(*_VERIFIERS, needs=(Need.REASON,), guards=_SEPARATE),
    (State.REWORK, State.DISPATCHED): _move(Part.DESK, needs=(Need.UNIT,), guards=(Guard.REWORK_LEFT, *_DISPATCH)),
    (State.REWORK, State.HARD_CASE): _move(Part.DESK, needs=(Need.REASON,)),
    (State.HARD_CASE, State.IN_PROGRESS): _move(
        Part.DESK, Part.STREET, needs=(Need.REASON,), guards=(Guard.HAS_WORKER,)
    ),
    (State.HARD_CASE, State.CLOSED): _move(Part.STREET, Part.DESK, needs=(Need.REASON,), guards=_SEPARATE),
    (State.VERIFIED, State.CALLBACK): _move(Part.DESK, Part.HELPED, guards=_SEPARATE_CALL),
    (State.CALLBACK, State.CLOSED): _move(
        Part.DESK, Part.HELPED, needs=(Need.SOLVED, Need.SATISFACTION), guards=_SEPARATE_CALL
    ),
    (State.CALLBACK, State.REWORK): _move(Part.DESK, Part.HELPED, needs=(Need.REASON,), guards=_SEPARATE_CALL),
    (State.CLOSED, State.REOPENED): _move(
        Part.REPORTER, Part.DESK, needs=(Need.REASON,), guards=(Guard.WITHIN_REOPENING,)
    ),
    (State.REOPENED, State.ACCEPTED): _move(Part.DESK),
}

MERGEABLE = (State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS)
"""TKT-2. The states from which a ticket joins another or goes up, and to which an un-merge returns."""


def _merging() -> Iterator[tuple[Arc, Move]]:
    for state in MERGEABLE:
        yield (
            (state, State.MERGED),
            _move(Part.DESK, needs=(Need.LEAD,), guards=(Guard.LEADS_NOBODY, Guard.LEAD_FITS)),
        )
        yield (State.MERGED, state), _move(Part.DESK, needs=(Need.REASON,), guards=(Guard.FORMER_STATE,))
        yield (
            (state, State.ESCALATED),
            _move(Part.DESK, Part.STREET, needs=(Need.PLATFORM, Need.OUTER_NUMBER)),
        )


def _withdrawing() -> Iterator[tuple[Arc, Move]]:
    for state in sorted(OPEN):
        yield (state, State.WITHDRAWN), _move(Part.REPORTER)


MOVES: Mapping[Arc, Move] = MappingProxyType(
    {**_INTAKE, **_WORK, **_OUTCOME, **dict(_merging()), **dict(_withdrawing())}
)
"""TKT-2. What is not here does not happen."""

MOVES_FROM: Mapping[State, tuple[tuple[State, Move], ...]] = MappingProxyType(
    {state: tuple((to, MOVES[state, to]) for to in sorted(State) if (state, to) in MOVES) for state in State}
)
"""The same table by where a move begins, in order of the states it leads to."""
