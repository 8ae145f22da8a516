"""How bindings and open door codes of a home end when what they stand on ends."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.oauth import sessions
from services.registry.rules.bindings import OWNERS_OWN
from services.registry.rules.door_codes import Relation
from services.registry.tables.owners import Binding, DoorCode, Tenancy
from services.registry.tables.places import Compound, Home
from services.registry.tables.schema import Base
from shared.days import day_of
from shared.outbox import Event, tell


async def end_bindings(db: AsyncSession, bindings: Iterable[Binding], reason: str, now: datetime) -> None:
    """PRI-4. End these, tell it, and let the tokens that carry them die within a minute."""
    for binding in bindings:
        await end_tie(db, binding, reason, now)


async def end_tie(db: AsyncSession, binding: Binding, reason: str, now: datetime) -> str:
    """The same for one; answers the code of its compound."""
    binding.ended_at, binding.end_reason = now, reason
    sessions.revoke(db, binding.person_id, datetime.now(UTC))
    return await tell_tie(db, binding, "linli.registry.home_left.v1")


async def tell_tie(db: AsyncSession, binding: Binding, fact: str) -> str:
    """Tell what became of a tie; answers the code of its compound."""
    place = select(Compound.code).join(Home, Home.compound_id == Compound.id).where(Home.id == binding.home_id)
    code = (await db.execute(place)).scalar_one()
    data: dict[str, str | int | bool | None] = {"home": str(binding.home_id), "relation": binding.relation}
    await tell(db, Base.metadata, Event(fact, str(binding.id), code, data))
    return code


async def end_ties_of_owners(db: AsyncSession, home_id: UUID, staying: Collection[UUID], now: datetime) -> None:
    """PRI-4. An ownership of the home ended: so do its open codes and the bindings, but of owners who stay.

    Codes go first: whoever is binding himself with one at this moment is waited for, and his binding is then seen.
    """
    found = await _ties_without_codes(db, home_id, OWNERS_OWN, now)
    await end_bindings(db, [one for one in found if one.person_id not in staying], "OWNERSHIP_ENDED", now)


async def end_tenancies(db: AsyncSession, home_id: UUID, now: datetime) -> None:
    """PRI-4. The home is no longer let: the tenancies on record, open codes and bindings of tenants end."""
    live = update(Tenancy).where(Tenancy.home_id == home_id, Tenancy.valid_to.is_(None))
    await db.execute(live.values(valid_to=day_of(now)))
    await end_bindings(db, await _ties_without_codes(db, home_id, (Relation.TENANT,), now), "TENANCY_ENDED", now)


async def _ties_without_codes(
    db: AsyncSession, home_id: UUID, relations: Collection[Relation], now: datetime
) -> list[Binding]:
    """The live bindings of these ties, locked, after their codes were voided."""
    await void_codes(db, home_id, relations, now)
    live = select(Binding).where(
        Binding.home_id == home_id, Binding.ended_at.is_(None), Binding.relation.in_(relations)
    )
    return list((await db.execute(live.with_for_update())).scalars())


async def void_codes(db: AsyncSession, home_id: UUID, relations: Collection[Relation], now: datetime) -> None:
    """PRI-4. Door codes of these ties that still could bind somebody no longer can."""
    still_open = update(DoorCode).where(
        DoorCode.home_id == home_id,
        DoorCode.relation.in_(relations),
        DoorCode.used_at.is_(None),
        DoorCode.expires_at > now,
    )
    await db.execute(still_open.values(expires_at=now))
