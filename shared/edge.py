"""Where a transaction begins and ends: one request, one transaction, and nobody else commits."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from starlette.responses import Response

from shared import audit, idempotency
from shared.identity import subject
from shared.problems import Overdue, Refusal
from shared.telemetry import WRITES, current_trace
from shared.upstream import open_session

if TYPE_CHECKING:
    from shared.app import House

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
ReadingFactory = Callable[[], AbstractAsyncContextManager[AsyncSession]]
WRITE_METHODS = frozenset({"POST", "PUT", "DELETE"})


class EdgeRoute(APIRoute):
    """A route whose handler runs inside the edge. The reply is serialised before the commit, so that a reply
    that cannot be written down undoes the write, and a commit that fails is never answered as done."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        operation = self.operation_id or self.name
        if not set(self.methods or ()) & WRITE_METHODS:
            return _reading_handler(inner)
        return _writing_handler(inner, operation)


def _reading_handler(inner: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        async with house_of(request).database.read() as session:
            _offer(request, session)
            return await inner(request)

    return handle


def _writing_handler(inner: Handler, operation: str) -> Handler:
    async def handle(request: Request) -> Response:
        """Run the write to its end whatever becomes of the caller; at the deadline stop waiting, not the write."""
        house = house_of(request)
        task = asyncio.create_task(_write(request, inner, operation))
        house.writing.add(task)
        task.add_done_callback(house.writing.discard)
        done, _ = await asyncio.wait({task}, timeout=house.settings.write_seconds)
        if not done:
            raise Overdue(retry_after=5)
        return task.result()

    return handle


async def _write(request: Request, inner: Handler, operation: str) -> Response:
    house = house_of(request)
    who = subject(request)
    asked = None if who is None else await idempotency.repeatable(request, who)
    async with house.database.write() as session:
        _offer(request, session)
        if asked is not None:
            _take_key_first(session, house, asked)
        try:
            reply = await inner(request)
            if asked is not None and reply.status_code < 400:
                await idempotency.store(session, house.metadata, house.keys, asked, reply)
            await audit.record(session, house.metadata, _done(request, who, operation, reply.status_code))
            await session.commit()
        except idempotency.Repeated as repeated:
            await session.commit()
            WRITES.labels(house.name, operation, "repeated").inc()
            return repeated.reply
        except Refusal as refusal:
            WRITES.labels(house.name, operation, type(refusal).__name__).inc()
            if refusal.keeps:
                status = house.answer_to(refusal).status
                await audit.record(session, house.metadata, _done(request, who, operation, status))
                await session.commit()
            raise
    house.wake.set()
    WRITES.labels(house.name, operation, "done").inc()
    return reply


def _take_key_first(session: AsyncSession, house: "House", asked: idempotency.Repeatable) -> None:
    """Let the first statement of the transaction be the one that takes the key; before it neighbours may be asked."""

    @event.listens_for(session.sync_session, "after_begin", once=True)
    def take(_session: object, _transaction: object, connection: Connection) -> None:
        idempotency.begin(connection, house.metadata, house.keys, asked)

    @event.listens_for(session.sync_session, "before_flush", once=True)
    def begin(flushing: Session, *_: object) -> None:
        """A first statement that is a flush would be undone as a whole by the stored reply that stops it."""
        flushing.connection()


def _done(request: Request, who: str | None, operation: str, status: int) -> audit.Done:
    origin = request.client.host if request.client else "-"
    return audit.Done(who or "nobody", operation, origin, current_trace().request_id, status)


def _offer(request: Request, session: AsyncSession) -> None:
    request.scope["linli.session"] = session
    open_session.set(session)


def house_of(request: Request) -> "House":
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
