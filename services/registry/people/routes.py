"""HTTP of people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.registry.errors import PersonErased, PersonOwns, PersonUnknown, RoleNotYours, answers
from services.registry.people import actions, queries
from services.registry.people.keys import HouseKeys
from services.registry.people.schemas import Disclosure, NewPerson, PersonDisclosed, PersonSeen
from services.registry.people.values import opened
from services.registry.rules.roles import STAFF, Role
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.identity import Actor, allow

router = APIRouter(prefix="/v1/people", tags=["registry"], route_class=EdgeRoute)
Keeper = Annotated[Actor, Depends(allow(*STAFF, Role.ADMINISTRATOR))]
Clerk = Annotated[Actor, Depends(allow(*STAFF))]


@router.post("", status_code=201, operation_id="enter_person", summary="Enter a person")
async def enter_person(db: Writing, keys: HouseKeys, actor: Keeper, person: NewPerson, now: Now) -> PersonSeen:
    """Enter somebody who will hold a role, such as a grid worker; his roles and sign-in are given apart."""
    entered = await actions.enter_person(db, keys, person.name, person.phone, now)
    return PersonSeen.of(entered, opened(keys, entered))


@router.get(
    "/{person_id}",
    operation_id="read_person",
    summary="Read a person, masked",
    responses=answers(PersonUnknown),
)
async def read_person(db: Reading, keys: HouseKeys, actor: Keeper, person_id: UUID) -> PersonSeen:
    """A person tied to a place in the caller's reach, with name, phone and id number masked."""
    found = await queries.person_in_reach(db, actor, person_id)
    return PersonSeen.of(found.person, None if found.person.erased_at else opened(keys, found.person))


@router.post(
    "/{person_id}/disclosures",
    status_code=201,
    operation_id="disclose_person",
    openapi_extra=NEVER_REPLAYED,
    summary="Read a person unmasked, for a purpose",
    responses=answers(PersonUnknown, PersonErased),
)
async def disclose_person(
    db: Writing, keys: HouseKeys, actor: Clerk, person_id: UUID, disclosure: Disclosure, now: Now
) -> PersonDisclosed:
    """The values in clear. Who asked, when and for what stays on record."""
    person, known = await actions.disclose_person(db, keys, actor, person_id, disclosure.purpose)
    return PersonDisclosed.of(person, known, now)


@router.delete(
    "/{person_id}",
    status_code=204,
    operation_id="erase_person",
    summary="Erase a person's data",
    responses=answers(PersonUnknown, PersonErased, PersonOwns, RoleNotYours),
)
async def erase_person(db: Writing, actor: Keeper, person_id: UUID, now: Now) -> None:
    """Destroy the key that the person's values are sealed under, his sign-in, roles and bindings. Not while he owns
    a home; his former homes stay on the register (OWN-6). Who holds roles is erased by one who may end them all."""
    await actions.erase_person(db, actor, person_id, now)
