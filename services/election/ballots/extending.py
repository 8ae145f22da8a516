"""Moves the end of a running window, once, under the head lock, with a line of the log (BAL-6)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_to_run, window_of
from services.election.errors import ExtensionRefused
from services.election.history import write_down
from services.election.log.appending import Line, append, locked_box
from services.election.rules.cast_wording import EXTENSION_WORDS
from services.election.rules.extending import ExtensionWhy, refusal
from services.election.rules.leaves import LeafType
from services.election.tables import Election
from shared.identity import Actor
from shared.wire import instant_text


async def extend_window(
    db: AsyncSession, actor: Actor, election_id: UUID, closes_at: datetime, reason: str, now: datetime
) -> Election:
    """BAL-6. Errors: ElectionUnknown, RoleForbidden, ExtensionRefused."""
    election = await election_to_run(db, actor, election_id)
    why = refusal(window_of(election), closes_at, now)
    if why is not None:
        raise _refused(why, election)
    box = await locked_box(db, election.id)
    await append(db, box, [Line(LeafType.EXTENDED, {"closes_at": closes_at.isoformat()})], now)
    election.first_closes_at, election.closes_at = election.closes_at, closes_at
    election.version += 1
    await db.flush()
    await write_down(db, actor, election, election.state, now, reason)
    return election


def _refused(why: ExtensionWhy, election: Election) -> ExtensionRefused:
    zh, en = (words.format(days=window_of(election).most_days) for words in EXTENSION_WORDS[why])
    return ExtensionRefused(why=why, why_zh=zh, why_en=en, closes_at=instant_text(election.closes_at))
