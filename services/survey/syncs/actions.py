"""Take in what a device gathered without network: each thing stands or is refused for itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import HomeNotInRound
from services.survey.house import MeansOf
from services.survey.rounds.queries import round_in_reach
from services.survey.rules.roles import VISITORS
from services.survey.submissions.actions import Edition, submit_answers
from services.survey.visits.actions import VisitMade, companions_of, record_visit
from shared import audit
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.problems import Refusal


@dataclass(frozen=True, slots=True)
class AnswersTaken:
    """A record of answers; the id is its edition's instance id."""

    round_id: UUID
    home_id: UUID
    edition: Edition


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a device brings from one round."""

    visits: Sequence[VisitMade]
    submissions: Sequence[AnswersTaken]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing: how it stands, or why it was refused."""

    id: UUID
    kind: str
    state: str | None
    refusal: Refusal | None


async def sync_round(
    db: AsyncSession,
    reads: ReadingFactory,
    actor: Actor,
    means: MeansOf,
    round_id: UUID,
    gathered: Gathered,
    now: datetime,
) -> list[Outcome]:
    """VIS-3. Twice changes nothing; one that is refused does not hold up the others.

    Errors: RoundUnknown, RoleForbidden, NeighbourDown.
    """
    people = {one.facts.second_visitor for one in gathered.visits}
    companions = await companions_of(reads, means.registry, actor, round_id, people)
    found = await round_in_reach(db, actor, round_id, VISITORS, lock="share")
    outcomes = []
    for visit in gathered.visits:

        async def recorded(one: VisitMade = visit) -> str:
            _same_round(round_id, one.round_id)
            row = await record_visit(db, actor, companions, one, now)
            return row.outcome

        outcomes.append(await _each(db, visit.id, "VISIT", recorded))
    for taken in gathered.submissions:

        async def submitted(one: AnswersTaken = taken) -> str:
            _same_round(round_id, one.round_id)
            row = await submit_answers(db, actor, means.keys, one.round_id, one.home_id, one.edition, now)
            return row.state

        outcomes.append(await _each(db, taken.edition.instance_id, "SUBMISSION", submitted))
    refused = sum(outcome.refusal is not None for outcome in outcomes)
    audit.note(db, "round", found.id, found.compound_code, things=len(outcomes), refused=refused)
    return outcomes


def _same_round(wanted: UUID, named: UUID) -> None:
    if wanted != named:
        raise HomeNotInRound


async def _each(db: AsyncSession, one: UUID, kind: str, write: Callable[[], Awaitable[str]]) -> Outcome:
    """Within a savepoint, so that half of a refused thing is not left behind."""
    try:
        async with db.begin_nested():
            state = await write()
    except Refusal as refusal:
        return Outcome(one, kind, None, refusal)
    return Outcome(one, kind, state, None)
