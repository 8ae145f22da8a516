"""VOTE-10: the path of an election as one table: which step leads from where to where, and what time says to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.election.rules.committee import enough_candidates
from services.election.rules.parameters import Kind, Online, Preset, Rules
from shared.days import CalendarMissing, OnHoliday, day_of, is_within, period_end


class State(StrEnum):
    DRAFT = "DRAFT"
    ROLL_POSTED = "ROLL_POSTED"
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    COUNTED = "COUNTED"
    POSTED = "POSTED"
    FINAL = "FINAL"
    CANCELLED = "CANCELLED"
    REPEATED = "REPEATED"


class Step(StrEnum):
    POST_ROLL = "POST_ROLL"
    ANNOUNCE = "ANNOUNCE"
    OPEN = "OPEN"
    CLOSE = "CLOSE"
    COUNT = "COUNT"
    POST = "POST"
    RECOUNT = "RECOUNT"
    FINALISE = "FINALISE"
    REPEAT = "REPEAT"
    CANCEL = "CANCEL"


STEPS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.POST_ROLL): State.ROLL_POSTED,
    (State.ROLL_POSTED, Step.ANNOUNCE): State.ANNOUNCED,
    (State.ANNOUNCED, Step.OPEN): State.OPEN,
    (State.OPEN, Step.CLOSE): State.CLOSED,
    (State.CLOSED, Step.COUNT): State.COUNTED,
    (State.COUNTED, Step.POST): State.POSTED,
    (State.COUNTED, Step.RECOUNT): State.COUNTED,
    (State.POSTED, Step.RECOUNT): State.COUNTED,
    (State.POSTED, Step.FINALISE): State.FINAL,
    (State.COUNTED, Step.REPEAT): State.REPEATED,
    (State.POSTED, Step.REPEAT): State.REPEATED,
    (State.DRAFT, Step.CANCEL): State.CANCELLED,
    (State.ROLL_POSTED, Step.CANCEL): State.CANCELLED,
    (State.ANNOUNCED, Step.CANCEL): State.CANCELLED,
}
"""VOTE-10. Nothing else happens: no way back, no cancelling once it is open."""

HIDDEN = frozenset({State.DRAFT})
"""Only the desk sees it: from the posting of the roll on everybody may read and object (PUB-6, COM-1)."""
PUNCTUAL = timedelta(hours=1)
"""An opening so long after the announced instant is still on time."""
COUNTED = frozenset({State.COUNTED, State.POSTED, State.FINAL, State.REPEATED})
"""Its result may be shown."""
OVER = COUNTED | {State.CLOSED}


class Why(StrEnum):
    """Why a step is refused now."""

    NOT_FROM_HERE = "NOT_FROM_HERE"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    NOTICE_TOO_SHORT = "NOTICE_TOO_SHORT"
    WINDOW_WRONG = "WINDOW_WRONG"
    ROLL_EMPTY = "ROLL_EMPTY"
    NO_CONTEST = "NO_CONTEST"
    TURNOUT_REACHED = "TURNOUT_REACHED"
    TOO_FEW_CANDIDATES = "TOO_FEW_CANDIDATES"
    SIZE_WRONG = "SIZE_WRONG"
    SCOPE_UNKNOWN = "SCOPE_UNKNOWN"
    ROLL_STILL_POSTED = "ROLL_STILL_POSTED"
    NOTHING_TO_RECOUNT = "NOTHING_TO_RECOUNT"
    OBJECTIONS_OPEN = "OBJECTIONS_OPEN"
    MUST_REPEAT = "MUST_REPEAT"
    VERIFY_LOCALLY = "VERIFY_LOCALLY"
    NOTE_NEEDED = "NOTE_NEEDED"
    CALENDAR_MISSING = "CALENDAR_MISSING"
    TOO_LITTLE_LEFT = "TOO_LITTLE_LEFT"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps are judged by. `entries` is the size of the roll, `must_repeat` whether the count asks for it.

    Area in hundredths of a m².
    """

    state: State
    rules: Rules
    opens_at: datetime
    closes_at: datetime
    nominees: int
    seats: int
    entries: int = 0
    must_repeat: bool = False
    preset: Preset = Preset.HOUSEHOLD_BALLOT
    kind: Kind = Kind.HOUSEHOLD
    heads: int = 0
    area: int = 0
    roll_posted_at: datetime | None = None
    unsigned: int = 0
    """*verify* parameters that no officer has signed for."""
    note_needed: bool = False
    """OWN-6. The roll has unknowns, and nobody has signed the note yet that tells both denominators."""
    objections_open: int = 0
    """PUB-6. In time and not decided."""
    corrections_due: int = 0
    recount_due: bool = False
    posted_at: datetime | None = None

    @property
    def roll_is_empty(self) -> bool:
        """VOTE-10. Zero heads, or where area decides zero area: nothing to vote with."""
        return self.heads == 0 or (self.kind is Kind.OWNERS_DECISION and self.area == 0)


