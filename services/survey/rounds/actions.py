"""Open a round over the homes of a compound, move it, take homes along, choose between two records."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import HomeNotInRound, HomeTaken, RecordNotThere, RoundRefused, ScopeEmpty
from services.survey.house import MeansOf
from services.survey.neighbours import Home, homes_of
from services.survey.rounds.queries import Offer, figures, home_of_round, offers, round_in_reach
from services.survey.rules.figures import Figures
from services.survey.rules.roles import DESK, MOVES, VISITORS, RoundMove, RoundState, allowed_moves
from services.survey.rules.visits import RecordState
from services.survey.surveys.queries import newest_version, survey_in_reach, version_of
from services.survey.tables import Base, Round, RoundHome, Submission
from shared import audit
from shared.database import new_id
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class Plan:
    """A round as asked for; no number is the newest version, no building the whole compound."""

    survey_id: UUID
    number: int | None
    title: str
    buildings: tuple[str, ...]


async def open_round(
    db: AsyncSession, reads: ReadingFactory, actor: Actor, means: MeansOf, plan: Plan, now: datetime
) -> Round:
    """VIS-1. Every home of the scope, as the register has it now. Errors: SurveyUnknown, VersionMissing, ScopeEmpty."""
    async with reads() as session:
        survey = await survey_in_reach(session, actor, plan.survey_id, DESK)
        version = (
            await newest_version(session, survey)
            if plan.number is None
            else await version_of(session, survey.id, plan.number)
        )
    homes = [
        home
        for home in await homes_of(means.registry, survey.compound_id)
        if not plan.buildings or home.building in plan.buildings
    ]
    empty = set(plan.buildings) - {home.building for home in homes}
    if empty or not homes:  # VIS-1: a building that was misspelt would silently be left out
        raise ScopeEmpty(buildings=sorted(empty))
    found = Round(
        id=new_id(),
        compound_id=survey.compound_id,
        compound_code=survey.compound_code,
        title=plan.title,
        survey_id=survey.id,
        survey_number=version.row.number,
        tries=means.tries,
        threshold=means.small_cell,
        buildings=list(plan.buildings),
        state=RoundState.OPEN,
        homes=len(homes),
        opened_by=actor.subject,
        opened_at=now,
        closed_at=None,
        figures=None,
        published_at=None,
        version=1,
    )
    db.add(found)
    await db.flush()
    await db.execute(insert(RoundHome), [_row(found.id, place, home) for place, home in enumerate(homes)])
    audit.note(db, "round", found.id, found.compound_code, homes=found.homes)
    await _tell(db, found, "round_opened", {"homes": found.homes})
    return found


def _row(round_id: UUID, position: int, home: Home) -> dict[str, Any]:
    own = {"round_id": round_id, "position": position, "visitor_id": None, "chosen_id": None, "version": 1}
    return {**own, "home_id": home.id, "building": home.building, "entrance": home.entrance, "label": home.label}


async def move_round(
    db: AsyncSession, actor: Actor, means: MeansOf, round_id: UUID, move: RoundMove, now: datetime
) -> Round:
    """Close, open again, or publish the figures, once and for good. Errors: RoundUnknown, RoundRefused."""
    found = await round_in_reach(db, actor, round_id, DESK, lock="update")
    start, end = MOVES[move]
    if found.state != start:
        raise refused(found)
    if end is RoundState.PUBLISHED:
        found.figures, found.published_at = figures_json(await figures(db, means.keys, found)), now
    found.state, found.version = end, found.version + 1
    found.closed_at = None if end is RoundState.OPEN else found.closed_at or now
    audit.note(db, "round", found.id, found.compound_code, move=move.value)
    await _tell(db, found, "round_moved", {"state": found.state})
    return found


def refused(found: Round) -> RoundRefused:
    allowed = [move.value for move in allowed_moves(RoundState(found.state), True)]
    return RoundRefused(state=found.state, allowed=allowed)


def check_open(found: Round) -> None:
    """Visits and answers come while a round is open. The row is locked against moves."""
    if found.state != RoundState.OPEN:
        raise refused(found)


def figures_json(found: Figures) -> dict[str, Any]:
    return asdict(found)


async def _tell(db: AsyncSession, found: Round, fact: str, data: dict[str, str | int | bool | None]) -> None:
    await tell(db, Base.metadata, Event(f"linli.survey.{fact}.v1", str(found.id), found.compound_code, data))


async def take_homes(
    db: AsyncSession, actor: Actor, round_id: UUID, home_ids: tuple[UUID, ...], give_back: bool
) -> list[RoundHome]:
    """VIS-3. A visitor takes homes along, or gives them back; the desk gives back for anybody.

    Errors: RoundUnknown, RoundRefused, HomeNotInRound, HomeTaken.
    """
    found = await round_in_reach(db, actor, round_id, VISITORS, lock="share")
    check_open(found)
    wanted = select(RoundHome).where(RoundHome.round_id == round_id, RoundHome.home_id.in_(home_ids))
    homes = (await db.execute(wanted.order_by(RoundHome.position).with_for_update())).scalars().all()
    if len(homes) != len(set(home_ids)):
        raise HomeNotInRound
    is_desk = actor.holds(DESK, found.compound_code)
    others = [home for home in homes if home.visitor_id not in {None, actor.subject}]
    if others and not (give_back and is_desk):
        raise HomeTaken(homes=[str(home.home_id) for home in others])
    for home in homes:
        home.visitor_id, home.version = None if give_back else actor.subject, home.version + 1
    audit.note(db, "round", found.id, found.compound_code, homes=len(homes), give_back=give_back)
    return list(homes)


async def choose_record(
    db: AsyncSession, actor: Actor, round_id: UUID, home_id: UUID, submission_id: UUID, version: int
) -> RoundHome:
    """VIS-3. The office says which of several records figures use; the others stay as they are.

    Errors: RoundUnknown, RoundRefused, HomeNotInRound, StaleVersion, RecordNotThere.
    """
    found = await round_in_reach(db, actor, round_id, DESK, lock="share")
    if found.state == RoundState.PUBLISHED:
        raise refused(found)
    home = await home_of_round(db, round_id, home_id, lock=True)
    check_version(version, home.version)
    record = await db.execute(
        select(Submission.id).where(
            Submission.id == submission_id,
            Submission.round_id == round_id,
            Submission.home_id == home_id,
            Submission.state == RecordState.COUNTS,
        )
    )
    if record.scalar_one_or_none() is None:
        raise RecordNotThere
    home.chosen_id, home.version = submission_id, home.version + 1
    audit.note(db, "round", found.id, found.compound_code, home=str(home_id), chosen=str(submission_id))
    return home


async def read_offers(
    db: AsyncSession, actor: Actor, means: MeansOf, round_id: UUID, consent: str, purpose: str
) -> list[Offer]:
    """VIS-6. Read who is willing; who read it and what for is on record. Errors: RoundUnknown, PurposeUnknown."""
    found = await round_in_reach(db, actor, round_id, DESK)
    read = await offers(db, means.keys, found, consent)
    audit.note(db, "round", found.id, found.compound_code, purpose=purpose, consent=consent, homes=len(read))
    return read
