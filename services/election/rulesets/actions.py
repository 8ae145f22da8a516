"""Write rule sets: a version is only ever followed by another, and an officer signs for what he has read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.errors import AlreadySigned
from services.election.history import who
from services.election.rules.parameters import (
    PARAMETERS,
    Preset,
    Strange,
    faults,
    kept,
    out_of_bounds,
    parameters_of,
    rules_from,
)
from services.election.rules.roles import DESK_ROLES, Role
from services.election.rulesets.queries import Chosen, lock_rule_set, rule_set_of, sign_offs_of
from services.election.rulesets.refusing import rules_refused
from services.election.rulesets.terms import Reading, Terms
from services.election.tables import Election, RuleSet, SignOff
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.problems import Invalid, RoleForbidden
from shared.versions import check_version


async def create_rule_set(
    db: AsyncSession, actor: Actor, scope: str, preset: Preset, terms: Terms, now: datetime
) -> RuleSet:
    """The first version of a place's rules. Errors: RoleForbidden, RulesRefused."""
    _check_desk(actor, scope)
    first = RuleSet(id=new_id(), version=1, scope=scope, preset=preset)
    return await _write(db, actor, first, terms, now)


async def change_rule_set(
    db: AsyncSession, actor: Actor, rule_set_id: UUID, version: int, terms: Terms, now: datetime
) -> RuleSet:
    """A further version; elections made from an older one keep it.

    Errors: RuleSetUnknown, RoleForbidden, StaleVersion, RulesRefused.
    """
    await lock_rule_set(db, rule_set_id)
    newest = await rule_set_of(db, actor, Chosen(rule_set_id))
    _check_desk(actor, newest.scope)
    check_version(version, newest.version)
    following = RuleSet(id=newest.id, version=newest.version + 1, scope=newest.scope, preset=newest.preset)
    return await _write(db, actor, following, terms, now)


def _check_desk(actor: Actor, scope: str) -> None:
    if not actor.holds(DESK_ROLES, scope):
        raise RoleForbidden(needed=sorted(DESK_ROLES))


async def _write(db: AsyncSession, actor: Actor, row: RuleSet, terms: Terms, now: datetime) -> RuleSet:
    preset = Preset(row.preset)
    if strange := out_of_bounds(preset, terms.parameters):
        raise rules_refused(strange, Strange.NOT_OF_THIS_PRESET)
    rules = rules_from(preset, terms.parameters)
    if found := faults(rules, rules.max_marks or 0):  # how many names there will be, each election says
        raise rules_refused(found)
    row.name, row.parameters = terms.name, kept(preset, rules)
    row.made_at, row.made_by = now, who(actor)
    db.add(row)
    await db.flush()
    audit.note(db, "rule_set", row.id, row.scope, version=row.version)
    return row


async def sign_off_parameter(
    db: AsyncSession, actor: Actor, chosen: Chosen, reading: Reading, now: datetime
) -> RuleSet:
    """BAL-5. A street officer answers for one *verify* parameter of one version; nobody signs twice.

    Errors: RuleSetUnknown, RoleForbidden, Invalid, AlreadySigned.
    """
    await lock_rule_set(db, chosen.id)
    found = await rule_set_of(db, actor, chosen)
    if not actor.holds({Role.STREET_OFFICER}, found.scope):
        raise RoleForbidden(needed=[Role.STREET_OFFICER])
    asked = [name for name in parameters_of(Preset(found.preset)) if PARAMETERS[name].verify]
    if reading.parameter not in asked:
        raise Invalid(errors=[{"pointer": "/parameter", "code": "enum", "expected": ", ".join(asked) or "-"}])
    if reading.dated > day_of(now):
        raise Invalid(errors=[{"pointer": "/dated", "code": "less_than_equal", "le": day_of(now).isoformat()}])
    if any(one.parameter == reading.parameter for one in await sign_offs_of(db, found)):
        raise AlreadySigned
    db.add(_signature(actor, found, reading, now))
    await db.flush()
    await db.execute(_told_to_elections(found, reading.parameter))
    audit.note(db, "rule_set", found.id, found.scope, version=found.version, parameter=reading.parameter)
    return found


def _told_to_elections(found: RuleSet, parameter: str) -> Update:
    """Drafts made from this version need nobody to sign for it any more."""
    return (
        update(Election)
        .where(Election.rule_set_id == found.id, Election.rule_set_version == found.version)
        .values(unsigned=func.array_remove(Election.unsigned, parameter))
    )


def _signature(actor: Actor, found: RuleSet, reading: Reading, now: datetime) -> SignOff:
    return SignOff(
        id=new_id(),
        rule_set_id=found.id,
        version=found.version,
        parameter=reading.parameter,
        officer=who(actor),
        text=reading.text,
        dated=reading.dated,
        at=now,
    )
