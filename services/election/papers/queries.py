"""Printed ballots as they stand: what happened to each, what is still to do at each door, and how the sums come out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, and_, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.election.ballots.queries import OF_BALLOT
from services.election.elections.queries import ENDED, election_of, rules_of
from services.election.errors import BoxUnknown, PrintRunUnknown
from services.election.rolls.effective import moved_homes
from services.election.rules.casting import Channel
from services.election.rules.papers import (
    VOID,
    Balance,
    Fact,
    FactKind,
    PaperState,
    PaperWhy,
    Standing,
    Todo,
    balances,
    is_served,
    notice_ends,
    standing_of,
    todo_of,
)
from services.election.rules.roles import DELIVERER_ROLES
from services.election.tables import (
    Ballot,
    BallotVoid,
    Device,
    Election,
    Paper,
    PaperBox,
    PaperFact,
    PrintRun,
    RollEntry,
    RollHome,
    Transcription,
)
from shared.identity import Actor
from shared.problems import RoleForbidden


async def election_to_deliver(db: AsyncSession, actor: Actor, election_id: UUID) -> Election:
    """An election whose papers the actor may carry. Errors: ElectionUnknown, RoleForbidden."""
    found = await election_of(db, actor, election_id)
    if not actor.holds(DELIVERER_ROLES, found.compound_code):
        raise RoleForbidden(needed=sorted(DELIVERER_ROLES))
    return found


def among(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], numbers: Collection[int]) -> Any:
    """One parameter however many numbers there are: a list of a thousand is parsed for longer than it is searched."""
    return column == any_(literal(sorted(numbers), ARRAY(Integer)))


def fact_of(row: PaperFact) -> Fact:
    """A kept fact as the rules see it."""
    why = PaperWhy(row.why) if row.why else None
    return Fact(row.id, row.number, FactKind(row.kind), row.captured_at, frozenset(row.deliverers), why)


async def facts_on(
    db: AsyncSession, election_id: UUID, numbers: Collection[int] | None = None
) -> dict[int, list[PaperFact]]:
    """The kept facts of these papers (all, if none are named) by number."""
    wanted = select(PaperFact).where(PaperFact.election_id == election_id)
    if numbers is not None:
        wanted = wanted.where(among(PaperFact.number, numbers))
    found: dict[int, list[PaperFact]] = {}
    for row in (await db.execute(wanted)).scalars():
        found.setdefault(row.number, []).append(row)
    return found


async def standings_of(db: AsyncSession, election_id: UUID, numbers: Collection[int]) -> dict[int, Standing]:
    """Where papers stand of which anything is known."""
    facts = await facts_on(db, election_id, numbers)
    return {number: standing_of(fact_of(row) for row in rows) for number, rows in facts.items()}


async def papers_on(db: AsyncSession, election_id: UUID, numbers: Collection[int]) -> dict[int, Paper]:
    wanted = select(Paper).where(Paper.election_id == election_id, among(Paper.number, numbers))
    return {paper.number: paper for paper in (await db.execute(wanted)).scalars()}


async def boxes_of(db: AsyncSession, election_id: UUID) -> Sequence[PaperBox]:
    wanted = select(PaperBox).where(PaperBox.election_id == election_id).order_by(PaperBox.number)
    return (await db.execute(wanted)).scalars().all()


async def box_of(db: AsyncSession, election_id: UUID, number: int) -> PaperBox:
    """A box under lock. Errors: BoxUnknown."""
    wanted = select(PaperBox).where(PaperBox.election_id == election_id, PaperBox.number == number)
    found = (await db.execute(wanted.with_for_update())).scalar_one_or_none()
    if found is None:
        raise BoxUnknown
    return found


async def runs_of(db: AsyncSession, election_id: UUID) -> Sequence[PrintRun]:
    wanted = select(PrintRun).where(PrintRun.election_id == election_id).order_by(PrintRun.number)
    return (await db.execute(wanted)).scalars().all()


async def run_of(db: AsyncSession, election_id: UUID, number: int) -> PrintRun:
    """Errors: PrintRunUnknown."""
    wanted = select(PrintRun).where(PrintRun.election_id == election_id, PrintRun.number == number)
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise PrintRunUnknown
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed ballot with the home it is brought to."""

    paper: Paper
    home: RollHome


