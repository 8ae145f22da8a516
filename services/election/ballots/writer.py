"""The second edge: ballots are written in batches, one transaction for all that came while the last one was at work.

A ballot has no idempotency row, no audit row and no event of its own: its key and digest are columns of it, its line of
the log is its audit (ADR 50). Only a refusal that BAL-12 wants on record leaves an audit row.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.election.ballots.frozen import Frame
from services.election.ballots.taking import Arrival, Taken, take
from services.election.errors import BallotRefused
from services.election.rules.casting import CastWhy
from shared import audit
from shared.audit import Done, Noted
from shared.house import House
from shared.problems import Busy, Overdue, Refusal
from shared.telemetry import WRITES, log

MOST_AT_ONCE = 256
MOST_WAITING = 4_000
MORE_SECONDS = 0.002
"""How long a small batch after a large one waits for more: a transaction costs the same for one and for fifty."""
OPERATION = "cast_ballot"
ON_RECORD = frozenset({CastWhy.HOME_HAS_CAST, CastWhy.OWNER_HAS_CAST, CastWhy.PAPER_RETURNED})
"""BAL-12. Somebody else's ballot, or another channel's, came first: the later is refused and logged."""
AWAY = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)
"""The database failed before it was told to commit: nothing is stored."""

Answer = Taken | Exception


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a cast came from, as audit rows say it."""

    actor: str
    address: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cast in the queue, and where its answer goes. The answer is a value, also when it is a refusal."""

    arrival: Arrival
    origin: Origin
    answer: asyncio.Future[Answer]

    def end(self, answer: Answer) -> None:
        """The first answer is told; whoever went away is told none."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Writer:
    """The queues of one process, one an election; two casts of one entitlement are never in one batch."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._queues: dict[UUID, deque[Waiting]] = {}
        # Reads keep a connection, however many elections are open.
        self._places = asyncio.Semaphore(max(1, house.settings.pool_size - 1))

    async def hand_in(self, frame: Frame, arrival: Arrival, origin: Origin) -> Taken:
        """The ballot, once it is durable. The write goes on whatever becomes of the caller.

        Errors: NotOpen, HomeNotOnRoll, BallotRefused, KeyReused; Busy (nothing was stored); Overdue (unknown: the
        same key tells).
        """
        queue = self._queues.get(frame.id)
        if queue is not None and len(queue) >= MOST_WAITING:
            raise Busy(retry_after=1)
        loop = asyncio.get_running_loop()
        waiting = Waiting(arrival, origin, loop.create_future())
        if queue is None:
            self._queues[frame.id] = deque([waiting])
            self._begin(frame)
        else:
            queue.append(waiting)
        patience = loop.call_later(self._house.settings.write_seconds, waiting.end, Overdue(retry_after=5))
        try:
            answer = await waiting.answer
        finally:
            patience.cancel()
        WRITES.labels(self._house.name, OPERATION, _outcome(answer)).inc()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _begin(self, frame: Frame) -> None:
        """In a context of its own: the work is nobody's request."""
        task = asyncio.create_task(self._drain(frame), context=contextvars.Context())
        self._house.writing.add(task)
        task.add_done_callback(self._house.writing.discard)

    async def _drain(self, frame: Frame) -> None:
        queue, took = self._queues[frame.id], 0
        while queue:
            if len(queue) < took // 2:
                await asyncio.sleep(MORE_SECONDS)
            batch = next_batch(queue)
            took = len(batch)
            async with self._places:
                answers = await self._answers(frame, batch)
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.end(answer)
        del self._queues[frame.id]

    async def _answers(self, frame: Frame, batch: Sequence[Waiting]) -> Sequence[Answer]:
        """A batch that fails is tried one by one, so that one bad cast harms no other."""
        try:
            return await self._write(frame, batch)
        except AWAY as fault:
            log.warning("ballots not written", fault=type(fault).__name__, waiting=len(batch))
            return [Busy(retry_after=2)] * len(batch)
        except Exception as fault:
            log.warning("a batch of ballots failed", fault=type(fault).__name__, waiting=len(batch))
            if len(batch) == 1:
                return [fault]
            return [(await self._answers(frame, [one]))[0] for one in batch]

    async def _write(self, frame: Frame, batch: Sequence[Waiting]) -> Sequence[Answer]:
        house = self._house
        async with house.database.write() as session:
            try:
                found = await take(session, house.keys, frame, [one.arrival for one in batch], house.clock.now())
            except psycopg.Error:
                await session.invalidate()  # the pool does not see what happens beneath it
                raise
            on_record = [_refused(frame, *both) for both in zip(batch, found, strict=True) if _is_on_record(both[1])]
            await audit.record_all(session, house.metadata, on_record)
            try:
                await session.commit()
            except DBAPIError as fault:
                # It was told to commit and did not answer: who repeats with the same key learns what became of it.
                log.warning("ballots in doubt", fault=type(fault).__name__, waiting=len(batch))
                return [Overdue(retry_after=2)] * len(batch)
        return found


def next_batch(queue: deque[Waiting]) -> list[Waiting]:
    """The oldest of each entitlement; what is left waits in its order."""
    batch: list[Waiting] = []
    later: list[Waiting] = []
    seen: set[UUID] = set()
    while queue and len(batch) < MOST_AT_ONCE and len(later) < MOST_AT_ONCE:
        one = queue.popleft()
        (later if one.arrival.entry.id in seen else batch).append(one)
        seen.add(one.arrival.entry.id)
    queue.extendleft(reversed(later))
    return batch


def _is_on_record(answer: Taken | Refusal) -> bool:
    return isinstance(answer, BallotRefused) and answer.facts["why"] in ON_RECORD


def _refused(frame: Frame, one: Waiting, answer: Taken | Refusal) -> tuple[Done, Noted]:
    assert isinstance(answer, BallotRefused), "asked before"
    done = Done(one.origin.actor, OPERATION, one.origin.address, one.origin.request_id, 409)
    details = {"why": str(answer.facts["why"]), "entry": str(one.arrival.entry.id)}
    return done, Noted("election", str(frame.id), frame.code, details={**details})


def _outcome(answer: Answer) -> str:
    if isinstance(answer, Taken):
        return "repeated" if answer.replayed else "done"
    return type(answer).__name__
