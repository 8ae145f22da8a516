"""Enter a person, show him unmasked for a purpose, erase him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import PersonErased
from services.registry.people.queries import PersonInReach, person_in_reach
from services.registry.people.values import KnownOfPerson, id_index, opened, person_row
from services.registry.tables.owners import Person
from services.registry.tables.schema import Base
from shared import audit, outbox
from shared.identity import Actor
from shared.outbox import Event
from shared.sealing import Keys

__all__ = ["KnownOfPerson", "disclose_person", "enter_person", "erase_person", "new_person"]


async def new_person(db: AsyncSession, keys: Keys, known: KnownOfPerson, now: datetime) -> Person:
    """A new person's row, added to the session. OWN-1 is the caller's: a known id number must not come twice."""
    person = person_row(keys, known, now)
    db.add(person)
    return person


async def enter_person(db: AsyncSession, keys: Keys, actor: Actor, known: KnownOfPerson, now: datetime) -> Person:
    """The person with these values; whoever bears the id number already is the same person (OWN-1)."""
    if known.id_number:
        same = select(Person).where(Person.id_index == id_index(keys, known.id_number))
        found = (await db.execute(same)).scalar_one_or_none()
        if found is not None:
            audit.note(db, "person", found.id, known=True)
            return found
    person = await new_person(db, keys, known, now)
    audit.note(db, "person", person.id, known=False)
    return person


async def disclose_person(
    db: AsyncSession, keys: Keys, actor: Actor, person_id: UUID, purpose: str
) -> tuple[Person, KnownOfPerson]:
    """PRI-2. The person unmasked; the audit row keeps who asked and what for."""
    found: PersonInReach = await person_in_reach(db, actor, person_id)
    audit.note(db, "person", person_id, found.code or None, purpose)
    return found.person, opened(keys, found.person)


async def erase_person(db: AsyncSession, actor: Actor, person_id: UUID, now: datetime) -> None:
    """PRI-3. Destroy the person's key and values; what he owns and owned stays on the register without his name."""
    found = await person_in_reach(db, actor, person_id, lock=True)
    person = found.person
    if person.erased_at is not None:
        raise PersonErased
    person.key_wrapped = person.name_sealed = person.phone_sealed = person.id_number_sealed = None
    person.name_index = person.phone_index = person.id_index = None
    person.id_number_is_faulty = False
    person.erased_at = now
    audit.note(db, "person", person_id, found.code or None)
    await outbox.tell(
        db, Base.metadata, Event("linli.registry.person_erased.v1", str(person_id), found.code or None, {})
    )
