"""The rule set of a community: every value that differs by place, with its default."""

from dataclasses import dataclass, field

from shared.days import OnHoliday


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole: at least it ("以上" includes the number), or more than it ("过半" does not)."""

    part: int
    of: int
    more_than: bool

    def is_met(self, some: int, whole: int) -> bool:
        """Cross-multiplied integers; nothing is never enough of anything."""
        if whole <= 0 or some <= 0:
            return False
        left, right = some * self.of, self.part * whole
        return left > right if self.more_than else left >= right


TWO_THIRDS = Share(2, 3, more_than=False)
OVER_HALF = Share(1, 2, more_than=True)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Read when something is judged. Quorum and majorities are no settings, so none changes under a running meeting."""

    council_notice_days: int = 3  # [P] MEET-1
    assembly_notice_days: int = 15  # [P] MEET-1
    posting_days: int = 7  # [P] MEET-1
    council_quorum: Share = TWO_THIRDS  # [P] MEET-3
    council_pass: Share = OVER_HALF  # [P] MEET-3
    on_holiday: OnHoliday = OnHoliday.NEXT_WORKING_DAY  # [P] DAY-1, for postings
    early_minutes: int = 30  # how long before its time a meeting may be opened for signing in
    speaker_seconds: int = field(default=180)  # [P] MEET-8


DEFAULTS = Parameters()
