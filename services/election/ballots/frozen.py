"""What a process remembers of announced elections: their rules, ballot and roll, which never change again (VOTE-7).

What may change while voting runs (the state, the end of the window, voids, proxies) is not here: it is read under the
head lock, cast by cast.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import may_know, rules_of, terms_of
from services.election.errors import ElectionUnknown, HomeNotOnRoll, NotOpen
from services.election.rolls.effective import corrections_since_freeze, effective_places
from services.election.rules.choices import Sheet
from services.election.rules.parameters import NAMED, Kind, Preset, Rules
from services.election.rules.roles import DRAFT_ROLES, READER_ROLES
from services.election.tables import Election, Item, Nominee, RollCorrection, RollEntry, RollHome
from shared.database import Database
from shared.identity import Actor

MOST_ENTRIES = 200_000
"""Entitlements kept at once; the elections asked for longest ago are forgotten first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entitlement as its cast needs it; `home` and `label` are of its first home, None and empty for a member."""

    id: UUID
    owners: frozenset[UUID]
    homes: tuple[UUID, ...]
    home: UUID | None
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What every ballot of an announced election is judged by."""

    id: UUID
    code: str
    kind: Kind
    rules: Rules
    log: int = 1


@dataclass(frozen=True, slots=True)
class Frozen:
    """An announced election with its roll and so many corrections in it; a process may keep it until a cast is judged
    by more of them."""

    frame: Frame
    corrections: int
    sheet: Sheet
    entries: Mapping[UUID, Entry]
    by_home: Mapping[UUID, UUID]
    by_member: Mapping[UUID, UUID]

    def entry_of(self, home_id: UUID | None, person: UUID) -> Entry:
        """The entitlement of a home; in a members' vote a person's own, without a home. Errors: HomeNotOnRoll."""
        found = self.by_member.get(person) if home_id is None else self.by_home.get(home_id)
        if found is None:
            raise HomeNotOnRoll
        return self.entries[found]


class FrozenElections:
    """The memory of one process. Loading is done once however many ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[UUID, Frozen] = OrderedDict()
        self._loading: dict[UUID, asyncio.Lock] = {}

    async def of(self, actor: Actor, election_id: UUID) -> Frozen:
        """Errors: ElectionUnknown, also for what he may not know of; NotOpen before the announcement."""
        found = self._kept.get(election_id)
        if found is None:
            found = await self._load(actor, election_id)
        if not actor.holds(DRAFT_ROLES | READER_ROLES, found.frame.code):
            raise ElectionUnknown
        if election_id in self._kept:  # others may have been asked for meanwhile, so many that it was forgotten
            self._kept.move_to_end(election_id)
        return found

    def forget(self, election_id: UUID) -> None:
        """Its roll was corrected since."""
        self._kept.pop(election_id, None)

    async def _load(self, actor: Actor, election_id: UUID) -> Frozen:
        async with self._loading.setdefault(election_id, asyncio.Lock()):
            if election_id not in self._kept:
                async with self._database.read() as db:
                    self._kept[election_id] = await load(db, actor, election_id)
        self._loading.pop(election_id, None)
        found = self._kept[election_id]
        while sum(len(one.entries) for one in self._kept.values()) > MOST_ENTRIES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return found


async def load(db: AsyncSession, actor: Actor, election_id: UUID) -> Frozen:
    """Errors: ElectionUnknown, NotOpen before the roll is frozen."""
    election = await db.get(Election, election_id)
    if election is None or not may_know(actor, election):
        raise ElectionUnknown
    if election.roll_root is None:
        raise NotOpen(state=election.state)
    return await frozen_of(db, election)


def frame_of(election: Election) -> Frame:
    return Frame(election.id, election.compound_code, Kind(election.kind), rules_of(election), election.log_version)


async def frozen_of(db: AsyncSession, election: Election) -> Frozen:
    """The memory of an election whose roll is frozen."""
    corrections = await corrections_since_freeze(db, election.id)
    entries = await _entries(db, election.id, corrections)
    kind = Kind(election.kind)
    return Frozen(
        frame=frame_of(election),
        corrections=len(corrections),
        sheet=await _sheet(db, election),
        entries=entries,
        by_home={home: entry.id for entry in entries.values() for home in entry.homes},
        by_member={one: entry.id for entry in entries.values() for one in entry.owners if kind is Kind.MEMBERS},
    )


async def _entries(db: AsyncSession, election_id: UUID, corrections: Sequence[RollCorrection]) -> Mapping[UUID, Entry]:
    """VOTE-7. As frozen; an entitlement that a correction touched has the owners and homes that it has now."""
    labelled = select(RollHome.home_id, RollHome.label).where(RollHome.election_id == election_id)
    labels = {row.home_id: row.label for row in await db.execute(labelled)}
    homes: dict[UUID, list[tuple[UUID, str]]] = {}
    owned: dict[UUID, set[UUID]] = {}
    for home, place in (await effective_places(db, election_id)).items():
        homes.setdefault(UUID(place.entry), []).append((UUID(home), labels.get(UUID(home), "")))
        owned.setdefault(UUID(place.entry), set()).update(UUID(owner) for owner in place.owners)
    touched = {UUID(one["entry"]) for correction in corrections for one in correction.after["entries"]}
    rows = select(RollEntry.id, RollEntry.owner_ids).where(RollEntry.election_id == election_id)
    found = {}
    for entry_id, owners in await db.execute(rows):
        mine = homes.get(entry_id, [])
        first = mine[0] if mine else (None, "")
        now = owned.get(entry_id, set()) if entry_id in touched else owners
        found[entry_id] = Entry(entry_id, frozenset(now), tuple(home for home, _ in mine), *first)
    return found


async def _sheet(db: AsyncSession, election: Election) -> Sheet:
    if Preset(election.preset) in NAMED:
        names = await db.execute(select(Nominee.number).where(Nominee.election_id == election.id))
        return Sheet(terms=terms_of(election, frozenset(names.scalars())))
    items = await db.execute(select(Item.number).where(Item.election_id == election.id))
    return Sheet(items=frozenset(items.scalars()))
