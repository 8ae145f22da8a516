"""A roll as it may be read: totals, the caller's own homes in full, and of the others their place alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_of, entries_of, homes_on, rules_of
from services.election.errors import RollNotFrozen
from services.election.rolls.effective import effective_places
from services.election.rules.roles import DRAFT_ROLES
from services.election.rules.rolls import Denominators, denominators
from services.election.rules.states import State
from services.election.tables import Election, RollCorrection, RollEntry, RollHome
from shared.days import CalendarMissing, day_of, period_end
from shared.identity import Actor
from shared.paging import Orders, up
from shared.problems import RoleForbidden

HOMES = Orders("roll_homes", {"place": (up(RollHome.place),)})
CORRECTIONS = Orders("roll_corrections", {"oldest": (up(RollCorrection.number),)})
FEWEST = 5
"""VIS-4. Below so many entitlements a building's area would name a home's."""


@dataclass(frozen=True, slots=True)
class BuildingTotals:
    """What a building comes to. Known area in hundredths of a m²; None where it would tell a home's."""

    building: str
    households: int
    homes: int
    area: int | None


@dataclass(frozen=True, slots=True)
class RollRead:
    """A roll in figures, and the caller's own rows in full. `bounds`: OWN-6, while the roll is only posted."""

    buildings: tuple[BuildingTotals, ...]
    mine: Sequence["Own"]
    bounds: Denominators | None
    posted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Own:
    """A home of the caller's. `entry` only where he may know the whole of it: who lives in a home by a tie is not told
    what else its owner has."""

    home: RollHome
    entry_id: UUID
    entry: RollEntry | None


async def roll_read(db: AsyncSession, actor: Actor, election: Election) -> RollRead:
    """Totals by building; of single rows only one's own."""
    bounds = None
    if election.state == State.ROLL_POSTED:
        bounds = denominators(await effective_places(db, election.id))
    return RollRead(await _buildings(db, election.id), await _mine(db, actor, election), bounds, _until(election))


async def _buildings(db: AsyncSession, election_id: UUID) -> tuple[BuildingTotals, ...]:
    entries = await db.execute(
        select(RollEntry.building, func.count())
        .where(RollEntry.election_id == election_id)
        .group_by(RollEntry.building)
        .order_by(func.min(RollEntry.place))
    )
    households: dict[str, int] = {row[0]: row[1] for row in entries}
    found = await db.execute(
        select(
            RollHome.building,
            func.count(),
            func.count(RollHome.entry_id.distinct()),
            func.coalesce(func.sum(RollHome.area_hundredths), 0),
        )
        .where(RollHome.election_id == election_id)
        .group_by(RollHome.building)
        .order_by(func.min(RollHome.place))
    )
    totals = {
        name: BuildingTotals(name, households.get(name, 0), homes, int(area or 0) if heads >= FEWEST else None)
        for name, homes, heads, area in found
    }
    without = {building: BuildingTotals(building, count, 0, None) for building, count in households.items()}
    return tuple((without | totals).values())


async def _mine(db: AsyncSession, actor: Actor, election: Election) -> list[Own]:
    entries = await entries_of(db, actor, election.id)
    homes = await homes_on(db, election.id, [entry.id for entry in entries])
    return [one for entry in entries for one in _own(actor, entry, homes.get(entry.id, []))]


def _own(actor: Actor, entry: RollEntry, homes: Sequence[RollHome]) -> list[Own]:
    if actor.subject in entry.owner_ids or len(homes) == 1:
        return [Own(home, entry.id, entry) for home in homes]
    return [Own(home, entry.id, None) for home in homes if home.home_id in actor.homes]


def _until(election: Election) -> datetime | None:
    """DAY-1. When the posting of the roll ends; None before it, or where the year's calendar decides and is missing."""
    days = rules_of(election).roll_posting_days
    if election.roll_posted_at is None or days == 0:
        return None
    try:
        return period_end(day_of(election.roll_posted_at), days)
    except CalendarMissing:
        return None


def homes_on_roll(election_id: UUID) -> Select[Any]:
    """One row holds one RollHome and the place of its entitlement."""
    joined = select(RollHome, RollEntry.place).join(RollEntry, RollEntry.id == RollHome.entry_id)
    return cast("Select[Any]", joined.where(RollHome.election_id == election_id))


def corrections_of(election_id: UUID) -> Select[Any]:
    return select(RollCorrection).where(RollCorrection.election_id == election_id)


async def frozen_election(db: AsyncSession, actor: Actor, election_id: UUID) -> Election:
    """One whose roll is frozen, for its desk or auditor. Errors: ElectionUnknown, RoleForbidden, RollNotFrozen."""
    found = await election_of(db, actor, election_id)
    if not actor.holds(DRAFT_ROLES, found.compound_code):
        raise RoleForbidden(needed=sorted(DRAFT_ROLES))
    if found.roll_root is None:
        raise RollNotFrozen
    return found
