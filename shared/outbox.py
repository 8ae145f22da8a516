"""What the world hears of a room: thin events, written with the fact itself and relayed to the feed in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Row, cast, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import XMIN, Database, TransactionId, new_id
from shared.upstream import Neighbour

BATCH = 500


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, thin: ids, codes and states; never a name, a phone or a choice. Type `linli.<room>.<fact>.v1`."""

    type: str
    subject: str
    compound_code: str | None
    data: Mapping[str, str | int | bool | None]


async def tell(session: AsyncSession, metadata: MetaData, event: Event) -> None:
    """Write the event in the transaction of the fact; it is heard once that commits."""
    outbox = metadata.tables[f"{metadata.schema}.outbox"]
    row = {
        "event_id": new_id(),
        "type": event.type,
        "subject": event.subject,
        "compound_code": event.compound_code,
        "data": dict(event.data),
        "at": datetime.now(UTC),
    }
    await session.execute(insert(outbox).values(row))


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a room's events were handed over: everything of transactions below `low`, and of those below `high`
    the rows up to `last`. Two rows of `outbox_cursor` hold it: 1 (low, last) and 2 (high, 0)."""

    low: int
    high: int | None
    last: int


async def relay(database: Database, metadata: MetaData, registry: Neighbour, room: str) -> int:
    """Hand the next events to the registry's feed; the number handed over. Safe to repeat: the feed knows their ids.

    Windows are cut by transaction id, behind which nothing can appear; inside a window the order is that of the rows
    themselves, so that two facts of one locked thing are told as they happened. The feed is called with no
    transaction open; a second relay that read the same rows only repeats itself.
    """
    async with database.read() as session:
        reached = await _reached(session, metadata)
        low, high = reached.low, reached.high or await _edge(session)
        rows = await _pending(session, metadata, low, high, reached.last)
    if rows:
        await registry.post_json("/internal/events", {"room": room, "events": [_wire(row) for row in rows]})
    if rows or (reached.high is not None):
        more = len(rows) == BATCH
        moved = Reached(low, high, rows[-1].id) if more else Reached(high, None, 0)
        async with database.write() as session, session.begin():
            await _move(session, metadata, moved)
    return len(rows)


async def _reached(session: AsyncSession, metadata: MetaData) -> Reached:
    cursor = metadata.tables[f"{metadata.schema}.outbox_cursor"]
    rows = {row.id: row for row in await session.execute(select(cursor))}
    if 1 not in rows:
        return Reached(0, None, 0)
    high = int(rows[2].xid) if 2 in rows and rows[1].outbox_id else None
    return Reached(int(rows[1].xid), high, rows[1].outbox_id)


async def _edge(session: AsyncSession) -> int:
    return int((await session.execute(select(XMIN))).scalar_one())


async def _pending(session: AsyncSession, metadata: MetaData, low: int, high: int, last: int) -> Sequence[Row[Any]]:
    outbox = metadata.tables[f"{metadata.schema}.outbox"]
    inside = [outbox.c.xid >= _xid(low), outbox.c.xid < _xid(high), outbox.c.id > last]
    return (await session.execute(select(outbox).where(*inside).order_by(outbox.c.id).limit(BATCH))).all()


async def _move(session: AsyncSession, metadata: MetaData, to: Reached) -> None:
    cursor = metadata.tables[f"{metadata.schema}.outbox_cursor"]
    for place, xid, last in ((1, to.low, to.last), (2, to.high or to.low, 0)):
        row = upsert(cursor).values(id=place, xid=_xid(xid), outbox_id=last)
        change = {"xid": row.excluded.xid, "outbox_id": row.excluded.outbox_id}
        await session.execute(row.on_conflict_do_update(index_elements=[cursor.c.id], set_=change))


def _xid(number: int) -> ColumnElement[Any]:
    """A bound value: written into the statement it would be another one each second, compiled anew and kept by
    SQLAlchemy beside all the others."""
    return cast(str(number), TransactionId())


def _wire(row: Any) -> dict[str, Any]:
    return {
        "event_id": str(row.event_id),
        "type": row.type,
        "subject": row.subject,
        "compound_code": row.compound_code,
        "data": row.data,
        "at": row.at.isoformat(),
    }
