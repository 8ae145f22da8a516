"""BAL-8: until when rolls, ballots and proofs of delivery are kept."""

from datetime import date, datetime

from shared.days import day_of


def kept_until(final_at: datetime, years: int) -> date:
    """The last day, so many years after the result became final; of the 29th of February the 28th."""
    day = day_of(final_at)
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
