"""Decides which moves a meeting knows, who makes each and what hinders it (MEET-1, MEET-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from services.meeting.rules.kinds import KINDS, Kind, notice_days, quorum_of
from services.meeting.rules.moves import Move, Need, Table, move
from services.meeting.rules.notice import is_announced_in_time
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import Part
from shared.days import day_of


class MeetingState(StrEnum):
    DRAFT = "DRAFT"  # 拟定
    NOTICED = "NOTICED"  # 已通知
    OPEN = "OPEN"  # 进行中
    HELD = "HELD"  # 已召开
    NO_QUORUM = "NO_QUORUM"  # 未达法定人数
    POSTPONED = "POSTPONED"  # 已延期
    CANCELLED = "CANCELLED"  # 已取消


@dataclass(frozen=True, slots=True)
class MeetingCase:
    """A meeting as its guards see it. `starts_at` is the time asked for, the one set, or None while none is named."""

    kind: Kind
    starts_at: datetime | None
    agenda: int
    officers: tuple[object | None, object | None, object | None]  # chair, recorder, witness
    members: int  # in term on the day, or frozen by an earlier notice
    term: tuple[date, date] | None
    quorum_stood: bool  # at any instant of this sitting
    votes_running: int
    now: datetime
    rules: Parameters


def _agenda_is_set(case: MeetingCase) -> Why | None:
    """VOTE-9. What is announced is a list of matters, never a meeting as such."""
    return None if case.agenda else Why.NO_AGENDA


def _officers_are_apart(case: MeetingCase) -> Why | None:
    """MEET-5. Three persons sign."""
    if None in case.officers:
        return Why.OFFICERS_UNNAMED
    return None if len(set(case.officers)) == len(case.officers) else Why.OFFICERS_NOT_APART


def _has_members(case: MeetingCase) -> Why | None:
    """MEET-9. A constituted council has named members, in term on the day."""
    if not KINDS[case.kind].has_roll:
        return None
    if case.term and case.starts_at and not case.term[0] <= day_of(case.starts_at) <= case.term[1]:
        return Why.OUT_OF_TERM
    return None if case.members else Why.NO_MEMBERS


def _notice_is_long_enough(case: MeetingCase) -> Why | None:
    """MEET-1."""
    if case.starts_at is None:
        return None
    days = notice_days(case.kind, case.rules)
    return None if is_announced_in_time(case.now, case.starts_at, days) else Why.NOTICE_TOO_SHORT


def _time_has_come(case: MeetingCase) -> Why | None:
    early = timedelta(minutes=case.rules.early_minutes)
    return None if case.starts_at and case.now >= case.starts_at - early else Why.TOO_EARLY


def _has_begun(case: MeetingCase) -> Why | None:
    """MEET-1. It opens early for signing in; before its time nobody ends it over those who are still to come."""
    return None if case.starts_at and case.now >= case.starts_at else Why.TOO_EARLY


def _no_vote_runs(case: MeetingCase) -> Why | None:
    return Why.VOTE_RUNS if case.votes_running else None


def _quorum_stood(case: MeetingCase) -> Why | None:
    """MEET-3. A kind without quorum is held whoever came (MEET-9)."""
    if quorum_of(case.kind, case.rules) is None or case.quorum_stood:
        return None
    return Why.QUORUM_NEVER_STOOD


def _quorum_never_stood(case: MeetingCase) -> Why | None:
    """MEET-3."""
    if quorum_of(case.kind, case.rules) is None or case.quorum_stood:
        return Why.QUORUM_STOOD
    return None


_NOTICING = (_agenda_is_set, _officers_are_apart, _has_members, _notice_is_long_enough)
_ENDING = (_has_begun, _no_vote_runs)
_RUNNERS = (Part.DESK, Part.CHAIR, Part.RECORDER)

_ARCS: Mapping[tuple[MeetingState, MeetingState], Move[MeetingCase]] = {
    (MeetingState.DRAFT, MeetingState.NOTICED): move(Part.DESK, guards=_NOTICING),
    (MeetingState.NOTICED, MeetingState.OPEN): move(*_RUNNERS, guards=(_time_has_come,)),
    (MeetingState.OPEN, MeetingState.HELD): move(*_RUNNERS, guards=(*_ENDING, _quorum_stood)),
    (MeetingState.OPEN, MeetingState.NO_QUORUM): move(*_RUNNERS, guards=(*_ENDING, _quorum_never_stood)),
    (MeetingState.NO_QUORUM, MeetingState.NOTICED): move(Part.DESK, needs=(Need.STARTS_AT,), guards=_NOTICING),
    (MeetingState.NOTICED, MeetingState.POSTPONED): move(Part.DESK, needs=(Need.REASON,)),
    (MeetingState.POSTPONED, MeetingState.NOTICED): move(Part.DESK, needs=(Need.STARTS_AT,), guards=_NOTICING),
    (MeetingState.DRAFT, MeetingState.CANCELLED): move(Part.DESK, needs=(Need.REASON,)),
    (MeetingState.NOTICED, MeetingState.CANCELLED): move(Part.DESK, needs=(Need.REASON,)),
    (MeetingState.POSTPONED, MeetingState.CANCELLED): move(Part.DESK, needs=(Need.REASON,)),
    (MeetingState.NO_QUORUM, MeetingState.CANCELLED): move(Part.DESK, needs=(Need.REASON,)),
}

MEETING_MOVES: Table[MeetingState, MeetingCase] = Table(MappingProxyType(_ARCS))
"""MEET-1. The whole life of a meeting."""
