"""PUB-6: object, take it back, and decide it; what it holds up is counted on the election under its lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import course_of, election_of
from services.election.errors import EffectRefused, HomeNotOnRoll, ObjectionDone, ObjectionNotNow, ObjectionUnknown
from services.election.history import who
from services.election.objections.queries import objection_of
from services.election.rules.objections import (
    OPEN_IN,
    WORKING_DAYS_TO_DECIDE,
    About,
    Effect,
    counts_as_open,
    effects,
    in_time,
)
from services.election.rules.roles import Role
from services.election.tables import Election, Objection, RollHome
from shared import audit
from shared.database import new_id
from shared.days import CalendarMissing, day_of, working_period_end
from shared.identity import Actor
from shared.problems import RoleForbidden
from shared.sealing import Keys, Label

DECIDER = Role.STREET_OFFICER
"""PUB-6. The street office decides, whose election it is not."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What somebody objects to and why, in his own words; `home_id` where it is about one row of the roll."""

    about: About
    words: str
    home_id: UUID | None


async def object_to(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, grounds: Grounds, now: datetime
) -> Objection:
    """By a named person, in writing. Errors: ElectionUnknown, ObjectionNotNow, HomeNotOnRoll."""
    election = await election_of(db, actor, election_id, lock=True)
    course = course_of(election)
    if course.state not in OPEN_IN[grounds.about]:
        raise ObjectionNotNow(state=election.state)
    await _check_home(db, election, grounds.home_id)
    late = not _in_time(grounds.about, election, now)
    row = _new_row(keys, actor, election, grounds, now)
    row.late = late
    db.add(row)
    election.objections_open += not late
    await db.flush()
    audit.note(db, "objection", row.id, election.compound_code, about=row.about, late=late)
    return row


def _in_time(about: About, election: Election, now: datetime) -> bool:
    try:
        return in_time(about, course_of(election), now)
    except CalendarMissing:
        return True  # whether it is late cannot be known: nobody loses a right to an unpublished calendar (DAY-1)


async def _check_home(db: AsyncSession, election: Election, home_id: UUID | None) -> None:
    if home_id is not None and await db.get(RollHome, (election.id, home_id)) is None:
        raise HomeNotOnRoll


def _new_row(keys: Keys, actor: Actor, election: Election, grounds: Grounds, now: datetime) -> Objection:
    objection_id = new_id()
    key, wrapped = keys.new_key(Label("election.objection.key", str(objection_id)))
    return Objection(
        id=objection_id,
        election_id=election.id,
        about=grounds.about,
        objector_id=actor.subject,
        key_wrapped=wrapped,
        words_sealed=key.seal(grounds.words.encode(), Label("election.objection.words", str(objection_id))),
        home_id=grounds.home_id,
        at=now,
        due=_due(now),
    )


def _due(now: datetime) -> datetime | None:
    """PUB-6. Five working days; unknown where the year has no calendar yet."""
    try:
        return working_period_end(day_of(now), WORKING_DAYS_TO_DECIDE)
    except CalendarMissing:
        return None


async def withdraw_objection(db: AsyncSession, actor: Actor, objection_id: UUID, now: datetime) -> Objection:
    """By whoever raised it, before it is decided. Errors: ObjectionUnknown, ObjectionDone."""
    row, election = await _locked(db, actor, objection_id)
    if row.objector_id != actor.subject:
        raise ObjectionUnknown
    _check_undecided(row)
    row.withdrawn_at = now
    election.objections_open -= counts_as_open(row.late, row.repeats_id is not None)
    await db.flush()
    audit.note(db, "objection", row.id, election.compound_code, withdrawn=True)
    return row


@dataclass(frozen=True, slots=True)
class Ruling:
    """The street office's decision, with the answer to the objector. `repeats_id`: the same facts, decided before."""

    effect: Effect
    answer: str
    repeats_id: UUID | None = None


async def decide_objection(
    db: AsyncSession, actor: Actor, objection_id: UUID, ruling: Ruling, now: datetime
) -> Objection:
    """PUB-6. Errors: ObjectionUnknown, RoleForbidden, ObjectionDone, EffectRefused."""
    row, election = await _locked(db, actor, objection_id)
    if not actor.holds({DECIDER}, election.compound_code) or row.objector_id == actor.subject:
        raise RoleForbidden(needed=[DECIDER])
    _check_undecided(row)
    await _check_repeats(db, row, ruling)
    possible = effects(About(row.about), course_of(election))
    if ruling.effect not in possible:
        raise EffectRefused(allowed=sorted(possible))
    election.objections_open -= counts_as_open(row.late, row.repeats_id is not None)
    row.effect, row.answer, row.repeats_id = ruling.effect, ruling.answer, ruling.repeats_id
    row.decided_at, row.decided_by = now, who(actor)
    _take_effect(election, ruling.effect)
    await db.flush()
    audit.note(db, "objection", row.id, election.compound_code, effect=row.effect)
    return row


def _take_effect(election: Election, effect: Effect) -> None:
    election.corrections_due += effect is Effect.CORRECT
    election.recount_due = election.recount_due or effect is Effect.RECOUNT
    election.repeat_due = election.repeat_due or effect is Effect.REPEAT


async def _check_repeats(db: AsyncSession, row: Objection, ruling: Ruling) -> None:
    """A repetition names the objection that was decided before, and is itself refused."""
    if ruling.repeats_id is None:
        return
    first = await db.get(Objection, ruling.repeats_id)
    same = first is not None and first.election_id == row.election_id and first.decided_at is not None
    if not same or ruling.effect is not Effect.NONE:
        raise EffectRefused(allowed=[Effect.NONE])


async def performed(db: AsyncSession, election: Election, objection_id: UUID, now: datetime) -> None:
    """PUB-6. What a locked election's objection asked to correct is corrected. Errors: ObjectionUnknown."""
    wanted = select(Objection).where(
        Objection.id == objection_id, Objection.election_id == election.id, Objection.effect == Effect.CORRECT
    )
    row = (await db.execute(wanted.with_for_update())).scalar_one_or_none()
    if row is None or row.performed_at is not None:
        raise ObjectionUnknown
    row.performed_at = now
    election.corrections_due -= 1
    if election.counted_at is not None:
        election.recount_due = True  # the result it went into is counted anew
    await db.flush()


async def _locked(db: AsyncSession, actor: Actor, objection_id: UUID) -> tuple[Objection, Election]:
    """Both rows locked, the election first, as everywhere. Errors: ObjectionUnknown."""
    found = await objection_of(db, actor, objection_id)
    election = await election_of(db, actor, found.election_id, lock=True)
    await db.refresh(found, with_for_update=True)
    return found, election


def _check_undecided(row: Objection) -> None:
    if row.decided_at is not None or row.withdrawn_at is not None:
        raise ObjectionDone
