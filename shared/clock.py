"""What time it is: read here and nowhere else, with an offset that sample and test mode may set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Aware UTC now plus the sample offset. The offset moves the field's deadlines, never the life of a token."""

    offset: timedelta = field(default=timedelta(0))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
