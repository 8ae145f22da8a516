"""Lay minutes before their signers, sign them, post their edition (MEET-5, MEET-10)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import StepIncomplete, step_forbidden, step_refused
from services.meeting.history import tell
from services.meeting.house import MeansOf
from services.meeting.meetings.attendance import check_runs
from services.meeting.meetings.queries import locked_meeting, people_of
from services.meeting.meetings.saying import unanswered
from services.meeting.minutes import queries
from services.meeting.minutes.drafting import Heading, drafted
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.minutes import (
    ALGORITHM,
    Attachment,
    Edition,
    Signer,
    canonical,
    digest,
    edition,
    is_signed,
)
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import DESK_ROLES, Part
from services.meeting.tables import Meeting, MinutesPosting, MinutesVersion, Signature
from services.meeting.topics.moving import publicise
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.versions import check_version

_EDITION = TypeAdapter(Edition)
SIGNERS = (Part.CHAIR, Part.RECORDER, Part.WITNESS)


@dataclass(frozen=True, slots=True)
class Laying:
    """How minutes are laid: a correction says why; attachments are references of uploaded files."""

    correction: str | None
    attachments: tuple[str, ...]


async def lay_minutes(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting_id: UUID, laying: Laying, version: int, now: datetime
) -> MinutesVersion:
    """MEET-5. Freezes what the records say, as the caller read it. Errors: …Unknown, Step…, StaleVersion, files."""
    meeting = await locked_meeting(db, actor, meeting_id)
    await check_runs(db, actor, meeting)
    check_version(version, meeting.version)
    if meeting.state != MeetingState.HELD:
        raise step_refused(Why.NOT_HELD)
    if await unanswered(db, meeting.id):  # MEET-9
        raise step_refused(Why.PROBLEMS_UNANSWERED)
    earlier = await queries.versions_of(db, meeting.id)
    if earlier and laying.correction is None:
        raise step_refused(Why.MINUTES_LAID)
    correction = laying.correction if earlier else None
    attached = (means.references.attached(token, actor.subject, now) for token in laying.attachments)
    files = tuple(Attachment(file.id, file.sha256) for file in attached)
    heading = Heading(len(earlier) + 1, correction, secrets.token_hex(32), files)
    content = canonical(await drafted(db, means, meeting, heading))
    row_id = new_id()
    row = MinutesVersion(
        id=row_id,
        meeting_id=meeting.id,
        version=heading.version,
        content_sealed=means.keys.ring.seal(content, queries.label(row_id)),
        digest=digest(content),
        algorithm=ALGORITHM,
        correction=correction,
        laid_by=actor.subject,
        laid_at=now,
    )
    db.add(row)
    meeting.version += 1
    audit.note(db, "minutes", row.id, meeting.compound_code, version=row.version, digest=row.digest)
    await _tell(db, meeting, row, "minutes_laid")
    return row


async def _tell(db: AsyncSession, meeting: Meeting, row: MinutesVersion, fact: str) -> None:
    await tell(db, fact, meeting.id, meeting.compound_code, {"version": row.version, "digest": row.digest})


async def sign_minutes(
    db: AsyncSession, actor: Actor, meeting_id: UUID, number: int, read_digest: str, now: datetime
) -> tuple[MinutesVersion, Signer]:
    """MEET-5. Each in his own session, under the text he read. Errors: MeetingUnknown, MinutesUnknown, Step…"""
    meeting = await locked_meeting(db, actor, meeting_id)
    row = await queries.version(db, meeting.id, number)
    people = await people_of(db, meeting)
    officers = ((Signer.CHAIR, people.chair), (Signer.RECORDER, people.recorder), (Signer.WITNESS, people.witness))
    signer = next((signer for signer, person in officers if person == actor.subject), None)
    if signer is None:
        raise step_forbidden(SIGNERS)
    if row.version != len(await queries.versions_of(db, meeting.id)):
        raise step_refused(Why.NOT_NEWEST)
    if read_digest != row.digest:
        raise step_refused(Why.OTHER_TEXT)
    values = {
        "minutes_id": row.id,
        "signer": signer,
        "person_id": actor.subject,
        "session_id": actor.session,
        "digest": row.digest,
        "at": now,
    }
    added = await db.execute(insert(Signature).values(values).on_conflict_do_nothing().returning(Signature.signer))
    if added.first() is None:
        raise step_refused(Why.SIGNED_ALREADY)
    audit.note(db, "minutes", row.id, meeting.compound_code, version=row.version, signer=signer)
    signed = (await queries.signatures_of(db, [row.id]))[row.id]
    if is_signed(Signer(one.signer) for one in signed):
        await _tell(db, meeting, row, "minutes_signed")
    return row, signer


async def post_minutes(
    db: AsyncSession,
    actor: Actor,
    means: MeansOf,
    meeting_id: UUID,
    number: int,
    places: Sequence[str],
    now: datetime,
) -> MinutesPosting:
    """MEET-10. The edition of signed minutes, once a version; its resolved topics are posted with it. Errors: Step…"""
    meeting = await locked_meeting(db, actor, meeting_id)
    if not actor.holds(DESK_ROLES, meeting.compound_code):
        raise step_forbidden([Part.DESK])
    if not places:
        raise StepIncomplete(missing=["places"])
    row = await queries.version(db, meeting.id, number)
    if row.version != len(await queries.versions_of(db, meeting.id)):
        raise step_refused(Why.NOT_NEWEST)
    signed = (await queries.signatures_of(db, [row.id]))[row.id]
    if not is_signed(Signer(one.signer) for one in signed):
        raise step_refused(Why.NOT_SIGNED_YET)
    if await queries.posting_of(db, row.id) is not None:
        raise step_refused(Why.POSTED_ALREADY)
    shown = edition(queries.opened(means.keys, row), row.digest)
    posting = MinutesPosting(
        minutes_id=row.id,
        meeting_id=meeting.id,
        edition=_EDITION.dump_python(shown, mode="json"),
        places=list(places),
        posted_by=actor.subject,
        posted_at=now,
    )
    db.add(posting)
    await db.flush()
    await publicise(db, meeting.id, now)
    audit.note(db, "minutes", row.id, meeting.compound_code, version=row.version)
    await _tell(db, meeting, row, "minutes_posted")
    return posting


def edition_of(posting: MinutesPosting) -> Edition:
    return _EDITION.validate_python(posting.edition)
