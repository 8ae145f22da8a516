"""Which rule sets there are, who may read them, and which of their parameters an officer has read up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.election.errors import RuleSetUnknown
from services.election.rules.parameters import Preset
from services.election.rules.roles import READER_ROLES
from services.election.tables import RuleSet, SignOff
from shared.identity import Actor
from shared.paging import Orders, down, up

RULE_SETS = Orders(
    "rule_sets",
    {"newest": (down(RuleSet.made_at), down(RuleSet.id)), "oldest": (up(RuleSet.made_at), up(RuleSet.id))},
)
VERSIONS = Orders("rule_set_versions", {"newest": (down(RuleSet.version),)})


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list; None is no filter."""

    code: str | None = None
    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version of a rule set; None: the newest."""

    id: UUID
    version: int | None = None


def _known_to(actor: Actor) -> ColumnElement[bool]:
    """Those of the actor's own places, and those of the offices above and below him."""
    reach = (
        or_(RuleSet.scope.startswith(scope, autoescape=True), literal(scope).startswith(RuleSet.scope))
        for scope in actor.scopes(READER_ROLES)
    )
    return or_(false(), *reach)


def visible(actor: Actor, asked: Asked) -> Select[Any]:
    """The newest version of each; one row holds one RuleSet. `code`: those that an election there may use."""
    newer = aliased(RuleSet)
    replaced = select(newer.id).where(newer.id == RuleSet.id, newer.version > RuleSet.version).exists()
    statement = select(RuleSet).where(_known_to(actor), ~replaced)
    if asked.code is not None:
        statement = statement.where(literal(asked.code).startswith(RuleSet.scope))
    if asked.preset is not None:
        statement = statement.where(RuleSet.preset == asked.preset)
    return statement


def versions_of(rule_set_id: UUID) -> Select[Any]:
    return select(RuleSet).where(RuleSet.id == rule_set_id)


async def rule_set_for(db: AsyncSession, code: str, chosen: Chosen) -> RuleSet:
    """The version that an election of the compound with this code is made from. Errors: RuleSetUnknown."""
    wanted = select(RuleSet).where(RuleSet.id == chosen.id, literal(code).startswith(RuleSet.scope))
    if chosen.version is not None:
        wanted = wanted.where(RuleSet.version == chosen.version)
    found = (await db.execute(wanted.order_by(RuleSet.version.desc()).limit(1))).scalar_one_or_none()
    if found is None:
        raise RuleSetUnknown
    return found


async def rule_set_of(db: AsyncSession, actor: Actor, chosen: Chosen) -> RuleSet:
    """One version. Errors: RuleSetUnknown, also for what the actor may not know of."""
    wanted = select(RuleSet).where(RuleSet.id == chosen.id, _known_to(actor))
    if chosen.version is not None:
        wanted = wanted.where(RuleSet.version == chosen.version)
    found = (await db.execute(wanted.order_by(RuleSet.version.desc()).limit(1))).scalar_one_or_none()
    if found is None:
        raise RuleSetUnknown
    return found


async def lock_rule_set(db: AsyncSession, rule_set_id: UUID) -> None:
    """One writer at a time about a rule set, whose rows nobody may lock as nobody may change them.

    Held to the end of the transaction, and taken before any election is locked: an election made from it and a
    signature for it see each other.
    """
    key = int.from_bytes(rule_set_id.bytes[8:], signed=True)
    await db.execute(select(func.pg_advisory_xact_lock(key)))


async def sign_offs_of(db: AsyncSession, rule_set: RuleSet) -> Sequence[SignOff]:
    """Who signed off what of this version, in the order of the parameters' names."""
    wanted = (
        select(SignOff)
        .where(SignOff.rule_set_id == rule_set.id, SignOff.version == rule_set.version)
        .order_by(SignOff.parameter)
    )
    return (await db.execute(wanted)).scalars().all()
