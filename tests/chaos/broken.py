"""A room with a fault planted in it: `python -m tests.chaos.broken <faults, by comma> <room>`.

Only here, and only to see that the checker finds what such a house does; no setting of the product leads to any of it.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots import taking
from services.meeting import jobs as meeting_jobs
from services.meeting.neighbours import file_ticket
from shared import edge, idempotency, serve
from shared.database import new_id
from shared.problems import NeighbourDown
from shared.upstream import Neighbour

EACH = 7
"""Every so manieth time; the rest goes well, so that the clients get on."""


def forgets_keys() -> None:
    """No reply is stored: a repetition is done anew."""

    async def store(*_: Any) -> None:
        return

    idempotency.store = store  # type: ignore[assignment]


def acknowledges_too_much() -> None:
    """Some writes are answered as done and rolled back."""
    turn = count(1)
    commit = AsyncSession.commit

    async def now_and_then(session: AsyncSession) -> None:
        await (session.rollback() if next(turn) % EACH == 0 else commit(session))

    edge.AsyncSession.commit = now_and_then  # type: ignore[method-assign]


def swallows_events() -> None:
    """Some batches of events count as handed over though the feed never got them."""
    turn, post = count(1), Neighbour.post_json

    async def now_and_then(self: Neighbour, path: str, body: Any, idempotency_key: str | None = None) -> Any:
        if path == "/internal/events" and next(turn) % EACH == 0:
            return {"taken": 0}
        return await post(self, path, body, idempotency_key)

    Neighbour.post_json = now_and_then  # type: ignore[method-assign]


def files_twice() -> None:
    """A job files its ticket under a new name at each try, and its first try dies just after it filed."""
    tried: set[Any] = set()

    async def file(ticket: Neighbour, wanted: Any) -> Any:
        again = wanted.task_id in tried
        tried.add(wanted.task_id)
        if not again:
            await file_ticket(ticket, type(wanted)(new_id(), *[getattr(wanted, name) for name in wanted.__slots__[1:]]))
            raise NeighbourDown(neighbour="ticket", retry_after=1)
        return await file_ticket(ticket, wanted)

    meeting_jobs.file_ticket = file


def replays_by_read() -> None:
    """A repeated cast is answered from what was read: nothing is written first."""

    async def nothing(*_: Any) -> None:
        return

    taking.note_repetitions = nothing


PLANTED: Mapping[str, Callable[[], None]] = {
    "forgets-keys": forgets_keys,
    "acknowledges-too-much": acknowledges_too_much,
    "swallows-events": swallows_events,
    "files-twice": files_twice,
    "replays-by-read": replays_by_read,
}


def main(faults: str, room: str, *rest: str) -> None:
    for fault in faults.split(","):
        PLANTED[fault]()
    app = import_module(f"services.{room}.app")
    settings: Any = getattr(import_module(f"services.{room}.settings"), f"{room.capitalize()}Settings")
    serve.main(app.create_app, settings, rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
