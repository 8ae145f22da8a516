"""Take answers in, edit them, withdraw them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import (
    ConsentMissing,
    EditionStale,
    HomeNotInRound,
    IdTaken,
    NoticeUnknown,
    SubmissionUnknown,
    Withdrawn,
)
from services.survey.rounds.actions import check_open
from services.survey.rounds.queries import home_of_round, round_in_reach
from services.survey.rules.answers import Checked, check_answers, without
from services.survey.rules.form import Form
from services.survey.rules.households import relation_of
from services.survey.rules.instance import AnswerFault
from services.survey.rules.reading import Sent
from services.survey.rules.roles import OFFICE, READERS, VISITORS
from services.survey.rules.visits import RecordState
from services.survey.submissions.queries import may_change, may_withdraw, record_of, submission_in_reach
from services.survey.submissions.sealing import Opened, digest_of, sealed_answers
from services.survey.submissions.telling import say_who_told
from services.survey.surveys.queries import version_of
from services.survey.tables import Answers, Base, Round, Submission, SubmissionEdition
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.sealing import Keys
from shared.versions import check_version

CONSENT = "ANSWERS"
"""VIS-2. The consent to answer at all, after reading the notice; further purposes are the form's own."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What a device sends: an edition of answers under an id of its own making."""

    instance_id: UUID
    answers: Mapping[str, Sent]
    consents: tuple[str, ...]
    notice_version: str
    answered_at: datetime
    reason: str | None = None

    def content(self) -> dict[str, object]:
        """What makes two sendings the same."""
        return {
            "answers": self.answers,
            "consents": sorted(self.consents),
            "notice": self.notice_version,
            "at": self.answered_at.isoformat(),
        }


async def submit_answers(
    db: AsyncSession, actor: Actor, keys: Keys, round_id: UUID, home_id: UUID, edition: Edition, now: datetime
) -> Submission:
    """VIS-3. A first edition; its instance id becomes the root id. The same sent again changes nothing.

    Errors: RoundUnknown, RoleForbidden, HomeNotInRound, RoundRefused, IdTaken, ConsentMissing, NoticeUnknown.
    """
    found = await round_in_reach(db, actor, round_id, READERS, lock="share")
    if not actor.holds(VISITORS, found.compound_code) and home_id not in actor.homes:
        raise HomeNotInRound
    if (known := await _known(db, actor, keys, home_id, edition, found)) is not None:
        return known
    check_open(found)
    await home_of_round(db, round_id, home_id)
    version = await version_of(db, found.survey_id, found.survey_number)
    _check_consent(version.form, edition)
    checked = check_answers(version.form, edition.answers, edition.consents, min(edition.answered_at, now))
    if not await _entered(db, actor, found, home_id, edition, checked, now):
        known = await _known(db, actor, keys, home_id, edition, found)
        assert known is not None
        return known
    await _write_edition(db, actor, keys, edition.instance_id, 1, edition, checked, now)
    audit.note(db, "submission", edition.instance_id, found.compound_code, counts=checked.counts)
    await say_who_told(db, round_id, home_id)
    row = (await db.execute(select(Submission).where(Submission.id == edition.instance_id))).scalar_one()
    await _tell(db, row, "submission_received", {"round": str(round_id), "state": row.state})
    return row


async def _known(
    db: AsyncSession, actor: Actor, keys: Keys, home_id: UUID, edition: Edition, found: Round
) -> Submission | None:
    """The record that this id stands for already, if the very same was sent. Errors: IdTaken."""
    first = await db.execute(
        select(Submission, SubmissionEdition)
        .join(Submission, Submission.id == SubmissionEdition.submission_id)
        .where(SubmissionEdition.instance_id == edition.instance_id)
    )
    pair = first.one_or_none()
    if pair is None:
        return None
    row, known = pair
    place = (row.round_id, row.home_id, row.taken_by, known.number)
    if place != (found.id, home_id, actor.subject, 1) or known.digest != digest_of(keys, edition.content()):
        raise IdTaken
    return row


def _check_consent(form: Form, edition: Edition) -> None:
    """PRI-1, VIS-2. Nothing is kept without consent to the notice of this very version."""
    if CONSENT not in edition.consents:
        raise ConsentMissing(needed=[CONSENT])
    if edition.notice_version != form.notice_version:
        raise NoticeUnknown(notice_version=form.notice_version)


