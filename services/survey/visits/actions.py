"""Record a visit, and correct one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import IdTaken, NoticeUnknown, VisitInvalid, VisitorUnknown
from services.survey.neighbours import roles_of
from services.survey.rounds.actions import check_open
from services.survey.rounds.queries import home_of_round, round_in_reach
from services.survey.rules.roles import VISITORS
from services.survey.rules.visits import Held, Outcome, Relation, is_to_come, may_have_visited, visit_faults
from services.survey.submissions.telling import say_who_told
from services.survey.surveys.queries import version_of
from services.survey.tables import Base, Round, Visit, VisitEdition
from services.survey.visits.queries import visit_in_reach
from shared import audit
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.upstream import Neighbour
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What a visit brought."""

    second_visitor: UUID
    outcome: Outcome
    rented_out: bool
    relation: Relation | None
    notice_version: str | None
    visited_at: datetime
    follow_up_on: date | None

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def content(self) -> dict[str, Any]:
        """As JSON, for the editions and for telling whether the same was sent again."""
        return {
            **self.columns(),
            "second_visitor": str(self.second_visitor),
            "visited_at": self.visited_at.isoformat(),
            "follow_up_on": self.follow_up_on.isoformat() if self.follow_up_on else None,
        }


@dataclass(frozen=True, slots=True)
class VisitMade:
    """A visit under the id that the device gave it."""

    id: UUID
    round_id: UUID
    home_id: UUID
    facts: VisitFacts


Companions = Mapping[UUID, Sequence[Held]]
"""Who is named as second visitor -> the roles that the registry knows of him here."""


async def companions_of(
    reads: ReadingFactory, registry: Neighbour, actor: Actor, round_id: UUID, people: Collection[UUID]
) -> Companions:
    """VIS-1. Asked before the first SQL of a write. Errors: RoundUnknown, RoleForbidden, NeighbourDown."""
    async with reads() as session:
        found = await round_in_reach(session, actor, round_id, VISITORS)
    return await roles_of(registry, found.compound_id, people) if people else {}


async def new_companion(
    reads: ReadingFactory, registry: Neighbour, actor: Actor, visit_id: UUID, facts: VisitFacts
) -> Companions:
    """The same for a correction: whoever stands on record already is not asked about. Errors: also VisitUnknown."""
    async with reads() as session:
        visit = await visit_in_reach(session, actor, visit_id)
    people = {facts.second_visitor} - {visit.second_visitor}
    return await companions_of(reads, registry, actor, visit.round_id, people)


async def record_visit(db: AsyncSession, actor: Actor, companions: Companions, made: VisitMade, now: datetime) -> Visit:
    """VIS-3. The same visit sent again changes nothing, also after the round was closed.

    Errors: RoundUnknown, RoleForbidden, HomeNotInRound, VisitInvalid, VisitorUnknown, NoticeUnknown, RoundRefused,
    IdTaken.
    """
    found, facts = await round_in_reach(db, actor, made.round_id, VISITORS, lock="share"), made.facts
    if (known := await _known(db, actor, made, found)) is not None:
        return known
    check_open(found)
    await home_of_round(db, made.round_id, made.home_id)
    await _check(db, actor.subject, found, facts, now)
    _check_companion(companions, facts)
    values = {"id": made.id, "round_id": made.round_id, "home_id": made.home_id, "recorded_by": actor.subject}
    own = {"compound_code": found.compound_code, "received_at": now, "version": 1, **facts.columns()}
    row = insert(Visit).values(**values, **own).on_conflict_do_nothing(index_elements=["id"])
    if (await db.execute(row.returning(Visit.id))).first() is None:
        known = await _known(db, actor, made, found)
        assert known is not None
        return known
    db.add(VisitEdition(visit_id=made.id, number=1, by=actor.subject, at=now, content=facts.content()))
    await db.flush()
    audit.note(db, "visit", made.id, found.compound_code, outcome=facts.outcome.value)
    visit = (await db.execute(select(Visit).where(Visit.id == made.id))).scalar_one()
    await say_who_told(db, visit.round_id, visit.home_id)
    await _tell(db, visit, "visit_recorded")
    return visit


async def _known(db: AsyncSession, actor: Actor, made: VisitMade, found: Round) -> Visit | None:
    """The visit that this id stands for already, if what was first sent is what is sent now. Errors: IdTaken."""
    visit = (await db.execute(select(Visit).where(Visit.id == made.id))).scalar_one_or_none()
    if visit is None:
        return None
    first = select(VisitEdition.content).where(VisitEdition.visit_id == made.id, VisitEdition.number == 1)
    same_place = (visit.round_id, visit.home_id, visit.recorded_by) == (found.id, made.home_id, actor.subject)
    if not same_place or (await db.execute(first)).scalar_one() != made.facts.content():
        raise IdTaken
    return visit


async def _check(db: AsyncSession, recorded_by: UUID, found: Round, facts: VisitFacts, now: datetime) -> None:
    faults = visit_faults(facts.outcome, (str(recorded_by), str(facts.second_visitor)), facts.relation)
    if facts.outcome is Outcome.MET and facts.notice_version is None:  # PRI-1: which version each person saw
        faults.append("notice_version")
    if is_to_come(facts.visited_at, now):
        faults.append("visited_at")
    if faults:
        raise VisitInvalid(fields=faults)
    wanted = (await version_of(db, found.survey_id, found.survey_number)).row.notice_version
    if facts.notice_version not in {None, wanted}:
        raise NoticeUnknown(notice_version=wanted)


def _check_companion(companions: Companions, facts: VisitFacts) -> None:
    """VIS-1. Errors: VisitorUnknown."""
    if not may_have_visited(companions.get(facts.second_visitor, ()), facts.visited_at):
        raise VisitorUnknown


async def correct_visit(
    db: AsyncSession,
    actor: Actor,
    companions: Companions,
    visit_id: UUID,
    facts: VisitFacts,
    version: int,
    now: datetime,
) -> Visit:
    """The visitor or the office corrects a visit; each wording stays on record.

    Errors: VisitUnknown, RoundRefused, StaleVersion, VisitInvalid, VisitorUnknown, NoticeUnknown.
    """
    visit = await visit_in_reach(db, actor, visit_id, lock=True)
    found = await round_in_reach(db, actor, visit.round_id, VISITORS, lock="share")
    check_open(found)
    check_version(version, visit.version)
    await _check(db, visit.recorded_by, found, facts, now)
    if facts.second_visitor != visit.second_visitor:
        _check_companion(companions, facts)
    for name, value in facts.columns().items():
        setattr(visit, name, value)
    await db.flush()
    await say_who_told(db, visit.round_id, visit.home_id)
    visit.version += 1
    db.add(VisitEdition(visit_id=visit.id, number=visit.version, by=actor.subject, at=now, content=facts.content()))
    audit.note(db, "visit", visit.id, visit.compound_code, outcome=facts.outcome.value, version=visit.version)
    await _tell(db, visit, "visit_corrected")
    return visit


async def _tell(db: AsyncSession, visit: Visit, fact: str) -> None:
    data = {"round": str(visit.round_id), "outcome": str(visit.outcome)}
    await tell(db, Base.metadata, Event(f"linli.survey.{fact}.v1", str(visit.id), visit.compound_code, data))
