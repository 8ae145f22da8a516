"""Answers an election as its caller may see it, with its version as the ETag."""

from datetime import datetime

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections import queries, shown
from services.election.elections.shown import ElectionSeen
from services.election.house import MeansOf
from services.election.tables import Election
from shared.identity import Actor
from shared.versions import etag


async def seen(
    db: AsyncSession, means: MeansOf, actor: Actor, found: Election, reply: Response, now: datetime
) -> ElectionSeen:
    reply.headers.update(etag(found.version))
    return shown.seen(found, await queries.parts_of(db, means.keys, found), actor, now)
