"""What the desk writes of an election before its roll is posted, and how it is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.items import Member, Parts, Question, write_members, write_questions
from services.election.elections.nominees import Name, write_names
from services.election.errors import DraftRefused
from services.election.history import write_down
from services.election.neighbours import Compound
from services.election.rules.drafts import Shape, draft_faults
from services.election.rules.parameters import (
    KINDS,
    Kind,
    Preset,
    Rules,
    Strange,
    faults,
    kept,
    out_of_bounds,
    rules_from,
    unread,
)
from services.election.rules.states import State
from services.election.rules.wording import WORDS
from services.election.rulesets.queries import Chosen, lock_rule_set, rule_set_for, sign_offs_of
from services.election.rulesets.refusing import rules_refused
from services.election.rulesets.terms import Given
from services.election.tables import Election, RuleSet
from shared.database import new_id
from shared.identity import Actor
from shared.sealing import Keys

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """What the desk writes of an election. `parameters`: what differs from the preset's defaults."""

    title: str
    words: str
    seats: int
    buildings: tuple[str, ...]
    entrances: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    names: tuple[Name, ...]
    items: tuple[Question, ...]
    members: tuple[Member, ...]
    parameters: Given
    silence_adopted: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What an election is made from: a version of a rule set (None: the preset alone), and what nobody signed for."""

    preset: Preset
    parameters: Given
    unsigned: tuple[str, ...]
    rule_set: RuleSet | None = None


async def ground_of(db: AsyncSession, code: str, chosen: Chosen) -> Ground:
    """A version of a locked rule set as it stands. Errors: RuleSetUnknown."""
    found = await rule_set_for(db, code, chosen)
    preset = Preset(found.preset)
    signed = frozenset(one.parameter for one in await sign_offs_of(db, found))
    return Ground(preset, found.parameters, unread(preset, signed), found)


async def lock_ground(db: AsyncSession, election_id: UUID) -> None:
    """Before a draft is locked: nobody signs meanwhile for what it was made from, which never changes."""
    made_from = await db.scalar(select(Election.rule_set_id).where(Election.id == election_id))
    if made_from is not None:
        await lock_rule_set(db, made_from)


def bare(preset: Preset) -> Ground:
    """The preset alone: nobody has signed for anything."""
    return Ground(preset, {}, unread(preset, frozenset()))


def rules_of_draft(ground: Ground, draft: Draft) -> Rules:
    """The whole rule set of a draft that fits its preset; a rule set leaves nothing to be set beside it.

    Errors: RulesRefused, DraftRefused.
    """
    preset = ground.preset
    strange = tuple(draft.parameters) if ground.rule_set else out_of_bounds(preset, draft.parameters)
    if strange:
        raise rules_refused(strange, Strange.BESIDE_A_RULE_SET if ground.rule_set else Strange.NOT_OF_THIS_PRESET)
    rules = rules_from(preset, {**ground.parameters, **draft.parameters})
    if found := faults(rules, len(draft.names)):
        raise rules_refused(found)
    _check_shape(preset, draft, rules)
    return rules


def _check_shape(preset: Preset, draft: Draft, rules: Rules) -> None:
    shape = Shape(
        matters=[item.matter for item in draft.items],
        names=len(draft.names),
        seats=draft.seats,
        scoped=bool(draft.buildings or draft.entrances),
        members=[str(member.person_id) for member in draft.members],
        rules=rules,
        silence_adopted=draft.silence_adopted is not None,
    )
    found = draft_faults(preset, KINDS[preset], shape)
    if found:
        told = dict.fromkeys(WORDS[fault.why] for fault in found)
        raise DraftRefused(
            told_zh="".join(zh for zh, _ in told),
            told_en=" ".join(en for _, en in told),
            errors=[{"pointer": fault.pointer, "code": fault.why, "words": WORDS[fault.why]} for fault in found],
        )


def new_election(compound: Compound, preset: Preset, now: datetime) -> Election:
    """An empty draft."""
    return Election(
        id=new_id(),
        compound_id=compound.id,
        compound_code=compound.code,
        kind=KINDS[preset],
        preset=preset,
        state=State.DRAFT,
        seed=secrets.token_hex(SEED_BYTES),
        founding_pmc=preset is Preset.HOUSEHOLD_BALLOT,
        round=1,
        repeat_due=False,
        recount_due=False,
        objections_open=0,
        corrections_due=0,
        entries=0,
        heads=0,
        area_hundredths=0,
        area_unknown=0,
        owner_unknown=0,
        made_at=now,
        version=1,
    )


def write(election: Election, ground: Ground, draft: Draft) -> None:
    """Put the draft's words and rules on the row. Errors: RulesRefused, DraftRefused."""
    rules = rules_of_draft(ground, draft)
    election.rule_set_id = ground.rule_set.id if ground.rule_set else None
    election.rule_set_version = ground.rule_set.version if ground.rule_set else None
    election.unsigned = list(ground.unsigned)
    election.title, election.words, election.seats = draft.title, draft.words, draft.seats
    election.buildings, election.entrances = list(draft.buildings), list(draft.entrances)
    election.opens_at, election.closes_at = draft.opens_at, draft.closes_at
    election.nominees, election.items = len(draft.names), len(draft.items)
    election.silence_adopted = draft.silence_adopted
    election.rules = kept(Preset(election.preset), rules)


async def write_parts(db: AsyncSession, keys: Keys, election: Election, draft: Draft) -> None:
    """Names, items and members of a draft, instead of those that were there."""
    await write_names(db, keys, election.id, draft.names)
    await write_questions(db, election.id, draft.items)
    if Kind(election.kind) is Kind.MEMBERS:
        await write_members(db, election.id, draft.members)


async def enter(db: AsyncSession, actor: Actor, keys: Keys, election: Election, draft: Draft, now: datetime) -> None:
    """Keep a new draft."""
    db.add(election)
    await db.flush()
    await write_parts(db, keys, election, draft)
    await write_down(db, actor, election, None, now)


@dataclass(frozen=True, slots=True)
class Again:
    """When a ballot is repeated."""

    opens_at: datetime
    closes_at: datetime


def draft_again(first: Election, parts: Parts, again: Again) -> Draft:
    """The same draft for another window."""
    return Draft(
        title=first.title,
        words=first.words,
        seats=first.seats,
        buildings=tuple(first.buildings),
        entrances=tuple(first.entrances),
        opens_at=again.opens_at,
        closes_at=again.closes_at,
        names=parts.names,
        items=parts.items,
        members=parts.members,
        parameters={},
        silence_adopted=first.silence_adopted,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for when an election is made: its compound, what it is made from, its draft."""

    compound_id: UUID
    source: Preset | Chosen
    draft: Draft