async def sheets_of(db: AsyncSession, run: PrintRun) -> list[Sheet]:
    """The papers of a run, in the order of their numbers."""
    wanted = (
        select(Paper, RollHome)
        .join(RollHome, and_(RollHome.election_id == Paper.election_id, RollHome.home_id == Paper.home_id))
        .where(Paper.run_id == run.id)
        .order_by(Paper.number)
    )
    return [Sheet(row[0], row[1]) for row in await db.execute(wanted)]


async def devices_of(db: AsyncSession, election_id: UUID) -> Sequence[Device]:
    wanted = select(Device).where(Device.election_id == election_id).order_by(Device.made_at, Device.id)
    return (await db.execute(wanted)).scalars().all()


async def papers_outstanding(db: AsyncSession, election_id: UUID) -> int:
    """BAL-7. Returned papers that nobody has read, void ones left aside; while there is one, nothing is counted."""
    read = and_(
        Transcription.election_id == Ballot.election_id,
        Transcription.entry_id == Ballot.entry_id,
        Transcription.revision == Ballot.revision,
    )
    waiting = (
        select(func.count())
        .select_from(Ballot)
        .outerjoin(Transcription, read)
        .outerjoin(BallotVoid, OF_BALLOT)
        .where(
            Ballot.election_id == election_id,
            Ballot.channel == Channel.PAPER,
            Transcription.at.is_(None),
            BallotVoid.at.is_(None),
        )
    )
    return (await db.execute(waiting)).scalar_one()


@dataclass(frozen=True, slots=True)
class Notice:
    """A ballot that could not be delivered: since when its notice hangs, when it has hung its days, and if in time."""

    number: int
    label: str
    posted_at: datetime
    ends_at: datetime
    served: bool
    words: str | None


@dataclass(frozen=True, slots=True)
class BoxSum:
    """Papers registered into a box, and found in it once it was opened."""

    box: PaperBox
    registered: int


@dataclass(frozen=True, slots=True)
class Sums:
    """BAL-7. The whole of an election's papers in figures."""

    printed: int
    in_hand: int
    """Printed and never gone out; those brought back as undeliverable among them."""
    lines: Sequence[Balance]
    boxes: Sequence[BoxSum]
    spoiled: Sequence[tuple[int, str, str | None]]
    """Number, SPOILED or LOST, and what was said of it."""
    notices: Sequence[Notice]
    outstanding: int
    helped: int
    """BAL-10. Registered returns that were marked with help."""


async def sums_of(db: AsyncSession, election: Election) -> Sums:
    rows = await _printed(db, election.id)
    facts = await facts_on(db, election.id)
    standings = {number: standing_of(fact_of(one) for one in facts.get(number, [])) for number, _, _ in rows}
    lines = balances((batch, standings[number]) for number, batch, _ in rows)
    boxes = [BoxSum(box, _registered(facts, box.number)) for box in await boxes_of(db, election.id)]
    labels = {number: label for number, _, label in rows}
    return Sums(
        printed=len(rows),
        in_hand=len(rows) - sum(line.issued for line in lines),
        lines=lines,
        boxes=boxes,
        spoiled=[_spoiled(number, one, facts[number]) for number, one in standings.items() if one.state in VOID],
        notices=_notices(election, facts, labels),
        outstanding=await papers_outstanding(db, election.id),
        helped=await papers_helped(db, election.id),
    )


async def papers_helped(db: AsyncSession, election_id: UUID) -> int:
    """BAL-10. Ballots in the boxes that somebody marked for a voter who could not; each has helper and witness."""
    helped = select(func.count()).where(
        PaperFact.election_id == election_id, PaperFact.accepted, PaperFact.help_sealed.is_not(None)
    )
    return (await db.execute(helped)).scalar_one()


async def _printed(db: AsyncSession, election_id: UUID) -> list[tuple[int, int, str]]:
    """Number, batch and label of every paper."""
    wanted = (
        select(Paper.number, PrintRun.number, RollHome.label)
        .join(PrintRun, PrintRun.id == Paper.run_id)
        .join(RollHome, and_(RollHome.election_id == Paper.election_id, RollHome.home_id == Paper.home_id))
        .where(Paper.election_id == election_id)
        .order_by(Paper.number)
    )
    return [(row[0], row[1], row[2]) for row in await db.execute(wanted)]


def _registered(facts: Mapping[int, Sequence[PaperFact]], box: int) -> int:
    returns = (one for rows in facts.values() for one in rows if one.kind == FactKind.RETURNED)
    return sum(one.accepted and one.box == box for one in returns)


