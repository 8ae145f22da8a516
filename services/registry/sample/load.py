"""Fills an empty registry with the sample compound, through the same doors as the API and the import."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.actions import CompoundSaid, open_compound
from services.registry.oauth.actions import new_account
from services.registry.partners.actions import add_partner
from services.registry.partners.schemas import NewPartner
from services.registry.people.actions import KnownOfPerson, new_person
from services.registry.regions.actions import NewRegionRow, enter_region
from services.registry.rolls.actions import take_homes
from services.registry.rolls.plan import Stamp, wanted_of
from services.registry.rules.door_codes import Method, Relation
from services.registry.rules.roles import BOUND, Role
from services.registry.sample.homes import sample_homes
from services.registry.sample.people import (
    COMMUNITY,
    COMMUNITY_NAME,
    COMPOUND,
    COMPOUND_NAME,
    PLATFORM,
    SAMPLE_PEOPLE,
    STREET,
    SamplePerson,
)
from services.registry.tables.identity import RoleGrant
from services.registry.tables.owners import Binding
from services.registry.tables.places import Compound, Home
from services.registry.tables.schema import Base
from shared import audit
from shared.database import Database, new_id
from shared.days import day_of
from shared.identity import Actor, Grant
from shared.sealing import Keys

NOBODY = UUID(int=0)
MAKER = Actor(NOBODY, "service", (Grant(Role.ADMINISTRATOR, ""), Grant(Role.STREET_OFFICER, STREET)), NOBODY, "")


async def load(database: Database, keys: Keys, homes: int, say: Callable[[str], None], now: datetime) -> UUID:
    """So many homes and the sample people, in one transaction; an already loaded database is left alone.

    Answers the id of the sample compound.
    """
    async with database.write() as session, session.begin():
        known = await session.execute(select(Compound.id).where(Compound.code == COMPOUND))
        if (there := known.scalar_one_or_none()) is not None:
            return there
        place = await _place(session, now)
        say(f"Inventing {homes} homes and their owners")
        roll = await to_thread.run_sync(sample_homes, homes)
        wanted = await to_thread.run_sync(wanted_of, keys, roll)
        say("Sealing and storing them")
        await take_homes(session, keys, place, roll, wanted, Stamp(now, day_of(now), "sample"))
        await _people(session, keys, place, now)
        await add_partner(session, MAKER, NewPartner(name=PLATFORM, scope=STREET), now)
        audit.note(session, "compound", place.id, COMPOUND, homes=homes)
        await audit.record(session, Base.metadata, audit.Done("house", "load_sample", "-", "-", 201))
        return place.id


async def _place(session: AsyncSession, now: datetime) -> Compound:
    await enter_region(session, MAKER, NewRegionRow(COMMUNITY, COMMUNITY_NAME))
    await session.flush()
    said = CompoundSaid(COMPOUND_NAME, "万柏林区长风西街街道（示例）")
    place = await open_compound(session, MAKER, COMMUNITY, said, now)
    await session.flush()
    return place


async def _people(session: AsyncSession, keys: Keys, place: Compound, now: datetime) -> None:
    labels = {one.tie[0] for one in SAMPLE_PEOPLE if one.tie}
    rows = await session.execute(
        select(Home.label, Home.id).where(Home.compound_id == place.id, Home.label.in_(labels))
    )
    homes = {row.label: row.id for row in rows}
    worker: UUID | None = None
    for number, one in enumerate(SAMPLE_PEOPLE):
        known = KnownOfPerson(one.name, f"1400000{9900 + number}", None)
        person = await new_person(session, keys, known, now)
        await session.flush()
        worker = person.id if one.role is Role.GRID_WORKER else worker
        session.add(new_account(person.id, one.login))
        _tie(session, one, person.id, homes, worker or person.id, now)
    await session.flush()


def _tie(
    session: AsyncSession, one: SamplePerson, person: UUID, homes: dict[str, UUID], worker: UUID, now: datetime
) -> None:
    """A role given by hand, or the binding that brings one (PRI-4)."""
    if one.role not in BOUND:
        session.add(
            RoleGrant(
                id=new_id(), holder=person, role=one.role, scope=one.scope, given_by="sample", given_at=now,
                until=None, ended_at=None, ended_by=None,
            )
        )  # fmt: skip
    elif one.tie and one.tie[0] in homes:
        session.add(_binding(person, homes[one.tie[0]], one.tie[1], worker, now))


def _binding(person: UUID, home: UUID, relation: Relation, worker: UUID, now: datetime) -> Binding:
    return Binding(
        id=new_id(), person_id=person, home_id=home, relation=relation, method=Method.DOOR_CODE, verified_at=now,
        verified_by=worker, ended_at=None, end_reason=None,
    )  # fmt: skip