def next_state(facts: Facts, step: Step) -> State | None:
    """VOTE-10. Where a step leads, None where it does not start."""
    return STEPS.get((facts.state, step))


def refusal(facts: Facts, step: Step, now: datetime) -> Why | None:
    """VOTE-10. Why a step may not be made now; None when it may."""
    if next_state(facts, step) is None:
        return Why.NOT_FROM_HERE
    check = _CHECKS.get(step)
    try:
        return check(facts, now) if check else None
    except CalendarMissing:  # DAY-1: an unpublished year decides, and nothing is guessed
        return Why.CALENDAR_MISSING


def _roll(facts: Facts, now: datetime) -> Why | None:
    if facts.preset is Preset.CANDIDATES:  # COM-1
        enough = enough_candidates(facts.nominees, facts.seats, facts.rules.surplus_percent)
        return None if enough else Why.TOO_FEW_CANDIDATES
    if facts.preset is Preset.HOUSEHOLD_BALLOT and facts.nominees <= facts.seats:
        return Why.NO_CONTEST  # a ballot is held only where there are more nominees than seats (PMC-1)
    return None


def roll_is_posted(facts: Facts, now: datetime) -> bool:
    """PUB-6, DAY-1. Whether the posting of the roll still runs. Raises CalendarMissing."""
    if facts.roll_posted_at is None or facts.rules.roll_posting_days == 0:
        return False
    return is_within(now, day_of(facts.roll_posted_at), facts.rules.roll_posting_days)


def is_unread(facts: Facts) -> bool:
    """BAL-5. An owners' decision waits until an officer has read the local text for what is marked *verify*."""
    return facts.kind is Kind.OWNERS_DECISION and facts.unsigned > 0


def _announce(facts: Facts, now: datetime) -> Why | None:
    if facts.roll_is_empty:
        return Why.ROLL_EMPTY
    if is_unread(facts):
        return Why.VERIFY_LOCALLY
    if roll_is_posted(facts, now):
        return Why.ROLL_STILL_POSTED
    if facts.objections_open or facts.corrections_due:
        return Why.OBJECTIONS_OPEN
    if facts.note_needed:
        return Why.NOTE_NEEDED  # OWN-6
    if facts.opens_at < earliest_opening(now, facts.rules):
        return Why.NOTICE_TOO_SHORT
    return None if window_fits(facts) else Why.WINDOW_WRONG


def _open(facts: Facts, now: datetime) -> Why | None:
    if facts.roll_is_empty:
        return Why.ROLL_EMPTY
    if is_unread(facts):
        return Why.VERIFY_LOCALLY
    if now < facts.opens_at:
        return Why.TOO_EARLY
    if now >= facts.closes_at:
        return Why.TOO_LATE
    return None if least_is_left(facts, now) else Why.TOO_LITTLE_LEFT


def _close(facts: Facts, now: datetime) -> Why | None:
    """BAL-6. No early closing."""
    return Why.TOO_EARLY if now < facts.closes_at else None


def _repeat(facts: Facts, now: datetime) -> Why | None:
    return None if facts.must_repeat else Why.TURNOUT_REACHED