async def _entered(
    db: AsyncSession, actor: Actor, found: Round, home_id: UUID, edition: Edition, checked: Checked, now: datetime
) -> bool:
    """Whether the row is new: of two sendings of one id at once the second waits for the first and finds it."""
    tie = next((one for one in actor.ties if one.home == home_id), None)
    row = insert(Submission).values(
        id=edition.instance_id,
        survey_id=found.survey_id,
        survey_number=found.survey_number,
        round_id=found.id,
        home_id=home_id,
        compound_code=found.compound_code,
        taken_by=actor.subject,
        of_home=home_id in actor.homes,
        told_as=relation_of(tie.relation) if tie else None,
        answered_at=min(edition.answered_at, now),
        instance_id=edition.instance_id,
        state=_state(checked),
        received_at=now,
        withdrawn_at=None,
        withdrawn_by=None,
        version=1,
    )
    done = await db.execute(row.on_conflict_do_nothing(index_elements=["id"]).returning(Submission.id))
    return done.first() is not None


def _state(checked: Checked) -> RecordState:
    """What fails is kept and shown to the office, never counted."""
    return RecordState.COUNTS if checked.counts else RecordState.FLAGGED


async def _write_edition(
    db: AsyncSession,
    actor: Actor,
    keys: Keys,
    submission_id: UUID,
    number: int,
    edition: Edition,
    checked: Checked,
    now: datetime,
) -> None:
    """The edition, and its answers sealed, but for what no consent covers. Errors: IdTaken."""
    row = insert(SubmissionEdition).values(
        instance_id=edition.instance_id,
        submission_id=submission_id,
        number=number,
        digest=digest_of(keys, edition.content()),
        consents=sorted(set(edition.consents)),
        notice_version=edition.notice_version,
        faults=[{"pointer": fault.pointer, "code": fault.code} for fault in checked.faults],
        answered_at=edition.answered_at,
        by=actor.subject,
        at=now,
        reason=edition.reason,
    )
    done = await db.execute(row.on_conflict_do_nothing().returning(SubmissionEdition.instance_id))
    if done.first() is None:
        raise IdTaken
    unkept = {fault.pointer for fault in checked.faults if fault.code in {"CONSENT_MISSING", "CONSENT_WITHDRAWN"}}
    db.add(sealed_answers(keys, edition.instance_id, Opened(without(edition.answers, unkept), checked.values)))
    await db.flush()


async def edit_submission(
    db: AsyncSession, actor: Actor, keys: Keys, submission_id: UUID, edition: Edition, version: int, now: datetime
) -> Submission:
    """A further edition of a record; the root id stays. The same edition sent again changes nothing.

    Errors: SubmissionUnknown, RoundRefused, Withdrawn, StaleVersion, IdTaken, ConsentMissing, NoticeUnknown.
    """
    row = await submission_in_reach(db, actor, submission_id, lock=True)
    if not may_change(actor, row):
        raise SubmissionUnknown
    if await _is_current(db, keys, row, edition):
        return row
    found = await round_in_reach(db, actor, row.round_id, READERS, lock="share")
    check_open(found)
    _check_standing(row)
    check_version(version, row.version)
    published = await version_of(db, row.survey_id, row.survey_number)
    _check_consent(published.form, edition)
    checked = check_answers(published.form, edition.answers, edition.consents, min(edition.answered_at, now))
    before = await db.get_one(SubmissionEdition, row.instance_id)
    await _write_edition(db, actor, keys, row.id, row.version + 1, edition, checked, now)
    if set(before.consents) - set(edition.consents):  # VIS-2: an edition without a consent takes it back
        await _forget(db, row.id, keep=edition.instance_id)
    _advance(row, edition.instance_id, checked)
    audit.note(db, "submission", row.id, row.compound_code, counts=checked.counts, version=row.version)
    await _tell(db, row, "submission_edited", {"round": str(row.round_id), "state": row.state})
    return row


