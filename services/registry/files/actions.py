"""Takes files in: sealed into the store first, then entered, so that no row ever names what is not there."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files.queries import Stored, key_label, sealed_shot
from services.registry.tables.files import File
from shared import audit
from shared.database import new_id
from shared.files import SealedStore
from shared.sealing import Keys
from shared.uploads import NO_SHOT, Checked


async def upload_file(
    session: AsyncSession, keys: Keys, store: SealedStore, owner: UUID, checked: Checked, now: datetime
) -> Stored:
    """Store a checked file under a key of its own.

    The content goes first: if the entry then fails, what lies in the store has lost its key and is noise.
    """
    file_id = new_id()
    key, wrapped = keys.new_key(key_label(file_id))
    await store.put(file_id, key, checked.content)
    file = File(
        id=file_id,
        owner=owner,
        kind=checked.kind.value,
        sha256=hashlib.sha256(checked.content).digest(),
        size=len(checked.content),
        width=checked.width,
        height=checked.height,
        shot_sealed=None if checked.shot == NO_SHOT else sealed_shot(key, file_id, checked.shot),
        key_wrapped=wrapped,
        uploaded_at=now,
    )
    session.add(file)
    try:
        await session.flush()
    except BaseException:  # a repeated request, or a database that is away: keep no noise
        await store.drop(file_id)
        raise
    audit.note(session, "file", file_id, kind=file.kind, size=file.size)
    return Stored(file, checked.shot)
