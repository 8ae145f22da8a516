"""How what the rooms tell becomes one feed: numbered where it is read, without a gap, each event once."""

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.events.schemas import ToldEvents
from services.registry.tables.identity import Feed

FEED_LOCK = 7_315_003


async def take_events(db: AsyncSession, told: ToldEvents) -> int:
    """Append what is new; how many. One writer at a time, so that positions are dense and appear in order."""
    await db.execute(text(f"SELECT pg_advisory_xact_lock({FEED_LOCK})"))
    ids = [event.event_id for event in told.events]
    known = set((await db.execute(select(Feed.event_id).where(Feed.event_id.in_(ids)))).scalars())
    last = (await db.execute(select(func.coalesce(func.max(Feed.position), 0)))).scalar_one()
    fresh = {event.event_id: event for event in told.events if event.event_id not in known}
    rows = [
        {
            "position": position,
            "event_id": event.event_id,
            "room": told.room,
            "type": event.type,
            "subject": event.subject,
            "compound_code": event.compound_code,
            "data": event.data,
            "at": event.at,
        }
        for position, event in enumerate(fresh.values(), last + 1)
    ]
    if rows:
        await db.execute(insert(Feed), rows)
    return len(rows)
