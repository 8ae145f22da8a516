"""DAY-1: periods, working days and working time in Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.days import (
    SHANGHAI,
    TABLES,
    CalendarMissing,
    OfficeHours,
    OnHoliday,
    add_working_days,
    add_working_time,
    day_of,
    end_of,
    is_within,
    is_working_day,
    period_end,
    shift_working_days,
    this_or_next_working_day,
    working_period_end,
    working_time,
)

OFFICE = OfficeHours()
INSTANTS = some.integers(0, 960_000).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def at(day: str, clock: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("year", sorted(TABLES))
def test_tables_equal_an_independent_source(year: int) -> None:
    """DAY-1. The `holidays` package is right for published years; for others it guesses and is not asked."""
    china = holidays.country_holidays("CN", years=year)
    first = date(year, 1, 1)

    days = [first + timedelta(days=offset) for offset in range((date(year, 12, 31) - first).days + 1)]

    assert year in china.special_public_holidays
    assert [day for day in days if is_working_day(day) != china.is_working_day(day)] == []
    assert TABLES[year].make_up == {day for day in china.weekend_workdays if day.year == year}


@pytest.mark.parametrize(("year", "off", "worked"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
def test_tables_carry_as_many_days_as_the_notice_counts(year: int, off: int, worked: int) -> None:
    """DAY-1."""
    table = TABLES[year]

    assert (len(table.days_off), len(table.make_up)) == (off, worked)
    assert all(day.year == year and day.weekday() >= 5 for day in table.make_up)
    assert table.notice.startswith("国办发明电")


def test_spring_festival_2026_has_its_make_up_days() -> None:
    """DAY-1."""
    worked = [date(2026, 2, 14), date(2026, 2, 28), date(2026, 2, 24)]
    off = [date(2026, 2, day) for day in range(15, 24)] + [date(2026, 3, 1)]

    assert all(map(is_working_day, worked))
    assert not any(map(is_working_day, off))


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-20", 1, "2026-11-23"),  # Friday: over the weekend
        ("2026-11-21", 1, "2026-11-23"),  # a Saturday starts nothing
        ("2026-02-13", 1, "2026-02-14"),  # the make-up Saturday is worked
        ("2026-02-13", 5, "2026-02-27"),  # nine days off in between
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2025-12-31", 1, "2026-01-04"),  # the Sunday after New Year is worked
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(day: str, count: int, end: str) -> None:
    """DAY-1. The first day is not counted."""
    assert add_working_days(date.fromisoformat(day), count) == date.fromisoformat(end)


def test_a_period_ends_at_midnight_of_its_last_day() -> None:
    """DAY-1."""
    assert period_end(date(2026, 11, 2), 7) == at("2026-11-10")
    assert working_period_end(date(2026, 11, 20), 5) == at("2026-11-28")
    assert end_of(date(2026, 11, 9)).astimezone(UTC) == datetime(2026, 11, 9, 16, tzinfo=UTC)


def test_a_period_ending_on_a_holiday_ends_on_the_next_working_day() -> None:
    """DAY-1, Civil Code art. 203, [P]."""
    first = date(2026, 2, 10)

    moved, kept = period_end(first, 7), period_end(first, 7, OnHoliday.SAME_DAY)

    assert (day_of(moved - timedelta(seconds=1)), day_of(kept - timedelta(seconds=1))) == (
        date(2026, 2, 24),
        date(2026, 2, 17),
    )


def test_a_year_without_a_table_refuses() -> None:
    """DAY-1. It names the year and does not guess, also when a count runs into it."""
    with pytest.raises(CalendarMissing) as unknown:
        is_working_day(date(2031, 5, 4))
    with pytest.raises(CalendarMissing):
        add_working_days(date(max(TABLES), 12, 30), 5)
    with pytest.raises(CalendarMissing):
        add_working_time(at(f"{max(TABLES)}-12-31", "17:00"), timedelta(hours=2), OFFICE)

    assert unknown.value.year == 2031


def test_a_missing_year_matters_only_when_its_holidays_would_decide() -> None:
    """DAY-1."""
    first = date(max(TABLES), 12, 20)

    assert is_within(at(f"{max(TABLES)}-12-28"), first, 15)
    with pytest.raises(CalendarMissing):
        is_within(at(f"{max(TABLES) + 1}-01-09"), first, 15)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (("2026-11-23", "09:00"), 120, ("2026-11-23", "11:00")),
        (("2026-11-23", "11:00"), 120, ("2026-11-23", "15:00")),  # over lunch
        (("2026-11-23", "17:00"), 120, ("2026-11-24", "10:00")),  # over night
        (("2026-11-20", "17:00"), 120, ("2026-11-23", "10:00")),  # over the weekend
        (("2026-11-22", "03:00"), 120, ("2026-11-23", "10:30")),  # reported on a Sunday night
        (("2026-02-14", "17:00"), 120, ("2026-02-24", "10:00")),  # from the make-up Saturday over Spring Festival
        (("2026-11-23", "09:00"), 420, ("2026-11-24", "09:00")),
        (("2026-11-23", "09:00"), 0, ("2026-11-23", "09:00")),
    ],
)
def test_working_time_runs_in_office_hours_only(start: tuple[str, str], minutes: int, end: tuple[str, str]) -> None:
    """DAY-1."""
    amount = timedelta(minutes=minutes)

    assert add_working_time(at(*start), amount, OFFICE) == at(*end)
    assert working_time(at(*start), at(*end), OFFICE) == amount


def test_nothing_passes_over_a_holiday_or_backwards() -> None:
    """DAY-1."""
    assert working_time(at("2026-02-14", "17:30"), at("2026-02-24", "08:30"), OFFICE) == timedelta()
    assert working_time(at("2026-11-24", "10:00"), at("2026-11-23", "10:00"), OFFICE) == timedelta()


@given(start=INSTANTS, minutes=some.integers(0, 5000))
def test_added_working_time_is_found_again(start: datetime, minutes: int) -> None:
    """DAY-1. Adding and measuring are inverse."""
    amount = timedelta(minutes=minutes)

    assert working_time(start, add_working_time(start, amount, OFFICE), OFFICE) == amount


@given(first=INSTANTS, second=INSTANTS, third=INSTANTS)
def test_working_time_adds_up(first: datetime, second: datetime, third: datetime) -> None:
    """DAY-1."""
    early, middle, late = sorted((first, second, third))

    whole = working_time(early, late, OFFICE)

    assert whole == working_time(early, middle, OFFICE) + working_time(middle, late, OFFICE)


def test_shifting_keeps_the_time_of_day_and_takes_midnight_as_the_end_of_a_day() -> None:
    """DAY-1."""
    assert shift_working_days(at("2026-11-20", "09:30"), 2) == at("2026-11-24", "09:30")
    assert shift_working_days(end_of(date(2026, 11, 20)), 2) == end_of(date(2026, 11, 24))


def test_the_next_working_day_may_be_the_day_itself() -> None:
    """DAY-1."""
    assert this_or_next_working_day(date(2026, 2, 14)) == date(2026, 2, 14)
    assert this_or_next_working_day(date(2026, 2, 15)) == date(2026, 2, 24)


def test_office_hours_are_read_from_a_setting() -> None:
    office = OfficeHours.parse("09:00-12:00,13:00-18:00")

    assert office.spans == ((time(9), time(12)), (time(13), time(18)))
    assert office.day_length == timedelta(hours=8)


@pytest.mark.parametrize("text", ["", "09:00", "12:00-09:00", "09:00-12:00,11:00-18:00", "x-y"])
def test_office_hours_out_of_order_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        OfficeHours.parse(text)
