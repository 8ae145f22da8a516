"""Decides when a ticket must be answered, signed and finished, and how late it is (TKT-3, TKT-4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.ticket.rules.kinds import Kind
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.states import FINAL, State
from shared.days import (
    add_working_time,
    day_of,
    end_of,
    shift_working_days,
    working_period_end,
    working_time,
)


class Colour(StrEnum):
    """TKT-3. How a ticket stands against its clock; computed, never stored."""

    NONE = "NONE"  # no clock runs for it
    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    PAUSED = "PAUSED"


# The answer is given: what follows is the check and the call-back, on other people's time.
ANSWERED = frozenset({State.RESOLVED_ON_SPOT, State.FEEDBACK, State.VERIFIED, State.CALLBACK, State.CLOSED})
_CLOCKLESS = frozenset({State.REJECTED, State.HANDED_OVER, State.WITHDRAWN, State.MERGED})


@dataclass(frozen=True, slots=True)
class Pace:
    """What the colour of a ticket hangs on."""

    state: State
    due_at: datetime | None = None
    sign_due_at: datetime | None = None  # set while it is dispatched and unsigned
    answer_due_at: datetime | None = None  # set for an emergency that nobody has answered yet
    answered_at: datetime | None = None


def answer_due(reported_at: datetime, emergency: bool, rules: Parameters) -> datetime | None:
    """TKT-3. An emergency is answered within half an hour, night or holiday: wall clock."""
    return reported_at + rules.emergency_answer_within if emergency else None


def sign_due(dispatched_at: datetime, rules: Parameters) -> datetime:
    """TKT-3. Two office hours. Raises CalendarMissing."""
    return add_working_time(dispatched_at, rules.sign_within, rules.office)


def finish_due(kind: Kind, started_at: datetime, rules: Parameters) -> datetime | None:
    """TKT-3. 24:00 of the last working day of the kind's limit; praise has none. Raises CalendarMissing."""
    limit = rules.finish_working_days[kind]
    return None if limit is None else working_period_end(day_of(started_at), limit)


def longest_extension(kind: Kind, rules: Parameters) -> int:
    """TKT-4. Working days: no more than the original limit and no more than the cap."""
    return min(rules.finish_working_days[kind] or 0, rules.max_extension_days)


def paused_for(suspended_at: datetime, resumed_at: datetime, rules: Parameters) -> timedelta:
    """TKT-3. Working time that an approved suspension takes out of the clock. Raises CalendarMissing."""
    return working_time(suspended_at, resumed_at, rules.office)


def current_due(original: datetime, extension_days: int, paused: timedelta, rules: Parameters) -> datetime:
    """TKT-3, TKT-4. The original due, moved by the granted days, then by the paused working time to a day's end."""
    due = shift_working_days(original, extension_days) if extension_days else original
    if paused <= timedelta():
        return due
    return end_of(day_of(add_working_time(due, paused, rules.office)))


def due_stands(state: State) -> bool:
    """TKT-3. Whether the clock was met or ended: what was in time then stays so, whatever is corrected afterwards.

    It is counted anew where the clock runs on: by rework from the same start, by an appeal or a reopening from now.
    """
    return state in ANSWERED | FINAL | {State.REJECTED}


def is_overdue(pace: Pace, now: datetime) -> bool:
    """TKT-3. Past any of its three dues; an answer that came late stays late."""
    if pace.state in _CLOCKLESS or pace.state is State.SUSPENDED:
        return False
    if pace.state in ANSWERED:
        return _passed(pace.due_at, pace.answered_at or now)
    return any(_passed(due, now) for due in (pace.due_at, pace.sign_due_at, pace.answer_due_at))


def colour(pace: Pace, now: datetime, rules: Parameters) -> Colour:
    """TKT-3. Yellow from one working day before the due, red once it is over. Raises CalendarMissing."""
    if pace.state is State.SUSPENDED:
        return Colour.PAUSED
    if is_overdue(pace, now):
        return Colour.RED
    if pace.due_at is None or pace.state in _CLOCKLESS:
        return Colour.NONE
    if pace.state in ANSWERED:
        return Colour.GREEN
    left = working_time(now, pace.due_at, rules.office)
    return Colour.YELLOW if left <= rules.yellow_working_days * rules.office.day_length else Colour.GREEN


def _passed(due: datetime | None, moment: datetime) -> bool:
    return due is not None and moment >= due
