"""Enter a person, show him unmasked for a purpose, erase him."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import PersonErased, PersonOwns, RoleNotYours
from services.registry.homes.bindings import end_bindings
from services.registry.oauth import sessions
from services.registry.oauth.queries import scopes_by_role
from services.registry.people.queries import owns_now, person_at_home, person_to_erase
from services.registry.people.values import KnownOfPerson, opened, person_row
from services.registry.roles.ending import end_grant
from services.registry.rolls.actions import lock_owners
from services.registry.rules.roles import Role, may_give_all
from services.registry.tables.identity import Account, OneTimeCode, RoleGrant
from services.registry.tables.owners import Binding, Person, Tenancy
from services.registry.tables.schema import Base
from shared import audit
from shared.days import day_of
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.sealing import Keys

__all__ = ["KnownOfPerson", "disclose_person", "enter_person", "erase_person", "new_person"]


async def new_person(db: AsyncSession, keys: Keys, known: KnownOfPerson, now: datetime) -> Person:
    """A new person's row, added to the session. OWN-1 is the caller's: a known id number must not come twice."""
    person = person_row(keys, known, now)
    db.add(person)
    return person


async def enter_person(db: AsyncSession, keys: Keys, name: str, phone: str | None, now: datetime) -> Person:
    """Somebody by name and phone: without an id number he is nobody who is known already (OWN-1)."""
    person = await new_person(db, keys, KnownOfPerson(name, phone, None), now)
    audit.note(db, "person", person.id)
    return person


async def disclose_person(
    db: AsyncSession, keys: Keys, actor: Actor, person_id: UUID, purpose: str
) -> tuple[Person, KnownOfPerson]:
    """PRI-2. The person unmasked; the audit row keeps who asked and what for."""
    found = await person_at_home(db, actor, person_id)
    audit.note(db, "person", person_id, found.code or None, purpose)
    return found.person, opened(keys, found.person)


async def erase_person(db: AsyncSession, actor: Actor, person_id: UUID, now: datetime) -> None:
    """PRI-3. Destroy the person's key, values and sign-in, and end what he holds; his homes stay on the register.

    An owner is kept while he owns (BAL-8): nobody enters one meanwhile. Errors: PersonUnknown, RoleForbidden,
    PersonErased, PersonOwns, RoleNotYours.
    """
    await lock_owners(db)
    found = await person_to_erase(db, actor, person_id)
    person = found.person
    if person.erased_at is not None:
        raise PersonErased
    if await owns_now(db, person_id):
        raise PersonOwns
    await _end_roles(db, actor, person_id, now)
    await _end_homes(db, person_id, now)
    await sessions.end_all(db, person_id, "ERASED", datetime.now(UTC))
    await db.execute(delete(OneTimeCode).where(OneTimeCode.person_id == person_id))
    await db.execute(delete(Account).where(Account.person_id == person_id))
    person.key_wrapped = person.name_sealed = person.phone_sealed = person.id_number_sealed = None
    person.name_index = person.phone_index = person.id_index = None
    person.id_number_is_faulty = False
    person.erased_at = now
    audit.note(db, "person", person_id, found.code or None)
    await tell(db, Base.metadata, Event("linli.registry.person_erased.v1", str(person_id), found.code or None, {}))


async def _end_roles(db: AsyncSession, actor: Actor, person_id: UUID, now: datetime) -> None:
    """End the roles of a person, each of which the actor must be able to end. Errors: RoleNotYours."""
    live = select(RoleGrant).where(RoleGrant.holder == person_id, RoleGrant.ended_at.is_(None))
    grants = list((await db.execute(live.with_for_update())).scalars())
    mine = scopes_by_role(actor.grants)
    for grant in grants:
        if not may_give_all(mine, ((Role(grant.role), grant.scope),)):
            raise RoleNotYours(role=grant.role)
        await end_grant(db, actor, grant, now)


async def _end_homes(db: AsyncSession, person_id: UUID, now: datetime) -> None:
    """PRI-4. Nobody is bound to a home, or lives in it, whom the house no longer knows."""
    live = select(Binding).where(Binding.person_id == person_id, Binding.ended_at.is_(None))
    await end_bindings(db, list((await db.execute(live.with_for_update())).scalars()), "ERASED", now)
    rents = update(Tenancy).where(Tenancy.person_id == person_id, Tenancy.valid_to.is_(None))
    await db.execute(rents.values(valid_to=day_of(now)))
