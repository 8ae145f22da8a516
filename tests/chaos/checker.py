"""What is wrong with a house, judged from what its clients were told and what its database holds: pure functions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can have gone wrong."""

    LOST = "acknowledged, and not there"
    DOUBLED = "there more than once"
    INVENTED = "there, and nobody asked for it"
    CHANGED = "there, and not as it was acknowledged"
    REFUSED = "a right request was refused for good"
    UNFINISHED = "its effect never came"
    UNHEARD = "happened, and not in the feed"
    UNTRUE = "in the feed, and never happened"
    GAP = "a place of the order is empty or taken twice"
    DISORDER = "told in another order than it happened"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding: of what sort, about what, and what is known of it."""

    kind: Kind
    what: str
    which: str

    def __str__(self) -> str:
        return f"{self.what} {self.which}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Told:
    """One write as its client knows it. `answer` is what the acknowledgement said (None: none came)."""

    mark: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One row as the database holds it, by the mark its client gave it, and what an acknowledgement of it must say."""

    mark: str
    answer: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of the feed or of a room's outbox. `place`: its number there; `subject` what it is about."""

    place: int
    event: str
    subject: str


def exactly_once(what: str, told: Iterable[Told], found: Iterable[Found]) -> Iterator[Wrong]:
    """Each acknowledged write is there once and as acknowledged; one without an answer at most once; nothing else."""
    asked = {one.mark: one.answer for one in told}
    held: dict[str, list[str]] = defaultdict(list)
    for row in found:
        held[row.mark].append(row.answer)
    for mark, answer in asked.items():
        rows = held.pop(mark, [])
        if len(rows) > 1:
            yield Wrong(Kind.DOUBLED, what, f"{mark} ({len(rows)} times)")
        if answer is None:
            continue
        if not rows:
            yield Wrong(Kind.LOST, what, mark)
        elif answer not in rows:
            yield Wrong(Kind.CHANGED, what, f"{mark} (told {answer}, held {rows[0]})")
    for mark in held:
        yield Wrong(Kind.INVENTED, what, mark)


def dense(what: str, places: Sequence[int], first: int = 1) -> Iterator[Wrong]:
    """The places are first, first + 1, … each once."""
    counted = Counter(places)
    for place in range(first, first + max(counted, default=first - 1) - first + 1):
        if counted[place] != 1:
            yield Wrong(Kind.GAP, what, f"{place} ({counted[place]} times)")


def fed(outboxes: Sequence[Heard], feed: Sequence[Heard]) -> Iterator[Wrong]:
    """Every event of the rooms is in the feed once, and no other; of one subject in the order in which it happened.

    `outboxes` is in the order of each room's rows; a subject belongs to one room.
    """
    happened = {one.event: one.subject for one in outboxes}
    counted = Counter(one.event for one in feed)
    for event, subject in happened.items():
        if counted[event] == 0:
            yield Wrong(Kind.UNHEARD, "event", f"{event} of {subject}")
        if counted[event] > 1:
            yield Wrong(Kind.DOUBLED, "event", f"{event} of {subject} ({counted[event]} times)")
    for event in counted.keys() - happened.keys():
        yield Wrong(Kind.UNTRUE, "event", event)
    yield from dense("feed", [one.place for one in feed])
    yield from _in_order(outboxes, feed)


def _in_order(outboxes: Sequence[Heard], feed: Sequence[Heard]) -> Iterator[Wrong]:
    at = {one.event: one.place for one in feed}
    last: dict[str, int] = {}
    for one in outboxes:
        here = at.get(one.event)
        if here is None:
            continue
        if here < last.get(one.subject, 0):
            yield Wrong(Kind.DISORDER, "event", f"{one.event} of {one.subject}")
        last[one.subject] = here


def read_whole(listener: Sequence[Heard], feed: Sequence[Heard]) -> Iterator[Wrong]:
    """A reader who went on from where he was has read the feed: each event once, in its order, at its place."""
    by_place = {one.place: one.event for one in feed}
    yield from dense("reader's feed", [one.place for one in listener])
    for one in listener:
        if by_place.get(one.place) != one.event:
            yield Wrong(Kind.UNTRUE, "reader's feed", f"{one.place} ({one.event})")
    for place in sorted(by_place.keys() - {one.place for one in listener}):
        yield Wrong(Kind.UNHEARD, "reader's feed", str(place))
