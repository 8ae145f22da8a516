"""Which people there are, in whose reach they lie, and what an actor may see of them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import PersonUnknown
from services.registry.rules.roles import STAFF, Role
from services.registry.tables.identity import RoleGrant
from services.registry.tables.owners import Binding, Ownership, Person, Tenancy
from services.registry.tables.places import Compound, Home
from shared.identity import Actor
from shared.problems import RoleForbidden


@dataclass(frozen=True, slots=True)
class PersonInReach:
    """A person, and one code on which the actor may look at him."""

    person: Person
    code: str


async def person(db: AsyncSession, person_id: UUID, lock: bool = False) -> Person:
    """Errors: PersonUnknown."""
    wanted = select(Person).where(Person.id == person_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None:
        raise PersonUnknown
    return found


async def person_in_reach(db: AsyncSession, actor: Actor, person_id: UUID) -> PersonInReach:
    """PRI-2. Staff see, masked, who owns, rents, is bound or holds a role in their region. Errors: PersonUnknown."""
    found = await person(db, person_id)
    codes = await codes_of_homes(db, person_id) | await codes_of_roles(db, person_id)
    if not codes and actor.has({Role.ADMINISTRATOR}):  # entered, and not yet tied to any place
        return PersonInReach(found, "")
    return PersonInReach(found, _held(actor, codes))


async def person_at_home(db: AsyncSession, actor: Actor, person_id: UUID) -> PersonInReach:
    """PRI-2. A person with a home in the actor's reach now: a role alone shows nobody. Errors: PersonUnknown."""
    return PersonInReach(await person(db, person_id), _held(actor, await codes_of_homes(db, person_id)))


async def person_to_erase(db: AsyncSession, actor: Actor, person_id: UUID) -> PersonInReach:
    """PRI-3. A person, locked, all of whose homes lie in the actor's reach, those of former days if he has none now;
    an administrator's, who never had one.

    Errors: PersonUnknown, RoleForbidden (he also has a home elsewhere).
    """
    found = await person(db, person_id, lock=True)
    present = await codes_of_homes(db, person_id)
    codes = present or await codes_of_homes(db, person_id, ended=True)
    if not codes and actor.has({Role.ADMINISTRATOR}):
        return PersonInReach(found, "")
    code = _held(actor, codes)
    if not all(actor.holds(STAFF, one) for one in present):
        raise RoleForbidden(needed=sorted(STAFF))
    return PersonInReach(found, code)


def _held(actor: Actor, codes: Collection[str]) -> str:
    """The first of these codes that the actor keeps the register of."""
    for code in sorted(codes):
        if actor.holds(STAFF, code):
            return code
    raise PersonUnknown


async def codes_of_homes(db: AsyncSession, person_id: UUID, ended: bool = False) -> set[str]:
    """Codes of the compounds where a person owns, rents or is bound to a home; `ended`: or once did."""
    ties = []
    for tie, end in ((Ownership, Ownership.valid_to), (Tenancy, Tenancy.valid_to), (Binding, Binding.ended_at)):
        of_person = select(tie.home_id).where(tie.person_id == person_id)
        ties.append(of_person if ended else of_person.where(end.is_(None)))
    homes = union_all(*ties).subquery()
    codes = select(Compound.code).join(Home, Home.compound_id == Compound.id).join(homes, homes.c.home_id == Home.id)
    return set((await db.execute(codes)).scalars())


async def codes_of_roles(db: AsyncSession, person_id: UUID) -> set[str]:
    """The scopes of the roles that were given to a person and stand."""
    scopes = select(RoleGrant.scope).where(RoleGrant.holder == person_id, RoleGrant.ended_at.is_(None))
    return set((await db.execute(scopes)).scalars())


async def owns_now(db: AsyncSession, person_id: UUID) -> bool:
    """Whether a person is on record as the owner of a home."""
    owned = select(Ownership.id).where(Ownership.person_id == person_id, Ownership.valid_to.is_(None)).limit(1)
    return (await db.execute(owned)).first() is not None
