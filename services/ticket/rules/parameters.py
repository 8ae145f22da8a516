"""Holds what differs by place: limits, office hours and who confirms, each [P] with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from services.ticket.rules.kinds import Kind
from shared.days import OfficeHours, OnHoliday

# TKT-3. Working days to finish; None has no clock.
FINISH_WORKING_DAYS: Mapping[Kind, int | None] = MappingProxyType(
    {
        Kind.ENQUIRY: 1,
        Kind.HELP: 5,
        Kind.SUGGESTION: 5,
        Kind.COMPLAINT: 5,
        Kind.REPORT: 5,
        Kind.NEIGHBOUR_HELP: 3,
        Kind.PRAISE: None,
    }
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The ticket part of a community's rule set; numbers are as in the field's list of parameters, rows 36 to 42."""

    office: OfficeHours = field(default_factory=OfficeHours)
    on_holiday: OnHoliday = OnHoliday.NEXT_WORKING_DAY
    sign_within: timedelta = timedelta(hours=2)  # TKT-3, office hours
    emergency_answer_within: timedelta = timedelta(minutes=30)  # TKT-3, wall clock
    finish_working_days: Mapping[Kind, int | None] = field(default_factory=lambda: FINISH_WORKING_DAYS)
    yellow_working_days: int = 1  # TKT-3
    max_appeals: int = 1  # TKT-2
    max_returns: int = 1  # TKT-2
    max_reworks: int = 2  # TKT-2
    max_extensions: int = 1  # TKT-4
    max_extension_days: int = 7  # TKT-4
    call_tries: int = 3  # TKT-6
    reopen_days: int = 15  # TKT-2
    merge_window: timedelta = timedelta(days=7)  # TKT-5
    merge_metres: int = 50  # TKT-5
    # TKT-2. Here the helped person's yes is both the verification and the call-back, and no photos are asked for.
    self_confirming: frozenset[Kind] = frozenset({Kind.ENQUIRY, Kind.PRAISE, Kind.NEIGHBOUR_HELP})


DEFAULTS = Parameters()
