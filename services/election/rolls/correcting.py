"""Works out a correction of one home: what the roll is before and after it, and writes that down."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import entries_by_place, rules_of
from services.election.errors import CorrectionRefused, HomeNotOnRoll
from services.election.neighbours import Home
from services.election.rolls.building import counted, group_key, in_scope, new_entry, new_home
from services.election.rolls.effective import corrected_said, totals_of, with_totals
from services.election.rules.commitments import SALT_BYTES, commitment
from services.election.rules.parameters import Kind
from services.election.rules.rolls import (
    Change,
    CorrectionWhy,
    Place,
    Places,
    corrected,
    entry_totals,
    roll_totals,
    touched,
)
from services.election.rules.wording import WORDS
from services.election.tables import Election, RollCorrection, RollEntry, RollHome
from shared.database import new_id

NEW_ENTRY = ""
"""The entitlement of a home that is to have one of its own."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be corrected of a home and why; `with_home`: whose entitlement it joins. Area in 0.01 m²."""

    change: Change
    home_id: UUID
    reason: str
    area: int | None = None
    owners: tuple[UUID, ...] = ()
    owner_known: bool = True
    with_home: UUID | None = None
    objection_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """The roll before and after a correction of one home."""

    home: str
    before: Places
    after: Places

    @property
    def entries(self) -> tuple[str, ...]:
        return touched(self.before, self.after, self.home)


def refused(why: CorrectionWhy) -> CorrectionRefused:
    zh, en = WORDS[why]
    return CorrectionRefused(why=why, why_zh=zh, why_en=en)


def worked_out(places: Places, wish: Correction, added: Place | None) -> Worked:
    """What the roll would be. `added`: the home of an ADD, as the registry has it.

    Errors: HomeNotOnRoll, CorrectionRefused.
    """
    home = str(wish.home_id)
    if wish.change is Change.ADD:
        if home in places:
            raise refused(CorrectionWhy.ON_ROLL_ALREADY)
        return Worked(home, places, corrected(places, home, added))
    if home not in places:
        raise HomeNotOnRoll
    after = corrected(places, home, _changed(places, wish, places[home]))
    if after == places:
        raise refused(CorrectionWhy.NOTHING_CHANGES)
    if not after:
        raise refused(CorrectionWhy.ROLL_WOULD_BE_EMPTY)
    return Worked(home, places, after)


def _changed(places: Places, wish: Correction, place: Place) -> Place | None:
    if wish.change is Change.REMOVE:
        return None
    if wish.change is Change.AREA:
        return replace(place, area=wish.area)
    if wish.change is Change.OWNERS:
        owners = tuple(sorted(str(owner) for owner in wish.owners))
        return replace(place, owners=owners, owner_known=wish.owner_known)
    if wish.change is Change.SPLIT:
        if len(totals_of(places, place.entry)) == 1:
            raise refused(CorrectionWhy.ALONE_ALREADY)
        return replace(place, entry=NEW_ENTRY)
    if str(wish.with_home) not in places:
        raise HomeNotOnRoll
    return replace(place, entry=places[str(wish.with_home)].entry)


async def place_to_add(db: AsyncSession, election: Election, homes: tuple[Home, ...], home_id: UUID) -> Place:
    """The home as the registry has it, in the entitlement of its owners if they have one. Errors: CorrectionRefused.

    VOTE-5: an outside owner who showed his interest may be added to a unanimous decision, whatever the scope.
    """
    home = next((one for one in homes if one.id == home_id), None)
    if home is None:
        raise refused(CorrectionWhy.NOT_ON_REGISTER)
    kind = Kind(election.kind)
    in_its_scope = in_scope(election, home) or kind is Kind.UNANIMOUS
    if not in_its_scope or not counted(kind, rules_of(election), home):
        raise refused(CorrectionWhy.HAS_NO_VOTE)
    same = select(RollEntry.id).where(RollEntry.election_id == election.id, RollEntry.head_key == group_key(kind, home))
    entry = (await db.execute(same)).scalar_one_or_none()
    owners = tuple(str(owner) for owner in home.owners)
    return Place(str(entry) if entry else NEW_ENTRY, home.building, home.area, home.owner_known, owners)


async def rewrite(db: AsyncSession, election: Election, worked: Worked, added: Home | None) -> Worked:
    """Carry a correction out on the rows of a roll that is only posted; answers it with its new entry, if any."""
    rows = {str(row.id): row for row in await entries_by_place(db, election.id)}
    if worked.home in worked.after and worked.after[worked.home].entry == NEW_ENTRY:
        worked, row = await _with_entry(db, election, worked, rows, added)
        rows[str(row.id)] = row
    await _rewrite_home(db, election, worked, added)
    for entry in worked.entries:
        homes = totals_of(worked.after, entry)
        with_totals(rows[entry], entry_totals(homes))
        await db.flush()
        if homes:
            await _rename(db, rows[entry])
        else:
            await db.delete(rows[entry])
    _put_totals(election, worked.after)
    election.roll_note = election.roll_note_by = None  # OWN-6: what was signed for is not the roll any more
    await db.flush()
    return worked


