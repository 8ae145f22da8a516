"""Make an election, write it down, and take it step by step along its path (VOTE-10)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections import queries
from services.election.elections.announcing import announced_text, digest_of
from services.election.elections.nominees import Name, names_of, write_names
from services.election.elections.stepping import check, stepped
from services.election.errors import CompoundMissing, DraftOver, RulesRefused
from services.election.history import write_down
from services.election.house import MeansOf
from services.election.log.appending import Line, append, locked_box
from services.election.neighbours import compound_of, homes_of
from services.election.rolls.building import build
from services.election.rolls.freezing import freeze
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import KINDS, Preset, Rules, faults, kept
from services.election.rules.roles import DESK_ROLES
from services.election.rules.states import State, Step, allowed
from services.election.tables import Election, RollEntry, RollHome
from shared.database import new_id
from shared.edge import ReadingFactory
from shared.identity import Actor

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """What the desk writes of an election."""

    title: str
    words: str
    seats: int
    buildings: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    names: tuple[Name, ...]
    rules: Rules


async def create_election(
    db: AsyncSession, actor: Actor, means: MeansOf, compound_id: UUID, draft: Draft, now: datetime
) -> Election:
    """BAL-3: a household ballot (T2). Errors: CompoundMissing, RulesRefused, NeighbourDown."""
    _check_rules(draft)
    compound = await compound_of(means.registry, compound_id)
    if not actor.holds(DESK_ROLES, compound.code):
        raise CompoundMissing
    election = _new_election(compound.id, compound.code, Preset.HOUSEHOLD_BALLOT, now)
    _write(election, draft)
    await _enter(db, actor, means, election, draft.names, now)
    return election


async def change_election(
    db: AsyncSession, actor: Actor, means: MeansOf, election: Election, draft: Draft, now: datetime
) -> Election:
    """Rewrite a locked draft. Errors: DraftOver (VOTE-9), RulesRefused."""
    if election.state != State.DRAFT:
        raise DraftOver(state=election.state, allowed=list(allowed(queries.facts_of(election), now)))
    _check_rules(draft)
    _write(election, draft)
    election.version += 1
    await write_names(db, means.keys, election.id, draft.names)
    await write_down(db, actor, election, State.DRAFT, now)
    return election


def _check_rules(draft: Draft) -> None:
    if found := faults(draft.rules, len(draft.names)):
        raise RulesRefused(at_fault=", ".join(found))


def _new_election(compound_id: UUID, code: str, preset: Preset, now: datetime) -> Election:
    return Election(
        id=new_id(),
        compound_id=compound_id,
        compound_code=code,
        kind=KINDS[preset],
        preset=preset,
        state=State.DRAFT,
        seed=secrets.token_hex(SEED_BYTES),
        entrances=[],
        founding_pmc=preset is Preset.HOUSEHOLD_BALLOT,
        round=1,
        repeat_due=False,
        recount_due=False,
        objections_open=0,
        corrections_due=0,
        items=0,
        entries=0,
        heads=0,
        area_hundredths=0,
        area_unknown=0,
        owner_unknown=0,
        made_at=now,
        version=1,
    )


def _write(election: Election, draft: Draft) -> None:
    election.title, election.words, election.seats = draft.title, draft.words, draft.seats
    election.buildings = list(draft.buildings)
    election.opens_at, election.closes_at = draft.opens_at, draft.closes_at
    election.nominees = len(draft.names)
    election.rules = kept(Preset(election.preset), draft.rules)


async def _enter(
    db: AsyncSession, actor: Actor, means: MeansOf, election: Election, names: Sequence[Name], now: datetime
) -> None:
    db.add(election)
    await db.flush()
    await write_names(db, means.keys, election.id, names)
    await write_down(db, actor, election, None, now)


async def freeze_roll(
    db: AsyncSession, reads: ReadingFactory, actor: Actor, means: MeansOf, election_id: UUID, now: datetime
) -> Election:
    """VOTE-7, BAL-11. Freeze one row a dwelling of the scope. Errors: ElectionUnknown, RoleForbidden, StepRefused."""
    async with reads() as early:  # the neighbour is asked before the write begins
        known = await queries.election_to_run(early, actor, election_id, lock=False)
    homes = await homes_of(means.registry, known.compound_id)
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.FREEZE_ROLL, now)
    built = build(election, queries.rules_of(election), homes)
    if built.entries:
        await db.execute(insert(RollEntry), built.entries)
        await db.execute(insert(RollHome), built.homes)
    election.entries, election.heads, election.area_hundredths = len(built.entries), built.heads, built.area
    election.area_unknown, election.owner_unknown = built.area_unknown, built.owner_unknown
    election.roll_posted_at = now
    return await stepped(db, actor, election, Step.FREEZE_ROLL, now)


async def announce_election(
    db: AsyncSession, actor: Actor, means: MeansOf, election_id: UUID, now: datetime
) -> Election:
    """VOTE-9. Freeze and hash the text, the seed of the lot in it. Errors: as every step."""
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.ANNOUNCE, now)
    election.announced_at = now
    election.text_digest = digest_of(announced_text(election, await names_of(db, means.keys, election.id)))
    await freeze(db, election, now)
    return await stepped(db, actor, election, Step.ANNOUNCE, now)


async def open_election(db: AsyncSession, actor: Actor, election_id: UUID, now: datetime) -> Election:
    """From now on ballots are taken, with nobody else needed. Errors: as every step."""
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.OPEN, now)
    box = await locked_box(db, election.id)
    box.open = True
    await append(db, box, [Line(LeafType.OPENED, {"closes_at": election.closes_at.isoformat()})], now)
    election.opened_at = now
    return await stepped(db, actor, election, Step.OPEN, now)


async def close_election(db: AsyncSession, actor: Actor, election_id: UUID, now: datetime) -> Election:
    """BAL-6. The box is shut under the lock that every cast takes: nothing goes in afterwards."""
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.CLOSE, now)
    box = await locked_box(db, election.id)
    box.open = False
    await append(db, box, [Line(LeafType.CLOSE, {})], now)
    election.closed_at = now
    return await stepped(db, actor, election, Step.CLOSE, now)


async def cancel_election(db: AsyncSession, actor: Actor, election_id: UUID, reason: str, now: datetime) -> Election:
    """VOTE-10. Before it opens, with a reason. Errors: as every step."""
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.CANCEL, now)
    return await stepped(db, actor, election, Step.CANCEL, now, reason)


@dataclass(frozen=True, slots=True)
class Again:
    """When a ballot is repeated."""

    opens_at: datetime
    closes_at: datetime


async def repeat_election(
    db: AsyncSession, actor: Actor, means: MeansOf, election_id: UUID, again: Again, now: datetime
) -> Election:
    """BAL-11. Once, when turnout was too low: a new draft with the same names; the first stays as it was counted."""
    first = await queries.election_to_run(db, actor, election_id)
    check(first, Step.REPEAT, now)
    names = await names_of(db, means.keys, first.id)
    await stepped(db, actor, first, Step.REPEAT, now)
    second = _new_election(first.compound_id, first.compound_code, Preset(first.preset), now)
    second.round, second.repeats_id = first.round + 1, first.id
    rules = queries.rules_of(first)
    _write(
        second,
        Draft(
            first.title,
            first.words,
            first.seats,
            tuple(first.buildings),
            again.opens_at,
            again.closes_at,
            names,
            rules,
        ),
    )
    await _enter(db, actor, means, second, names, now)
    return second
