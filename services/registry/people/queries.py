"""Which people there are, in whose reach they lie, and what an actor may see of them."""

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


@dataclass(frozen=True, slots=True)
class PersonInReach:
    """A person, and one code on which the actor may look at him."""

    person: Person
    code: str


async def person_in_reach(db: AsyncSession, actor: Actor, person_id: UUID, lock: bool = False) -> PersonInReach:
    """Staff see who owns, rents, is bound or holds a role in their region. Errors: PersonUnknown for all others."""
    wanted = select(Person).where(Person.id == person_id)
    person = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if person is None:
        raise PersonUnknown
    codes = await codes_of(db, person_id)
    for code in codes:
        if actor.holds(STAFF, code):
            return PersonInReach(person, code)
    if not codes and actor.has({Role.ADMINISTRATOR}):  # entered, and not yet tied to any place
        return PersonInReach(person, "")
    raise PersonUnknown


async def codes_of(db: AsyncSession, person_id: UUID) -> list[str]:
    """Codes of the places a person is tied to, by home or by role."""
    homes = union_all(
        select(Ownership.home_id).where(Ownership.person_id == person_id),
        select(Tenancy.home_id).where(Tenancy.person_id == person_id),
        select(Binding.home_id).where(Binding.person_id == person_id),
    ).subquery()
    by_home = select(Compound.code).join(Home, Home.compound_id == Compound.id).join(homes, homes.c.home_id == Home.id)
    by_role = select(RoleGrant.scope).where(RoleGrant.holder == person_id, RoleGrant.ended_at.is_(None))
    found = await db.execute(union_all(by_home, by_role))
    return sorted({code for (code,) in found})
