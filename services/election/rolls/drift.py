"""Whether a frozen roll is still what was committed to: every row hashed again, the root built again."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_by_place
from services.election.rolls.effective import corrected_entries, corrections_since_freeze
from services.election.rolls.freezing import entry_said
from services.election.rules.commitments import commitment
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import root_of
from services.election.tables import Election, RollEntry, RollHome


class Drifted(StrEnum):
    """What of a row is not as it was frozen."""

    ROW = "ROW"  # it does not open its commitment
    HOMES = "HOMES"  # its homes do not add up to it
    MISSING = "MISSING"  # a place of the roll is empty
    CORRECTION = "CORRECTION"  # a correction does not open its commitment


@dataclass(frozen=True, slots=True)
class Drift:
    """One row that is wrong: its place from 0, its label, and in what."""

    place: int
    label: str
    what: Drifted


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome: the rows that are wrong, and whether the root is still the published one."""

    rows: int
    root_holds: bool
    drifts: tuple[Drift, ...]

    @property
    def sound(self) -> bool:
        return self.root_holds and not self.drifts


async def checked_roll(db: AsyncSession, election: Election) -> Checked:
    """Read every row of a frozen roll. Time: one hash a row."""
    entries = list(await entries_by_place(db, election.id))
    root = root_of([leaf_hash(entry.commitment or b"") for entry in entries])
    drifts = [*_rows(entries), *await _homes(db, election, entries), *await _corrections(db, election, entries)]
    there = {entry.place for entry in entries}
    drifts += [Drift(place, "", Drifted.MISSING) for place in range(election.entries) if place not in there]
    drifts.sort(key=lambda one: (one.place, one.what))
    return Checked(len(entries), root == election.roll_root, tuple(drifts))


def _rows(entries: list[RollEntry]) -> list[Drift]:
    return [
        Drift(entry.place, entry.label, Drifted.ROW)
        for entry in entries
        if commitment(entry.salt, entry_said(entry)) != entry.commitment
    ]


async def _homes(db: AsyncSession, election: Election, entries: list[RollEntry]) -> list[Drift]:
    """The homes stand beside the commitments, so each entitlement must be the sum of its own. Members have none."""
    found = await db.execute(
        select(
            RollHome.entry_id,
            func.coalesce(func.sum(RollHome.area_hundredths), 0),
            func.count().filter(RollHome.area_hundredths.is_(None)),
        )
        .where(RollHome.election_id == election.id)
        .group_by(RollHome.entry_id)
    )
    sums = {entry: (int(area or 0), unknown) for entry, area, unknown in found}
    return [
        Drift(entry.place, entry.label, Drifted.HOMES)
        for entry in entries
        if sums.get(entry.id, (0, 0)) != (entry.area_hundredths, entry.area_unknown)
    ]


async def _corrections(db: AsyncSession, election: Election, entries: list[RollEntry]) -> list[Drift]:
    rows = {str(entry.id): entry for entry in entries}
    kept = [one for row in await corrections_since_freeze(db, election.id) for one in row.after["entries"]]
    opened = await corrected_entries(db, election)
    wrong = [
        rows[one["entry"]]
        for one, found in zip(kept, opened, strict=True)
        if commitment(found.salt, found.said).hex() != one["commitment"]
    ]
    return [Drift(row.place, row.label, Drifted.CORRECTION) for row in wrong]