def _recount(facts: Facts, now: datetime) -> Why | None:
    """PUB-6. Only because an objection was upheld, and once what it corrects is corrected."""
    if facts.corrections_due:
        return Why.OBJECTIONS_OPEN
    return None if facts.recount_due else Why.NOTHING_TO_RECOUNT


def _post(facts: Facts, now: datetime) -> Why | None:
    return Why.OBJECTIONS_OPEN if facts.recount_due or facts.corrections_due else None


def _finalise(facts: Facts, now: datetime) -> Why | None:
    """PUB-6. The days for objections are over and every one in time is decided and carried out."""
    if facts.objections_open or facts.corrections_due or facts.recount_due:
        return Why.OBJECTIONS_OPEN
    if facts.must_repeat:
        return Why.MUST_REPEAT  # BAL-11, or an upheld objection: this one does not become final
    if facts.posted_at is None:
        return Why.TOO_EARLY
    runs = is_within(now, day_of(facts.posted_at), facts.rules.objection_days)
    return Why.TOO_EARLY if runs else None


_CHECKS = {
    Step.POST_ROLL: _roll,
    Step.ANNOUNCE: _announce,
    Step.OPEN: _open,
    Step.CLOSE: _close,
    Step.REPEAT: _repeat,
    Step.RECOUNT: _recount,
    Step.POST: _post,
    Step.FINALISE: _finalise,
}


def earliest_opening(now: datetime, rules: Rules) -> datetime:
    """DAY-1. The end of the notice, in calendar days: the day of the announcement is not counted."""
    if rules.notice_days == 0:
        return now
    return period_end(day_of(now), rules.notice_days, OnHoliday.SAME_DAY)


def possible_from(facts: Facts, why: Why, step: Step | None, now: datetime) -> datetime | None:
    """From when on time no longer refuses a step (an opening: for when it may be announced); None where it is not time
    that does, or its year is not published."""
    try:
        if why is Why.NOTICE_TOO_SHORT:
            return earliest_opening(now, facts.rules)
        if why is Why.ROLL_STILL_POSTED and facts.roll_posted_at is not None:
            return period_end(day_of(facts.roll_posted_at), facts.rules.roll_posting_days)
        if why is Why.TOO_EARLY and step is Step.FINALISE and facts.posted_at is not None:
            return period_end(day_of(facts.posted_at), facts.rules.objection_days)
    except CalendarMissing:
        return None
    return {Step.OPEN: facts.opens_at, Step.CLOSE: facts.closes_at}.get(step) if why is Why.TOO_EARLY and step else None


def window_fits(facts: Facts) -> bool:
    """BAL-6. The voting window within its bounds, both included."""
    window = facts.closes_at - facts.opens_at
    return timedelta(days=facts.rules.window_min_days) <= window <= timedelta(days=facts.rules.window_max_days)


def least_is_left(facts: Facts, now: datetime) -> bool:
    """BAL-6. Whoever opens late does not shorten the window under the least one, that amount itself being enough.

    Within the hour it is not late: an announced window of just the least length can be opened.
    """
    if now - facts.opens_at <= PUNCTUAL:
        return True
    return facts.closes_at - now >= timedelta(days=facts.rules.window_min_days)


def takes_ballots(facts: Facts, now: datetime) -> bool:
    """Open, and within the announced window: after its end no ballot is taken, whoever closes and when."""
    return facts.state is State.OPEN and facts.opens_at <= now < facts.closes_at


def post_by(counted_at: datetime, rules: Rules) -> datetime | None:
    """PUB-3, DAY-1. By when a count is to be posted, in calendar days; None where no calendar says if its last day is
    worked. A later posting is not refused: the days for objections run from it."""
    try:
        return period_end(day_of(counted_at), rules.result_within_days)
    except CalendarMissing:
        return None


def casts_online(facts: Facts) -> bool:
    """BAL-5 [P]. Whether this house takes the ballots of owners online; of households and members it does."""
    return facts.kind in (Kind.HOUSEHOLD, Kind.MEMBERS) or facts.rules.online is Online.OWN


def allowed(facts: Facts, now: datetime) -> Iterable[Step]:
    """The steps that could be made now, by whoever may."""
    return [step for step in Step if refusal(facts, step, now) is None]