def _spoiled(number: int, standing: Standing, facts: Iterable[PaperFact]) -> tuple[int, str, str | None]:
    told = next(one for one in facts if one.accepted and one.kind == standing.state)
    return number, str(standing.state), told.words


def _notices(election: Election, facts: Mapping[int, Sequence[PaperFact]], labels: Mapping[int, str]) -> list[Notice]:
    days, found = rules_of(election).undeliverable_days, []
    for number, rows in sorted(facts.items()):
        posted = [one for one in rows if one.accepted and one.kind == FactKind.UNDELIVERABLE]
        if posted:
            first = min(posted, key=lambda one: (one.captured_at, one.id.bytes))
            since = min(max(first.captured_at, election.announced_at or first.captured_at), first.registered_at)
            served = is_served(since, days, election.closes_at)
            ends_at = notice_ends(since, days)
            found.append(Notice(number, labels[number], since, ends_at, served, first.words))
    return found


@dataclass(frozen=True, slots=True)
class Door:
    """What is to be done at one home; never a choice. `number` is its newest paper; an entitlement of several homes has
    one paper, which is brought to one of them."""

    home: RollHome
    number: int | None
    state: PaperState | None
    todo: Todo


async def doors_of(db: AsyncSession, election: Election, building: str | None, entrance: str | None) -> list[Door]:
    """The homes of a building (or one entrance) that have a ballot, in the register's order; none named: all."""
    wanted = select(RollHome).where(RollHome.election_id == election.id)
    if building is not None:
        wanted = wanted.where(RollHome.building == building)
    if entrance is not None:
        wanted = wanted.where(RollHome.entrance == entrance)
    homes = (await db.execute(wanted.order_by(RollHome.place))).scalars().all()
    moved = await moved_homes(db, election.id)
    entries = [moved.get(home.home_id, home.entry_id) for home in homes]
    papers = await live_papers(db, election.id, [home.entry_id for home in homes])
    cast = select(Ballot.entry_id).where(Ballot.election_id == election.id, Ballot.entry_id.in_(entries), ~ENDED)
    done = set((await db.execute(cast)).scalars())
    return [_door(home, papers.get(home.entry_id), entry in done) for home, entry in zip(homes, entries, strict=True)]


def _door(home: RollHome, live: tuple[Paper, PaperState] | None, has_cast: bool) -> Door:
    if live is None:
        return Door(home, None, None, todo_of(None, has_cast))
    if live[0].home_id != home.home_id:
        return Door(home, None, None, Todo.NONE)
    return Door(home, live[0].number, live[1], todo_of(live[1], has_cast))


async def live_papers(
    db: AsyncSession, election_id: UUID, entries: Collection[UUID]
) -> dict[UUID, tuple[Paper, PaperState]]:
    """The newest paper of each entitlement with its state, void ones too; who has none is left out."""
    wanted = select(Paper).where(Paper.election_id == election_id, Paper.entry_id.in_(entries)).order_by(Paper.number)
    newest = {paper.entry_id: paper for paper in (await db.execute(wanted)).scalars()}
    standings = await standings_of(db, election_id, [paper.number for paper in newest.values()])
    return {
        entry: (paper, standings[paper.number].state if paper.number in standings else PaperState.PRINTED)
        for entry, paper in newest.items()
    }


async def entries_in(
    db: AsyncSession, election_id: UUID, building: str | None, entrance: str | None, homes: Collection[UUID]
) -> list[tuple[RollEntry, RollHome]]:
    """The entitlements of a place or of these homes, each with its first home there, in the register's order."""
    wanted = (
        select(RollEntry, RollHome)
        .join(RollHome, and_(RollHome.election_id == RollEntry.election_id, RollHome.entry_id == RollEntry.id))
        .where(RollEntry.election_id == election_id)
        .order_by(RollHome.place)
    )
    if building is not None:
        wanted = wanted.where(RollHome.building == building)
    if entrance is not None:
        wanted = wanted.where(RollHome.entrance == entrance)
    if homes:
        wanted = wanted.where(RollHome.home_id.in_(homes))
    found: dict[UUID, tuple[RollEntry, RollHome]] = {}
    for entry, home in await db.execute(wanted):
        found.setdefault(entry.id, (entry, home))
    return list(found.values())
