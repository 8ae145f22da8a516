"""Seals and opens the names of people, each under a key of its own row (PRI-2)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.tables import PersonName
from shared.database import new_id
from shared.sealing import Keys, Label


def sealed_name(keys: Keys, name: str) -> PersonName:
    """A new row; deleting it ends every copy of the name."""
    row_id = new_id()
    key, wrapped = keys.new_key(Label("meeting.name.key", str(row_id)))
    return PersonName(
        id=row_id, key_wrapped=wrapped, name_sealed=key.seal(name.encode(), Label("meeting.name", str(row_id)))
    )


async def open_names(db: AsyncSession, keys: Keys, wanted: Collection[UUID | None]) -> Mapping[UUID, str]:
    """The names in clear, by the id of their row; an erased one is not among them. One statement."""
    ids = {one for one in wanted if one is not None}
    if not ids:
        return {}
    rows = (await db.execute(select(PersonName).where(PersonName.id.in_(ids)))).scalars()
    return {row.id: _opened(keys, row) for row in rows}


def _opened(keys: Keys, row: PersonName) -> str:
    key = keys.unwrap(row.key_wrapped, Label("meeting.name.key", str(row.id)))
    return key.open(row.name_sealed, Label("meeting.name", str(row.id))).decode()
