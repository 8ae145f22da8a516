"""Who is worked on when not all can be: the urgent may fill the house, the rest only a part of it; nobody queues."""

from collections.abc import Mapping
from fractions import Fraction

from gateway.operations import Priority
from shared.problems import Busy

# Part of the house that may be taken when a request of this urgency enters, and after how many seconds to come back.
PARTS: Mapping[Priority, tuple[Fraction, int]] = {
    Priority.FIRST: (Fraction(1), 1),
    Priority.NORMAL: (Fraction(3, 4), 2),
    Priority.LAST: (Fraction(3, 8), 5),
}


class Admission:
    """Counts what is being worked on. Streams are counted apart: they wait rather than work."""

    def __init__(self, most: int, most_streams: int) -> None:
        self._limits = {priority: max(1, int(most * part)) for priority, (part, _) in PARTS.items()}
        self._most_streams = most_streams
        self.working = 0
        self.streaming = 0

    def check(self, priority: Priority) -> None:
        """Refuse at once (Busy) what would find no place now, before its body is awaited."""
        if priority is Priority.STREAM:
            if self.streaming >= self._most_streams:
                raise Busy(retry_after=10)
        elif self.working >= self._limits[priority]:
            raise Busy(retry_after=PARTS[priority][1])

    def enter(self, priority: Priority) -> None:
        """Count a request in, or refuse it at once (Busy)."""
        self.check(priority)
        if priority is Priority.STREAM:
            self.streaming += 1
        else:
            self.working += 1

    def leave(self, priority: Priority) -> None:
        """Count it out; exactly once for each that entered."""
        if priority is Priority.STREAM:
            self.streaming -= 1
        else:
            self.working -= 1
