"""What the world hears of a room: thin events, written with the fact itself and relayed to the feed in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import XMIN, Database, new_id
from shared.upstream import Neighbour

BATCH = 500
RELAY_LOCK = 7_315_002


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


async def relay(database: Database, metadata: MetaData, registry: Neighbour, room: str) -> int:
    """Hand the next events to the registry's feed; the number handed over. Safe to repeat: the feed knows their ids.

    The feed is called with no transaction open; a second relay that read the same rows only repeats itself.
    """
    outbox = metadata.tables[f"{metadata.schema}.outbox"]
    cursor = metadata.tables[f"{metadata.schema}.outbox_cursor"]
    async with database.read() as session:
        at = (await session.execute(select(cursor.c.xid, cursor.c.outbox_id))).first()
        pending = select(outbox).where(outbox.c.xid < XMIN).order_by(outbox.c.xid, outbox.c.id).limit(BATCH)
        if at is not None:
            pending = pending.where(
                tuple_(outbox.c.xid, outbox.c.id) > text("(:xid\\:\\:xid8, :last)").bindparams(xid=at[0], last=at[1])
            )
        rows = (await session.execute(pending)).all()
    if not rows:
        return 0
    await registry.post_json("/internal/events", {"room": room, "events": [_wire(row) for row in rows]})
    last = rows[-1]
    moved = upsert(cursor).values(id=1, xid=text(f"'{int(last.xid)}'::xid8"), outbox_id=last.id)
    moved = moved.on_conflict_do_update(
        index_elements=[cursor.c.id], set_={"xid": moved.excluded.xid, "outbox_id": moved.excluded.outbox_id}
    )
    async with database.write() as session, session.begin():
        await session.execute(moved)
    return len(rows)


def _wire(row: Any) -> dict[str, Any]:
    return {
        "event_id": str(row.event_id),
        "type": row.type,
        "subject": row.subject,
        "compound_code": row.compound_code,
        "data": row.data,
        "at": row.at.isoformat(),
    }
