"""Reads stored files: the row, what is sealed in it, and the content."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import FileUnknown
from services.registry.tables.files import File
from shared.edge import ReadingFactory
from shared.files import REFERENCE_LIFE, FileReference, SealedStore
from shared.images import Shot
from shared.sealing import Key, Keys, Label
from shared.uploads import NO_SHOT


@dataclass(frozen=True, slots=True)
class Stored:
    """A file with where and when it was taken, as far as that was kept."""

    file: File
    shot: Shot


def key_label(file_id: UUID) -> Label:
    return Label("file.key", str(file_id))


def shot_label(file_id: UUID) -> Label:
    return Label("file.shot", str(file_id))


def sealed_shot(key: Key, file_id: UUID, shot: Shot) -> bytes:
    taken = shot.taken_at.isoformat() if shot.taken_at else None
    return key.seal(json.dumps([shot.latitude, shot.longitude, taken]).encode(), shot_label(file_id))


def opened_shot(key: Key, file: File) -> Shot:
    if file.shot_sealed is None:
        return NO_SHOT
    latitude, longitude, taken = json.loads(key.open(file.shot_sealed, shot_label(file.id)))
    return Shot(latitude, longitude, datetime.fromisoformat(taken) if taken else None)


def reference_of(file: File, now: datetime) -> FileReference:
    """What any room may know of the file for the next seven days."""
    return FileReference(file.id, file.kind, file.sha256.hex(), file.size, file.owner, now + REFERENCE_LIFE)


async def own_file(session: AsyncSession, keys: Keys, owner: UUID, file_id: UUID) -> Stored:
    """A file for the one who uploaded it. Errors: FileUnknown."""
    file = await session.scalar(select(File).where(File.id == file_id, File.owner == owner))
    if file is None:
        raise FileUnknown
    return Stored(file, opened_shot(keys.unwrap(file.key_wrapped, key_label(file.id)), file))


@dataclass(frozen=True, slots=True)
class Content:
    """What a link opens."""

    kind: str
    sha256: str
    content: bytes


async def content_of(reads: ReadingFactory, keys: Keys, store: SealedStore, file_id: UUID) -> Content:
    """The content, checked as a whole before its first byte leaves. Errors: FileUnknown.

    The session is closed first: the store may be far away, and no connection waits for it.
    """
    async with reads() as session:
        file = await session.get(File, file_id)
    if file is None:
        raise FileUnknown
    try:
        content = await store.get(file.id, keys.unwrap(file.key_wrapped, key_label(file.id)))
    except FileNotFoundError:
        raise FileUnknown from None
    return Content(file.kind, file.sha256.hex(), content)
