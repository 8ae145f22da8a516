"""Which minutes there are, who signed them, and where they are posted."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import MinutesUnknown, step_forbidden
from services.meeting.meetings.queries import meeting, participant_of, people_of
from services.meeting.rules.minutes import Minutes
from services.meeting.rules.roles import Part, Role, parts_of
from services.meeting.sight import caller_on
from services.meeting.tables import Meeting, MinutesPosting, MinutesVersion, Signature
from shared.identity import Actor
from shared.sealing import Keys, Label

_MINUTES = TypeAdapter(Minutes)
READERS = frozenset({Part.DESK, Part.STREET, Part.CHAIR, Part.RECORDER, Part.WITNESS})


def label(minutes_id: UUID) -> Label:
    return Label("meeting.minutes", str(minutes_id))


def content_of(keys: Keys, row: MinutesVersion) -> bytes:
    """The exact bytes that were laid and signed."""
    return keys.ring.open(row.content_sealed, label(row.id))


def opened(keys: Keys, row: MinutesVersion) -> Minutes:
    return _MINUTES.validate_json(content_of(keys, row))


async def readable_meeting(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """MEET-10. The original is for the office, its officers, its members and the auditor; others read the posted one.

    Errors: MeetingUnknown, StepForbidden.
    """
    found = await meeting(db, actor, meeting_id)
    parts = parts_of(await people_of(db, found), caller_on(actor, found.compound_code))
    if not parts.isdisjoint(READERS) or actor.holds({Role.AUDITOR}, found.compound_code):
        return found
    mine = await participant_of(db, found.id, actor.subject)
    if mine is not None and mine.is_member:
        return found
    raise step_forbidden(READERS)


async def versions_of(db: AsyncSession, meeting_id: UUID) -> Sequence[MinutesVersion]:
    """Oldest first."""
    wanted = select(MinutesVersion).where(MinutesVersion.meeting_id == meeting_id).order_by(MinutesVersion.version)
    return (await db.execute(wanted)).scalars().all()


async def version(db: AsyncSession, meeting_id: UUID, number: int) -> MinutesVersion:
    """Errors: MinutesUnknown."""
    wanted = select(MinutesVersion).where(MinutesVersion.meeting_id == meeting_id, MinutesVersion.version == number)
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise MinutesUnknown
    return found


async def signatures_of(db: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, list[Signature]]:
    """By minutes, in the order of signing. One statement."""
    found: dict[UUID, list[Signature]] = {one: [] for one in ids}
    rows = await db.execute(select(Signature).where(Signature.minutes_id.in_(ids)).order_by(Signature.at))
    for row in rows.scalars():
        found[row.minutes_id].append(row)
    return found


async def posting_of(db: AsyncSession, minutes_id: UUID) -> MinutesPosting | None:
    return await db.get(MinutesPosting, minutes_id)


async def newest_posting(db: AsyncSession, meeting_id: UUID) -> tuple[MinutesPosting, str]:
    """What hangs on the boards now, and the code of its compound. Errors: MinutesUnknown."""
    wanted = select(MinutesPosting, Meeting.compound_code).join(Meeting, Meeting.id == MinutesPosting.meeting_id)
    newest = wanted.where(MinutesPosting.meeting_id == meeting_id).order_by(MinutesPosting.posted_at.desc())
    found = (await db.execute(newest.limit(1))).first()
    if found is None:
        raise MinutesUnknown
    return found[0], found[1]
