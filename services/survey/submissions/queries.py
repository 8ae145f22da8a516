"""Which records of answers there are, and who may see them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import SubmissionUnknown
from services.survey.rules import households
from services.survey.rules.households import SIDES, Bound, Told, relation_of
from services.survey.rules.roles import DESK, OFFICE, VISITORS
from services.survey.rules.visits import RecordState
from services.survey.submissions.sealing import Opened, opened
from services.survey.surveys.queries import version_of
from services.survey.tables import Answers, Round, Submission, SubmissionEdition
from shared.identity import Actor, Tie
from shared.paging import Orders, down
from shared.sealing import Keys

SUBMISSIONS = Orders("submissions", {"newest": (down(Submission.received_at), down(Submission.id))})


@dataclass(frozen=True, slots=True)
class Record:
    """A record with its current edition; `answers` None once withdrawn. `sensitive`: where a consent of its own stands
    before an answer (PRI-1)."""

    row: Submission
    edition: SubmissionEdition
    answers: Opened | None
    sensitive: frozenset[str]


def is_own(actor: Actor, row: Submission) -> bool:
    """PRI-3. Whether the answers are the actor's own or his household's."""
    told = Told(row.taken_by, row.of_home, relation_of(row.told_as) if row.told_as else None, row.answered_at)
    return households.is_own(told, actor.subject, _bound(actor, row.home_id))


def _bound(actor: Actor, home_id: UUID) -> Bound | None:
    """None too where the token does not say since when: then he is taken for somebody who came later."""
    found = next((tie for tie in actor.ties if tie.home == home_id), None)
    return Bound(relation_of(found.relation), found.since) if found else None


def heard_it(actor: Actor, row: Submission) -> bool:
    """Whether the actor took it down as a visitor: while he visits here, no longer."""
    return actor.subject == row.taken_by and actor.holds(VISITORS, row.compound_code)


def may_see(actor: Actor, row: Submission) -> bool:
    """Whose answers they are, who heard them, and the office."""
    return may_withdraw(actor, row) or actor.holds(OFFICE, row.compound_code)


def may_change(actor: Actor, row: Submission) -> bool:
    """Who took it down, for his own home while he lives there or as a visitor, and the desk."""
    lives_there = actor.subject == row.taken_by and is_own(actor, row) and row.home_id in actor.homes
    return lives_there or heard_it(actor, row) or actor.holds(DESK, row.compound_code)


def may_withdraw(actor: Actor, row: Submission) -> bool:
    """PRI-1, PRI-3. As easy as giving: by whose answers they are, by who heard them, or by the desk on his behalf."""
    return is_own(actor, row) or may_change(actor, row)


def reads_in_full(actor: Actor, row: Submission) -> bool:
    """PRI-2. Without a purpose: who told it, and who heard it. The office reads sensitive answers for one."""
    return is_own(actor, row) or heard_it(actor, row)


async def submission_in_reach(db: AsyncSession, actor: Actor, submission_id: UUID, lock: bool = False) -> Submission:
    """Errors: SubmissionUnknown."""
    wanted = select(Submission).where(Submission.id == submission_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None or not may_see(actor, found):
        raise SubmissionUnknown
    return found


async def record_of(db: AsyncSession, keys: Keys, row: Submission) -> Record:
    """The record with what its current edition says."""
    wanted = select(SubmissionEdition).where(SubmissionEdition.instance_id == row.instance_id)
    edition = (await db.execute(wanted)).scalar_one()
    sealed = select(Answers).where(Answers.instance_id == row.instance_id)
    answers = (await db.execute(sealed)).scalar_one_or_none()
    published = await version_of(db, row.survey_id, row.survey_number)
    return Record(row, edition, opened(keys, answers) if answers else None, published.sensitive)


async def records_of_home(db: AsyncSession, keys: Keys, actor: Actor, round_id: UUID, home_id: UUID) -> list[Record]:
    """VIS-3. Every record of one home that the actor may see, oldest first."""
    wanted = select(Submission).where(Submission.round_id == round_id, Submission.home_id == home_id)
    rows = (await db.execute(wanted.order_by(Submission.received_at, Submission.id))).scalars().all()
    return [await record_of(db, keys, row) for row in rows if may_see(actor, row)]


def submissions_of(actor: Actor, found: Round, state: RecordState | None) -> Select[Any]:
    """Submission with its current edition's faults: all for the office, for others their own."""
    statement: Select[Any] = (
        select(Submission)
        .add_columns(SubmissionEdition.faults)
        .join(SubmissionEdition, SubmissionEdition.instance_id == Submission.instance_id)
        .where(Submission.round_id == found.id)
    )
    if not actor.holds(OFFICE, found.compound_code):
        taken = Submission.taken_by == actor.subject
        heard = taken if actor.holds(VISITORS, found.compound_code) else false()
        statement = statement.where(or_(heard, and_(taken, Submission.of_home), *map(_told_by, actor.ties)))
    return statement if state is None else statement.where(Submission.state == state)


def _told_by(tie: Tie) -> ColumnElement[bool]:
    """PRI-3. The records that `households.is_own` says to be somebody's by a tie of his."""
    side = SIDES.get(relation_of(tie.relation))
    others = [relation for relation, its in SIDES.items() if its is not side]
    of_side = or_(Submission.told_as.is_(None), Submission.told_as.not_in(others))
    return and_(Submission.home_id == tie.home, Submission.answered_at >= tie.since, of_side)
