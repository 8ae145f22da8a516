"""Make an election, write it down, and take it step by step along its path (VOTE-10)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections import queries
from services.election.elections.announcing import announced_text, digest_of
from services.election.elections.drafting import (
    Again,
    Draft,
    Ground,
    Wish,
    bare,
    draft_again,
    enter,
    ground_of,
    lock_ground,
    new_election,
    write,
    write_parts,
)
from services.election.elections.stepping import check, stepped
from services.election.errors import CompoundMissing, DraftOver, RuleSetUnknown
from services.election.history import write_down
from services.election.house import MeansOf
from services.election.log.appending import Line, append, locked_box
from services.election.log.closing import closing_said
from services.election.neighbours import Compound, compound_of
from services.election.rolls.freezing import freeze
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Preset
from services.election.rules.roles import DESK_ROLES
from services.election.rules.states import State, Step
from services.election.rulesets.queries import Chosen, lock_rule_set
from services.election.tables import Election
from shared.identity import Actor


async def create_election(db: AsyncSession, actor: Actor, means: MeansOf, wish: Wish, now: datetime) -> Election:
    """BAL-3. From a preset or a rule set of the place.

    Errors: CompoundMissing, RuleSetUnknown, RulesRefused, DraftRefused, NeighbourDown.
    """
    compound = await compound_of(means.registry, wish.compound_id)
    if not actor.holds(DESK_ROLES, compound.code):
        raise CompoundMissing
    ground = await _new_ground(db, compound.code, wish.source)
    election = new_election(compound, ground.preset, now)
    write(election, ground, wish.draft)
    await enter(db, actor, means.keys, election, wish.draft, now)
    return election


async def _new_ground(db: AsyncSession, code: str, source: Preset | Chosen) -> Ground:
    if isinstance(source, Preset):
        return bare(source)
    await lock_rule_set(db, source.id)
    return await ground_of(db, code, source)


async def change_election(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    election: Election,
    version: int | None,
    draft: Draft,
    now: datetime,
) -> Election:
    """Rewrite a draft, locked after its ground; it stays with its preset, or takes the asked version of its rule set.

    Errors: DraftOver (VOTE-9), RuleSetUnknown, RulesRefused, DraftRefused.
    """
    if election.state != State.DRAFT:
        raise DraftOver(state=election.state, allowed=queries.allowed_now(election, now))
    write(election, await _same_ground(db, election, version), draft)
    election.version += 1
    await write_parts(db, means.keys, election, draft)
    await write_down(db, actor, election, State.DRAFT, now)
    return election


async def _same_ground(db: AsyncSession, election: Election, version: int | None = None) -> Ground:
    if election.rule_set_id is None:
        if version is not None:
            raise RuleSetUnknown
        return bare(Preset(election.preset))
    chosen = Chosen(election.rule_set_id, version or election.rule_set_version)
    return await ground_of(db, election.compound_code, chosen)


async def announce_election(
    db: AsyncSession, actor: Actor, means: MeansOf, election_id: UUID, window: Again | None, now: datetime
) -> Election:
    """VOTE-9. Freeze and hash the text, the seed of the lot in it, and freeze the roll. Errors: as every step.

    `window` replaces the draft's: objections to the roll may have taken longer than it foresaw.
    """
    election = await queries.election_to_run(db, actor, election_id)
    if window is not None and election.state == State.ROLL_POSTED:
        election.opens_at, election.closes_at = window.opens_at, window.closes_at
    check(election, Step.ANNOUNCE, now)
    election.announced_at = now
    parts = await queries.parts_of(db, means.keys, election)
    election.text_digest = digest_of(announced_text(election, parts))
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
    await append(db, box, [Line(LeafType.CLOSE, await closing_said(db, election))], now)
    election.closed_at = now
    return await stepped(db, actor, election, Step.CLOSE, now)


async def cancel_election(db: AsyncSession, actor: Actor, election_id: UUID, reason: str, now: datetime) -> Election:
    """VOTE-10. Before it opens, with a reason. Errors: as every step."""
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.CANCEL, now)
    return await stepped(db, actor, election, Step.CANCEL, now, reason)


async def repeat_election(
    db: AsyncSession, actor: Actor, means: MeansOf, election_id: UUID, again: Again, now: datetime
) -> Election:
    """BAL-11. Once: a new draft that asks the same; the first stays as it was counted."""
    await lock_ground(db, election_id)
    first = await queries.election_to_run(db, actor, election_id)
    check(first, Step.REPEAT, now)
    draft = draft_again(first, await queries.parts_of(db, means.keys, first), again)
    await stepped(db, actor, first, Step.REPEAT, now)
    second = new_election(Compound(first.compound_id, first.compound_code), Preset(first.preset), now)
    second.round, second.repeats_id = first.round + 1, first.id
    write(second, replace(await _same_ground(db, first), parameters=first.rules), draft)
    await enter(db, actor, means.keys, second, draft, now)
    return second
