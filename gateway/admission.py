"""Who is worked on when not all can be: the urgent may fill the house, the rest only a part of it; nobody queues.

How much the house takes at once follows what it can do (ADR 0040): fewer when requests begin to wait for each other
inside, more again when they do not. No room gets all of it, and one that has fallen silent fills only its own.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gateway.operations import Priority
from shared.problems import Busy

# Part of the house that may be taken when a request of this urgency enters, and after how many seconds to come back.
PARTS: Mapping[Priority, tuple[Fraction, int]] = {
    Priority.FIRST: (Fraction(1), 1),
    Priority.NORMAL: (Fraction(3, 4), 2),
    Priority.LAST: (Fraction(3, 8), 5),
}
ROOM_PART = Fraction(3, 4)
SILENT_SECONDS = 3.0
"""A room at work that has answered nothing for so long: its places do not count against the others."""
WAITING_SECONDS = 0.08
"""As long as this may half of the requests wait inside, beyond what their operation takes in an idle house."""
WINDOW = 24
LEAST, FIRST = 16.0, 32.0
FEWER, MORE = 0.7, 1.1
FORGETTING = 1.0002
"""How the shortest time of an operation ages with each of its calls, so that one that became slower is believed."""


@dataclass(slots=True)
class _Room:
    """What one room works on, and when it last showed life: an answer, or a first request after it was idle."""

    working: int = 0
    alive_at: float = 0.0


class Pace:
    """Learns from how long requests took how many the house should take at once.

    It begins in the middle, and asks for more only while some are turned away: what was never needed was never tried.
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._least = min(LEAST, self._most)
        self.was_full = False
        self._shortest: dict[str, float] = {}
        self._waits: list[float] = []
        self.limit = min(FIRST, self._most)

    def took(self, operation: str, seconds: float) -> None:
        """One request ended. Its wait is what it took beyond the shortest of its operation."""
        shortest = min(self._shortest.get(operation, seconds) * FORGETTING, seconds)
        self._shortest[operation] = shortest
        self._waits.append(seconds - shortest)
        if len(self._waits) < WINDOW:
            return
        if statistics.median(self._waits) > WAITING_SECONDS:
            self.limit = max(self._least, self.limit * FEWER)
        elif self.was_full:
            self.limit = min(self._most, self.limit * MORE)
        self._waits.clear()
        self.was_full = False


class Admission:
    """Counts what is being worked on. Streams are counted apart: they wait rather than work."""

    def __init__(
        self, most: int, most_streams: int, now: Callable[[], float] = time.monotonic, *, shared: bool = True
    ) -> None:
        self._pace = Pace(most)
        self._room_part = ROOM_PART if shared else Fraction(1)  # a room apart has a limit of its own, and all of it
        self._most_streams = most_streams
        self._now = now
        self._rooms: dict[str, _Room] = {}
        self.streaming = 0

    @property
    def working(self) -> int:
        return sum(room.working for room in self._rooms.values())

    @property
    def limit(self) -> int:
        """How many the house takes at once now."""
        return int(self._pace.limit)

    def check(self, priority: Priority, room: str) -> None:
        """Refuse at once (Busy) what would find no place now, before its body is awaited."""
        if priority is Priority.STREAM:
            if self.streaming >= self._most_streams:
                raise Busy(retry_after=10)
            return
        part, retry_after = PARTS[priority]
        most = max(1, int(self._pace.limit * part))
        here = self._rooms.get(room)
        its_part_is_taken = here is not None and here.working >= max(1, int(most * self._room_part))
        if its_part_is_taken or self._counted(room) >= most:
            self._pace.was_full = True
            raise Busy(retry_after=retry_after)

    def enter(self, priority: Priority, room: str) -> float:
        """Count a request in, or refuse it at once (Busy). Answers the moment, for `leave`."""
        self.check(priority, room)
        now = self._now()
        if priority is Priority.STREAM:
            self.streaming += 1
            return now
        here = self._rooms.setdefault(room, _Room())
        if here.working == 0:
            here.alive_at = now
        here.working += 1
        return now

    def leave(self, priority: Priority, room: str, operation: str, entered: float) -> None:
        """Count it out; exactly once for each that entered.

        `operation`: "" if how long it took tells nothing: a refusal is quick, and the work would look slow by it.
        """
        if priority is Priority.STREAM:
            self.streaming -= 1
            return
        now, here = self._now(), self._rooms[room]
        here.working -= 1
        here.alive_at = now
        if operation and priority is not Priority.LAST:  # an export takes as long as it is large
            self._pace.took(operation, now - entered)

    def _counted(self, asked: str) -> int:
        """What is worked on in the house, without other rooms that have fallen silent."""
        silent = self._now() - SILENT_SECONDS
        return sum(room.working for name, room in self._rooms.items() if name == asked or room.alive_at >= silent)
