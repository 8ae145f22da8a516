"""Writes down what a decision asks: its items, and of a members' vote who the members are."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.nominees import Name
from services.election.rules.commitments import SALT_BYTES
from services.election.rules.decisions import Matter
from services.election.tables import Item, RollEntry
from shared.database import new_id

OWNER_MEMBER, OTHER_MEMBER = "OWNER_MEMBER", "MEMBER"


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a decision: numbered from 1, with its matter (None where members decide their own business)."""

    number: int
    matter: Matter | None
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Member:
    """One who votes in a members' vote (T3); PMC-4 counts owners among them apart."""

    person_id: UUID
    owner: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What voters read beside the row: names, items and members."""

    names: tuple[Name, ...]
    items: tuple[Question, ...]
    members: tuple[Member, ...] = ()


async def questions_of(db: AsyncSession, election_id: UUID) -> tuple[Question, ...]:
    """In the order of the ballot."""
    found = await db.execute(select(Item).where(Item.election_id == election_id).order_by(Item.number))
    return tuple(
        Question(row.number, Matter(row.matter) if row.matter else None, row.title, row.words)
        for row in found.scalars()
    )


async def write_questions(db: AsyncSession, election_id: UUID, questions: Sequence[Question]) -> None:
    """Put these items on a draft, instead of those that were there."""
    await db.execute(delete(Item).where(Item.election_id == election_id))
    db.add_all([Item(election_id=election_id, **_row(one)) for one in questions])
    await db.flush()


def _row(one: Question) -> dict[str, Any]:
    return {"number": one.number, "matter": one.matter, "title": one.title, "words": one.words}


async def members_of(db: AsyncSession, election_id: UUID) -> tuple[Member, ...]:
    """The members of a members' vote, in the order given."""
    found = await db.execute(select(RollEntry).where(RollEntry.election_id == election_id).order_by(RollEntry.place))
    return tuple(Member(row.owner_ids[0], row.basis == OWNER_MEMBER) for row in found.scalars())


async def write_members(db: AsyncSession, election_id: UUID, members: Sequence[Member]) -> None:
    """Each member is one entry of the roll with one head and no area, from the draft on."""
    await db.execute(delete(RollEntry).where(RollEntry.election_id == election_id))
    if members:
        await db.execute(insert(RollEntry), [_entry(election_id, place, one) for place, one in enumerate(members)])


def _entry(election_id: UUID, place: int, member: Member) -> dict[str, Any]:
    return {
        "id": new_id(),
        "election_id": election_id,
        "place": place,
        "head_key": hashlib.sha256(member.person_id.bytes).digest(),
        "heads": 1,
        "area_hundredths": 0,
        "area_unknown": 0,
        "owner_ids": [member.person_id],
        "building": "",
        "entrance": "",
        "label": str(place + 1),
        "basis": OWNER_MEMBER if member.owner else OTHER_MEMBER,
        "salt": secrets.token_bytes(SALT_BYTES),
    }
