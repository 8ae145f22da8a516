"""What the desk writes of an election before its roll is posted, and how it is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.items import Member, Parts, Question, write_members, write_questions
from services.election.elections.nominees import Name, write_names
from services.election.errors import DraftRefused, RulesRefused
from services.election.history import write_down
from services.election.neighbours import Compound
from services.election.rules.drafts import Shape, draft_faults
from services.election.rules.parameters import KINDS, Kind, Preset, Rules, faults, kept, out_of_bounds, rules_from
from services.election.rules.states import State
from services.election.rules.wording import WORDS
from services.election.rulesets.terms import Given
from services.election.tables import Election
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


def rules_of_draft(preset: Preset, draft: Draft) -> Rules:
    """The whole rule set of a draft that fits its preset. Errors: RulesRefused, DraftRefused."""
    if strange := out_of_bounds(preset, draft.parameters):
        raise RulesRefused(at_fault=", ".join(strange))
    rules = rules_from(preset, draft.parameters)
    if found := faults(rules, len(draft.names)):
        raise RulesRefused(at_fault=", ".join(found))
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
            errors=[{"pointer": fault.pointer, "code": fault.why} for fault in found],
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


def write(election: Election, draft: Draft, rules: Rules) -> None:
    """Put the draft's words on the row."""
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
        parameters=first.rules,
        silence_adopted=first.silence_adopted,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for when an election is made: its compound, its preset, its draft."""

    compound_id: UUID
    preset: Preset
    draft: Draft
