"""Decides when a period ends: calendar days, working days and working time in Asia/Shanghai (DAY-1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarMissing(LookupError):
    """The State Council has not published the year, or its table was not entered: nothing is guessed (DAY-1)."""

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


class OnHoliday(StrEnum):
    """[P] Where a period of calendar days ends whose last day is not worked (Civil Code art. 203)."""

    NEXT_WORKING_DAY = "NEXT_WORKING_DAY"
    SAME_DAY = "SAME_DAY"


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's notice: its days off, weekends inside a span included, and the weekend days that are worked."""

    notice: str
    published: date
    days_off: frozenset[date]
    make_up: frozenset[date]


def _table(year: int, notice: str, published: date, off: str, worked: str) -> YearTable:
    return YearTable(notice, published, frozenset(_spans(year, off)), frozenset(_spans(year, worked)))


def _spans(year: int, text: str) -> Iterator[date]:
    """Read "0215-0223 0404-0406": months and days of one year, both ends included."""
    for span in text.split():
        first, _, last = span.partition("-")
        day, end = _month_day(year, first), _month_day(year, last or first)
        while day <= end:
            yield day
            day += _DAY


def _month_day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


# Notices of the State Council's General Office (国务院办公厅关于…年部分节假日安排的通知), span by span.
# A new year is added here when its notice is out, about November; until then it refuses.
TABLES: Mapping[int, YearTable] = {
    2024: _table(
        2024, "国办发明电〔2023〕7号", date(2023, 10, 25),
        off="0101 0210-0217 0404-0406 0501-0505 0610 0915-0917 1001-1007",
        worked="0204 0218 0407 0428 0511 0914 0929 1012",
    ),
    2025: _table(
        2025, "国办发明电〔2024〕12号", date(2024, 11, 12),
        off="0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008",
        worked="0126 0208 0427 0928 1011",
    ),
    2026: _table(
        2026, "国办发明电〔2025〕7号", date(2025, 11, 4),
        off="0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
        worked="0104 0214 0228 0509 0920 1010",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When an office works on a working day: spans of local time, in order, not touching."""

    spans: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(17, 30)))

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("office hours must be spans in ascending order")

    @classmethod
    def parse(cls, text: str) -> "OfficeHours":
        """Read "08:30-12:00,14:00-17:30"; raises ValueError."""
        pairs = [span.split("-") for span in text.split(",")]
        return cls(tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs))

    @property
    def day_length(self) -> timedelta:
        """Working time of one whole day."""
        return sum((_since_midnight(end) - _since_midnight(start) for start, end in self.spans), timedelta())


def day_of(instant: datetime) -> date:
    """The Shanghai day an instant falls on."""
    return instant.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """24:00 of a day: the first instant that is over."""
    return datetime.combine(day + _DAY, time(), SHANGHAI)


def is_working_day(day: date) -> bool:
    """DAY-1. Weekends and days off are not worked, make-up days are. Raises CalendarMissing."""
    table = TABLES.get(day.year)
    if table is None:
        raise CalendarMissing(day.year)
    if day in table.make_up:
        return True
    return day.weekday() < _SATURDAY and day not in table.days_off


def this_or_next_working_day(day: date) -> date:
    """The day itself when it is worked. Raises CalendarMissing."""
    while not is_working_day(day):
        day += _DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """DAY-1. The count-th working day after a day, which is itself not counted. Raises CalendarMissing."""
    for _ in range(count):
        day = this_or_next_working_day(day + _DAY)
    return day


def period_end(first: date, days: int, on_holiday: OnHoliday = OnHoliday.NEXT_WORKING_DAY) -> datetime:
    """DAY-1. The end of a period of calendar days: first day not counted, 24:00 of the last. Raises CalendarMissing."""
    last = first + days * _DAY
    if on_holiday is OnHoliday.NEXT_WORKING_DAY:
        last = this_or_next_working_day(last)
    return end_of(last)


def is_within(now: datetime, first: date, days: int, on_holiday: OnHoliday = OnHoliday.NEXT_WORKING_DAY) -> bool:
    """DAY-1. Whether a period still runs; a missing year matters only when its holidays would decide."""
    plain = period_end(first, days, OnHoliday.SAME_DAY)
    return now < plain or now < period_end(first, days, on_holiday)


def working_period_end(first: date, working_days: int) -> datetime:
    """DAY-1. 24:00 of the last working day of a period whose first day is not counted. Raises CalendarMissing."""
    return end_of(add_working_days(first, working_days))


def shift_working_days(instant: datetime, count: int) -> datetime:
    """The same time of day so many working days later; midnight counts as 24:00 of the day before."""
    local = instant.astimezone(SHANGHAI)
    if local.time() == time():
        return end_of(add_working_days(local.date() - _DAY, count))
    return datetime.combine(add_working_days(local.date(), count), local.time(), SHANGHAI)


def working_time(start: datetime, end: datetime, office: OfficeHours) -> timedelta:
    """Office time between two instants; nothing when the end is not after the start. Raises CalendarMissing."""
    total = timedelta()
    for opens, closes in _office_spans(day_of(start), day_of(end), office):
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def add_working_time(start: datetime, amount: timedelta, office: OfficeHours) -> datetime:
    """The instant when so much office time has passed; the start itself for none. Raises CalendarMissing."""
    if amount <= timedelta():
        return start
    for opens, closes in _office_spans(day_of(start), date.max, office):
        begins = max(opens, start)
        if begins >= closes:
            continue
        if amount <= closes - begins:
            return begins + amount
        amount -= closes - begins
    raise CalendarMissing(date.max.year)


def _office_spans(first: date, last: date, office: OfficeHours) -> Iterator[tuple[datetime, datetime]]:
    day = first
    while day <= last:
        if is_working_day(day):
            for opens, closes in office.spans:
                yield datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI)
        day += _DAY


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
