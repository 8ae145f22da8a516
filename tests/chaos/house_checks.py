"""What must be true of any house that came to rest: a feed of all that happened, and audit chains that hold."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import count

from services.election.tables import metadata as election
from services.meeting.tables import metadata as meeting
from services.registry.tables.schema import Base
from services.survey.tables import metadata as survey
from services.ticket.tables import metadata as ticket
from shared import audit
from shared.database import Database
from tests.chaos.checker import Heard, Kind, Wrong, fed, read_whole
from tests.chaos.workload import Field, Look

PAGE = 100
PAUSE = 0.2
METADATA = {
    "registry": Base.metadata,
    "ticket": ticket,
    "survey": survey,
    "election": election,
    "meeting": meeting,
}


class Listener:
    """A platform that reads the feed to its end, again and again, and goes on from where it was."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.after = "0"

    async def listen(self, field: Field) -> None:
        """Until the time is up."""
        caller = field.call_as("administrator")
        for _ in count():
            page = await caller.read(f"/v1/events?after={self.after}&limit={PAGE}")
            self.heard += [Heard(int(one["sequence"]), one["id"], one["subject"]) for one in page["items"]]
            self.after = page["after"]
            if not page["items"]:
                if field.over():
                    return
                await asyncio.sleep(PAUSE)


def waiting(look: Look, rooms: Sequence[str]) -> int:
    """Events that are not in the feed yet, and audit rows that are not sealed yet."""
    behind = 0
    for room in rooms:
        behind += look.count(
            f"SELECT count(*) FROM {room}.outbox WHERE event_id NOT IN (SELECT event_id FROM registry.feed)"
        )
        behind += look.count(
            f"SELECT count(*) FROM {room}.audit WHERE id NOT IN (SELECT audit_id FROM {room}.audit_seal)"
        )
    return behind


def feed_of(look: Look) -> list[Heard]:
    rows = look("SELECT position, event_id, subject FROM registry.feed ORDER BY position")
    return [Heard(place, str(event), subject) for place, event, subject in rows]


def check_feed(look: Look, rooms: Sequence[str], listener: Listener) -> Iterable[Wrong]:
    """The feed against the rooms' own outboxes, and what a reader got of it."""
    outboxes = [
        Heard(place, str(event), subject)
        for room in rooms
        for place, event, subject in look(f"SELECT id, event_id, subject FROM {room}.outbox ORDER BY id")
    ]
    feed = feed_of(look)
    yield from fed(outboxes, feed)
    yield from read_whole(listener.heard, feed)


async def check_audit(urls: Iterable[tuple[str, str]]) -> list[Wrong]:
    """The chains of (room, its address)."""
    found: list[Wrong] = []
    for room, url in urls:
        database = Database(url, 1)
        try:
            async with database.read() as session:
                faults = (await audit.verify(session, METADATA[room])).faults
        finally:
            await database.close()
        found += [Wrong(Kind.CHANGED, f"audit chain of {room}", f"{one.position}: {one.reason}") for one in faults]
    return found
