"""Seals and opens the names on a ballot (PRI-2); in full they are shown to signed-in residents, by consent (PUB-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.tables import Nominee
from shared.sealing import Keys, Label


@dataclass(frozen=True, slots=True)
class Name:
    """A nominee in clear: the number on the ballot from 1, and what is said of him there."""

    number: int
    name: str
    words: str


def sealed_name(keys: Keys, election_id: UUID, name: Name) -> Nominee:
    """A row under a key of its own: deleting the row ends every copy."""
    whose = f"{election_id}/{name.number}"
    key, wrapped = keys.new_key(Label("election.nominee.key", whose))
    return Nominee(
        election_id=election_id,
        number=name.number,
        key_wrapped=wrapped,
        name_sealed=key.seal(name.name.encode(), Label("election.nominee.name", whose)),
        words_sealed=key.seal(name.words.encode(), Label("election.nominee.words", whose)),
    )


def opened_name(keys: Keys, row: Nominee) -> Name:
    whose = f"{row.election_id}/{row.number}"
    key = keys.unwrap(row.key_wrapped, Label("election.nominee.key", whose))
    name = key.open(row.name_sealed, Label("election.nominee.name", whose)).decode()
    return Name(row.number, name, key.open(row.words_sealed, Label("election.nominee.words", whose)).decode())


async def names_of(db: AsyncSession, keys: Keys, election_id: UUID) -> tuple[Name, ...]:
    """In the order of the ballot."""
    found = await db.execute(select(Nominee).where(Nominee.election_id == election_id).order_by(Nominee.number))
    return tuple(opened_name(keys, row) for row in found.scalars())


async def write_names(db: AsyncSession, keys: Keys, election_id: UUID, names: Sequence[Name]) -> None:
    """Put these names on the ballot of a draft, instead of those that were there."""
    await db.execute(delete(Nominee).where(Nominee.election_id == election_id))
    db.add_all([sealed_name(keys, election_id, name) for name in names])
    await db.flush()
