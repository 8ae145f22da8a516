"""VOTE-7: the electorate as it stands now: the frozen rows with what was corrected since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_by_place
from services.election.rolls.freezing import entry_said
from services.election.rules.commitments import Said
from services.election.rules.rolls import EntryTotals, Place, Places
from services.election.rules.weights import Roll, Weights
from services.election.tables import Election, RollCorrection, RollEntry, RollHome


@dataclass(frozen=True, slots=True)
class Effective:
    """`roll` is keyed by the entry's id as text; `entries` are the rows behind it, in order of place."""

    roll: Roll
    entries: Mapping[UUID, RollEntry]


async def effective_roll(db: AsyncSession, election: Election) -> Effective:
    """What every count and proof weighs with. Area in hundredths of a m²."""
    entries = {entry.id: entry for entry in await entries_by_place(db, election.id)}
    weights = {str(key): Weights(entry.heads, entry.area_hundredths) for key, entry in entries.items()}
    for correction in await corrections_since_freeze(db, election.id):
        weights |= {one["entry"]: Weights(one["heads"], one["area"]) for one in correction.after["entries"]}
    return Effective(Roll(weights), entries)


async def corrections_since_freeze(db: AsyncSession, election_id: UUID) -> Sequence[RollCorrection]:
    """Those that stand in the log, in its order."""
    wanted = (
        select(RollCorrection)
        .where(RollCorrection.election_id == election_id, RollCorrection.log_index.is_not(None))
        .order_by(RollCorrection.number)
    )
    return (await db.execute(wanted)).scalars().all()


async def moved_homes(db: AsyncSession, election_id: UUID) -> dict[UUID, UUID]:
    """Home -> the entitlement that a correction since the freeze has put it into."""
    moved: dict[UUID, UUID] = {}
    for correction in await corrections_since_freeze(db, election_id):
        if correction.after["home"] is not None:
            moved[correction.home_id] = UUID(correction.after["home"]["entry"])
    return moved


async def effective_places(db: AsyncSession, election_id: UUID) -> dict[str, Place]:
    """Every home of the roll as it stands now, in the register's order."""
    rows = select(RollHome).where(RollHome.election_id == election_id).order_by(RollHome.place)
    places = {str(row.home_id): place_of(row) for row in (await db.execute(rows)).scalars()}
    for correction in await corrections_since_freeze(db, election_id):
        home = str(correction.home_id)
        places.pop(home, None)
        if correction.after["home"] is not None:
            places[home] = place_from(correction.after["home"])
    return places


async def places_with(db: AsyncSession, election_id: UUID, home_id: UUID) -> dict[str, Place]:
    """The homes of one home's entitlement as they were frozen; none where it is not on the roll."""
    entry = select(RollHome.entry_id).where(RollHome.election_id == election_id, RollHome.home_id == home_id)
    rows = select(RollHome).where(RollHome.election_id == election_id, RollHome.entry_id == entry.scalar_subquery())
    return {str(row.home_id): place_of(row) for row in (await db.execute(rows.order_by(RollHome.place))).scalars()}


def place_of(row: RollHome) -> Place:
    owners = tuple(str(owner) for owner in row.owner_ids)
    return Place(str(row.entry_id), row.building, row.area_hundredths, row.owner_known, owners)


def place_from(kept: Mapping[str, Any]) -> Place:
    return Place(kept["entry"], kept["building"], kept["area"], kept["owner_known"], tuple(kept["owners"]))


def totals_of(places: Places, entry: str) -> list[Place]:
    """The homes of one entitlement."""
    return [place for place in places.values() if place.entry == entry]


@dataclass(frozen=True, slots=True)
class CorrectedEntry:
    """One CORRECTION leaf opened: its index, and what its commitment says under which salt, and why."""

    index: int
    salt: bytes
    said: Said
    words: str


async def corrected_entries(db: AsyncSession, election: Election) -> list[CorrectedEntry]:
    """The openings of every CORRECTION leaf, in the log's order."""
    entries = {str(entry.id): entry for entry in await entries_by_place(db, election.id)}
    return [
        CorrectedEntry(
            index=(correction.log_index or 0) + place,
            salt=bytes.fromhex(one["salt"]),
            said=corrected_said(entries[one["entry"]], one["heads"], one["area"], one["area_unknown"]),
            words=correction.reason,
        )
        for correction in await corrections_since_freeze(db, election.id)
        for place, one in enumerate(correction.after["entries"])
    ]


def corrected_said(entry: RollEntry, heads: int, area: int, area_unknown: int) -> Said:
    """What a corrected entry commits to: the frozen row with its new weights."""
    return {**entry_said(entry), "heads": heads, "area": area, "area_unknown": area_unknown}


def with_totals(entry: RollEntry, totals: EntryTotals) -> None:
    """Put the weights of its homes on a row that is not frozen yet."""
    entry.heads, entry.area_hundredths, entry.area_unknown = totals.heads, totals.area, totals.area_unknown
    entry.owner_ids = [UUID(owner) for owner in totals.owners]
