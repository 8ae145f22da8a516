"""Where a transaction begins and ends: one request, one transaction, and nobody else commits."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from starlette.responses import Response

from shared import audit, idempotency
from shared.house import House
from shared.identity import subject
from shared.problems import Overdue, Refusal
from shared.telemetry import WRITES, current_trace
from shared.upstream import open_session

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
ReadingFactory = Callable[[], AbstractAsyncContextManager[AsyncSession]]
WRITE_METHODS = frozenset({"POST", "PUT", "DELETE"})


class EdgeRoute(APIRoute):
    """A route whose handler runs inside the edge. The reply is serialised before the commit, so that a reply
    that cannot be written down undoes the write, and a commit that fails is never answered as done."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        if not set(self.methods or ()) & WRITE_METHODS:
            return _reading_handler(inner)
        return _writing_handler(inner, Written(self.operation_id or self.name, is_replayable(self.openapi_extra)))


NEVER_REPLAYED = {"x-replayed": False}
"""`openapi_extra=` of operations that answer a secret or personal data: their reply is kept nowhere, a repetition
is done, judged and audited anew."""


def is_replayable(extra: Mapping[str, Any] | None) -> bool:
    return (extra or {}).get("x-replayed", True) is True


@dataclass(frozen=True, slots=True)
class Written:
    """What the edge knows of a writing operation before it runs."""

    operation: str
    replayable: bool


def _reading_handler(inner: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        async with house_of(request).database.read() as session:
            with _offered(request, session):
                return await inner(request)

    return handle


def _writing_handler(inner: Handler, what: Written) -> Handler:
    async def handle(request: Request) -> Response:
        """Run the write to its end whatever becomes of the caller; at the deadline stop waiting, not the write."""
        house = house_of(request)
        task = asyncio.create_task(_write(request, inner, what))
        house.writing.add(task)
        task.add_done_callback(house.writing.discard)
        done, _ = await asyncio.wait({task}, timeout=house.settings.write_seconds)
        if not done:
            raise Overdue(retry_after=5)
        return task.result()

    return handle


async def _write(request: Request, inner: Handler, what: Written) -> Response:
    house = house_of(request)
    who = subject(request)
    asked = await idempotency.repeatable(request, who) if who is not None and what.replayable else None
    async with house.database.write() as session:
        with _offered(request, session):
            reply, outcome = await _carried_out(request, inner, what, session, asked)
    house.wake.set()
    WRITES.labels(house.name, what.operation, outcome).inc()
    return reply


async def _carried_out(
    request: Request, inner: Handler, what: Written, session: AsyncSession, asked: idempotency.Repeatable | None
) -> tuple[Response, str]:
    """The reply of a write that is committed, or of its first time; a refusal is raised with nothing kept."""
    house = house_of(request)
    if asked is not None:
        _take_key_first(session, house, asked)
    try:
        reply = await inner(request)
        if asked is not None and reply.status_code < 400:
            await idempotency.store(session, house.metadata, house.keys, asked, reply)
        await _record(request, session, what, reply.status_code)
        await session.commit()
    except idempotency.Repeated as repeated:
        audit.note(session, "request", current_trace().request_id, replayed=True)
        await _record(request, session, what, repeated.reply.status_code)
        await session.commit()
        return repeated.reply, "repeated"
    except Refusal as refusal:
        WRITES.labels(house.name, what.operation, type(refusal).__name__).inc()
        if refusal.keeps:
            await _record(request, session, what, house.answer_to(refusal).status)
            await session.commit()
        raise
    return reply, "done"


async def _record(request: Request, session: AsyncSession, what: Written, status: int) -> None:
    """PRI-7. The audit row of this write, in its own transaction."""
    origin = request.client.host if request.client else "-"
    who = subject(request) or "nobody"
    done = audit.Done(who, what.operation, origin, current_trace().request_id, status)
    await audit.record(session, house_of(request).metadata, done)


def _take_key_first(session: AsyncSession, house: House, asked: idempotency.Repeatable) -> None:
    """Let the first statement of the transaction be the one that takes the key; before it neighbours may be asked."""

    @event.listens_for(session.sync_session, "after_begin", once=True)
    def take(_session: object, _transaction: object, connection: Connection) -> None:
        idempotency.begin(connection, house.metadata, house.keys, asked)

    @event.listens_for(session.sync_session, "before_flush", once=True)
    def begin(flushing: Session, *_: object) -> None:
        """A first statement that is a flush would be undone as a whole by the stored reply that stops it."""
        flushing.connection()


@contextmanager
def _offered(request: Request, session: AsyncSession) -> Iterator[None]:
    """The session of this request, for its dependencies and for the guard of calls to neighbours. A neighbour in
    this very process runs in the same context, so the guard gets its caller's session back."""
    request.scope["linli.session"] = session
    before = open_session.set(session)
    try:
        yield
    finally:
        open_session.reset(before)


def house_of(request: Request) -> House:
    """The running room that this request reached."""
    house: House = request.app.state.room
    return house


async def writing(request: Request) -> AsyncSession:
    """The session of a write. It has no transaction yet: ask neighbours first, then touch it."""
    session: AsyncSession = request.scope["linli.session"]
    return session


async def reading(request: Request) -> AsyncSession:
    """The session of a read, read-only for the database too, closed before the reply is sent."""
    session: AsyncSession = request.scope["linli.session"]
    return session


async def reads(request: Request) -> ReadingFactory:
    """Opens read sessions that live as long as a streamed reply."""
    return house_of(request).database.read


async def now(request: Request) -> datetime:
    """The instant by the house's clock, aware UTC."""
    return house_of(request).clock.now()


Writing = Annotated[AsyncSession, Depends(writing)]
Reading = Annotated[AsyncSession, Depends(reading)]
Reads = Annotated[ReadingFactory, Depends(reads)]
Now = Annotated[datetime, Depends(now)]