async def _is_current(db: AsyncSession, keys: Keys, row: Submission, edition: Edition) -> bool:
    """Whether this very edition is the current one already. Errors: EditionStale, IdTaken."""
    wanted = select(SubmissionEdition).where(SubmissionEdition.instance_id == edition.instance_id)
    known = (await db.execute(wanted)).scalar_one_or_none()
    if known is None:
        return False
    if known.submission_id != row.id or known.digest != digest_of(keys, edition.content()):
        raise IdTaken
    if known.instance_id != row.instance_id:
        raise EditionStale(current=str(row.instance_id))
    return True


def _check_standing(row: Submission) -> None:
    if row.state == RecordState.WITHDRAWN:
        raise Withdrawn


def _advance(row: Submission, instance_id: UUID, checked: Checked) -> None:
    row.instance_id, row.state, row.version = instance_id, _state(checked), row.version + 1


async def read_answers(db: AsyncSession, actor: Actor, submission_id: UUID, purpose: str) -> Submission:
    """PRI-2. The record whose answers the office may read in full; who read and what for is on record.

    Errors: SubmissionUnknown.
    """
    row = await submission_in_reach(db, actor, submission_id)
    if not actor.holds(OFFICE, row.compound_code):
        raise SubmissionUnknown
    audit.note(db, "submission", row.id, row.compound_code, purpose)
    return row


async def withdraw(
    db: AsyncSession, actor: Actor, keys: Keys, submission_id: UUID, purposes: Collection[str], now: datetime
) -> Submission:
    """VIS-2. Take consent back: for all answers, or for the purposes named. A mark stays, the answers do not.

    The keys of every earlier edition go, so that no backup opens them. A second time changes nothing.
    Errors: SubmissionUnknown.
    """
    row = await submission_in_reach(db, actor, submission_id, lock=True)
    if not may_withdraw(actor, row):
        raise SubmissionUnknown
    audit.note(db, "submission", row.id, row.compound_code, purposes=" ".join(sorted(purposes)))
    if row.state == RecordState.WITHDRAWN:
        return row
    if not purposes or CONSENT in purposes:
        await _forget(db, row.id, keep=None)
        row.state, row.withdrawn_at, row.withdrawn_by = RecordState.WITHDRAWN, now, actor.subject
        row.version += 1
    elif not await _withdraw_purposes(db, actor, keys, row, frozenset(purposes), now):
        return row
    await _tell(db, row, "submission_withdrawn", {"round": str(row.round_id), "state": row.state})
    return row


async def _withdraw_purposes(
    db: AsyncSession, actor: Actor, keys: Keys, row: Submission, purposes: frozenset[str], now: datetime
) -> bool:
    """A new edition without what the purposes covered, by the same rules; the editions before become unreadable.

    False when none of the purposes was consented to, and nothing changes.
    """
    record = await record_of(db, keys, row)
    if record.answers is None or not purposes & set(record.edition.consents):
        return False
    left = tuple(name for name in record.edition.consents if name not in purposes)
    published = await version_of(db, row.survey_id, row.survey_number)
    answered_at = record.edition.answered_at
    checked = _marked(check_answers(published.form, record.answers.given, left, min(answered_at, now)))
    edition = Edition(new_id(), record.answers.given, left, record.edition.notice_version, answered_at)
    await _write_edition(db, actor, keys, row.id, row.version + 1, edition, checked, now)
    await _forget(db, row.id, keep=edition.instance_id)
    _advance(row, edition.instance_id, checked)
    return True


def _marked(checked: Checked) -> Checked:
    """What went because consent went says so."""
    faults = tuple(
        AnswerFault(fault.pointer, "CONSENT_WITHDRAWN") if fault.code == "CONSENT_MISSING" else fault
        for fault in checked.faults
    )
    return Checked(checked.values, faults)


async def _forget(db: AsyncSession, submission_id: UUID, keep: UUID | None) -> None:
    editions = select(SubmissionEdition.instance_id).where(SubmissionEdition.submission_id == submission_id)
    gone = delete(Answers).where(Answers.instance_id.in_(editions))
    await db.execute(gone if keep is None else gone.where(Answers.instance_id != keep))


async def _tell(db: AsyncSession, row: Submission, fact: str, data: dict[str, str | int | bool | None]) -> None:
    await tell(db, Base.metadata, Event(f"linli.survey.{fact}.v1", str(row.id), row.compound_code, data))
