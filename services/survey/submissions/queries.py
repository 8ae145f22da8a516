"""Which records of answers there are, and who may see them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import SubmissionUnknown
from services.survey.rules.roles import DESK, OFFICE, VISITORS
from services.survey.rules.visits import RecordState
from services.survey.submissions.sealing import Opened, opened
from services.survey.surveys.queries import version_of
from services.survey.tables import Answers, Round, Submission, SubmissionEdition
from shared.identity import Actor
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


def may_see(actor: Actor, row: Submission) -> bool:
    """Who took it down, the home it is about, and the office."""
    return may_withdraw(actor, row) or actor.holds(OFFICE, row.compound_code)


def is_takers(actor: Actor, row: Submission) -> bool:
    """Whether the actor took it down: for his own home, or as a visitor, and then while he visits here, no longer."""
    still = row.home_id in actor.homes or actor.holds(VISITORS, row.compound_code)
    return actor.subject == row.taken_by and still


def may_change(actor: Actor, row: Submission) -> bool:
    """Who took it down, and the desk."""
    return is_takers(actor, row) or actor.holds(DESK, row.compound_code)


def may_withdraw(actor: Actor, row: Submission) -> bool:
    """PRI-1. As easy as giving: by the home itself, by who took it down, or by the desk on its behalf."""
    return row.home_id in actor.homes or may_change(actor, row)


def reads_in_full(actor: Actor, row: Submission) -> bool:
    """PRI-2. Without a purpose: the home that told it, and who heard it. The office reads sensitive answers for one."""
    return row.home_id in actor.homes or is_takers(actor, row)


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
        own = Submission.home_id.in_(actor.homes)
        taken = Submission.taken_by == actor.subject
        statement = statement.where(or_(own, taken) if actor.holds(VISITORS, found.compound_code) else own)
    return statement if state is None else statement.where(Submission.state == state)