async def _rename(db: AsyncSession, entry: RollEntry) -> None:
    """An entitlement is called after its first home."""
    first = select(RollHome).where(RollHome.election_id == entry.election_id, RollHome.entry_id == entry.id)
    home = (await db.execute(first.order_by(RollHome.place).limit(1))).scalar_one()
    entry.building, entry.entrance, entry.label = home.building, home.entrance, home.label


def _put_totals(election: Election, places: Places) -> None:
    totals = roll_totals(places)
    election.entries = election.heads = totals.heads
    election.area_hundredths = totals.area
    election.area_unknown, election.owner_unknown = totals.area_unknown, totals.owner_unknown


async def _with_entry(
    db: AsyncSession, election: Election, worked: Worked, rows: Mapping[str, RollEntry], added: Home | None
) -> tuple[Worked, RollEntry]:
    """A new entitlement behind all others, for a home that came or was split off."""
    if added is not None:
        row = RollEntry(**new_entry(election, group_key(Kind(election.kind), added), [added], 0))
    else:
        home = await _home_row(db, election, worked.home)
        basis = rows[worked.before[worked.home].entry].basis
        row = _split_entry(election, home, basis)
    row.place = max(one.place for one in rows.values()) + 1
    db.add(row)
    await db.flush()
    place = replace(worked.after[worked.home], entry=str(row.id))
    return replace(worked, after=corrected(worked.after, worked.home, place)), row


def _split_entry(election: Election, home: RollHome, basis: str) -> RollEntry:
    entry_id = new_id()
    return RollEntry(
        id=entry_id,
        election_id=election.id,
        head_key=hashlib.sha256(b"split:" + entry_id.bytes).digest(),  # its own: no register knows it as a head
        heads=1,
        area_hundredths=home.area_hundredths or 0,
        area_unknown=home.area_hundredths is None,
        owner_ids=list(home.owner_ids),
        building=home.building,
        entrance=home.entrance,
        label=home.label,
        basis=basis,
        salt=secrets.token_bytes(SALT_BYTES),
    )


async def _home_row(db: AsyncSession, election: Election, home: str) -> RollHome:
    return await db.get_one(RollHome, (election.id, UUID(home)))


async def _rewrite_home(db: AsyncSession, election: Election, worked: Worked, added: Home | None) -> None:
    place = worked.after.get(worked.home)
    if added is not None:
        assert place is not None, "added"
        last = await db.scalar(select(func.max(RollHome.place)).where(RollHome.election_id == election.id))
        db.add(RollHome(**new_home(election, UUID(place.entry), added, (last or 0) + 1)))
        return
    row = await _home_row(db, election, worked.home)
    if place is None:
        await db.delete(row)
        return
    row.entry_id, row.area_hundredths, row.owner_known = UUID(place.entry), place.area, place.owner_known
    row.owner_ids = [UUID(owner) for owner in place.owners]


def kept_before(worked: Worked) -> dict[str, Any]:
    return _kept(worked.before, worked)


def kept_after(worked: Worked) -> dict[str, Any]:
    return _kept(worked.after, worked)


def _kept(places: Places, worked: Worked) -> dict[str, Any]:
    """As a correction keeps it: the home, the totals, and the weights of every entitlement that it changes."""
    home = places.get(worked.home)
    entries = []
    for entry in worked.entries:
        totals = entry_totals(totals_of(places, entry))
        weighs = {"heads": totals.heads, "area": totals.area, "area_unknown": totals.area_unknown}
        entries.append({"entry": entry, **weighs})
    return {"home": asdict(home) if home else None, **asdict(roll_totals(places)), "entries": entries}


def committed(kept: dict[str, Any], rows: Mapping[str, RollEntry]) -> dict[str, Any]:
    """The same with a new salt and commitment for each entitlement, which stand for it from now on."""
    entries = []
    for one in kept["entries"]:
        salt = secrets.token_bytes(SALT_BYTES)
        said = corrected_said(rows[one["entry"]], one["heads"], one["area"], one["area_unknown"])
        entries.append({**one, "salt": salt.hex(), "commitment": commitment(salt, said).hex()})
    return {**kept, "entries": entries}


async def new_row(
    db: AsyncSession, election: Election, by: str, wish: Correction, worked: Worked, now: datetime
) -> RollCorrection:
    """A correction as it is kept, applied at once unless the caller says otherwise."""
    last = await db.scalar(select(func.max(RollCorrection.number)).where(RollCorrection.election_id == election.id))
    return RollCorrection(
        id=new_id(),
        election_id=election.id,
        number=(last or 0) + 1,
        change=wish.change,
        home_id=wish.home_id,
        before=kept_before(worked),
        after=kept_after(worked),
        reason=wish.reason,
        objection_id=wish.objection_id,
        by=by,
        proposed=False,
        at=now,
    )
