"""Which resolutions there are, who may vote on one, and what the votes say."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.errors import ResolutionUnknown
from services.meeting.meetings.queries import known_to, quorum_now
from services.meeting.rules.kinds import KINDS, Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.topics import TopicState
from services.meeting.rules.votes import Choice, Tally, VoteCase, tally
from services.meeting.sight import under, within
from services.meeting.tables import Elector, Meeting, Resolution, Topic, Vote
from shared.identity import Actor
from shared.paging import Orders, down

RESOLUTIONS = Orders("resolutions", {"newest": (down(Resolution.put_at), down(Resolution.id))})


def visible(actor: Actor, compound_id: UUID | None, meeting_id: UUID | None, region: str | None) -> Select[Any]:
    """Rows of Resolution."""
    statement = select(Resolution).where(within(actor, Resolution.compound_code))
    if compound_id is not None:
        statement = statement.where(Resolution.compound_id == compound_id)
    if meeting_id is not None:
        statement = statement.where(Resolution.meeting_id == meeting_id)
    return statement if region is None else statement.where(under(Resolution.compound_code, region))


async def meeting_of(db: AsyncSession, actor: Actor, resolution_id: UUID) -> UUID:
    """The meeting to lock before the resolution. Errors: ResolutionUnknown, also for what he may not know of."""
    wanted = select(Meeting.id).join(Resolution, Resolution.meeting_id == Meeting.id)
    found = await db.execute(wanted.where(Resolution.id == resolution_id, known_to(actor)))
    meeting_id = found.scalar_one_or_none()
    if meeting_id is None:
        raise ResolutionUnknown
    return meeting_id


async def locked_resolution(db: AsyncSession, resolution_id: UUID, shared: bool = False) -> Resolution:
    """Lock its meeting first. `shared`: votes are cast side by side, and a close waits for each of them."""
    wanted = select(Resolution).where(Resolution.id == resolution_id).with_for_update(read=shared)
    return (await db.execute(wanted.execution_options(populate_existing=True))).scalar_one()


async def electors_of(db: AsyncSession, resolution_id: UUID) -> frozenset[UUID]:
    found = await db.execute(select(Elector.participant_id).where(Elector.resolution_id == resolution_id))
    return frozenset(found.scalars())


async def tally_of(db: AsyncSession, resolution: Resolution) -> Tally:
    """MEET-3. The votes cast one by one."""
    choices = (await db.execute(select(Vote.choice).where(Vote.resolution_id == resolution.id))).scalars()
    return tally(resolution.electors or 0, (Choice(choice) for choice in choices))


async def case_of(
    db: AsyncSession, meeting: Meeting, resolution: Resolution, rules: Parameters, now: datetime
) -> VoteCase:
    """The resolution as its guards see it."""
    quorum = await quorum_now(db, meeting, rules, now)
    return VoteCase(
        meeting_is_open=meeting.state == MeetingState.OPEN and meeting.sitting == resolution.sitting,
        has_begun=now >= meeting.starts_at,
        kind_resolves=KINDS[Kind(meeting.kind)].resolves,
        is_announced=await _is_announced(db, meeting, resolution),
        quorum_stands=quorum is not None and quorum.stands,
    )


async def _is_announced(db: AsyncSession, meeting: Meeting, resolution: Resolution) -> bool:
    """VOTE-9. Its item stood on the announced agenda; a topic taken off it since is not voted on."""
    if resolution.topic_id is None:
        return True  # a resolution is put on an item of the agenda, which the database holds it to
    found = await db.execute(select(Topic.state, Topic.meeting_id).where(Topic.id == resolution.topic_id))
    topic = found.one()
    return bool(topic.state == TopicState.SCHEDULED and topic.meeting_id == meeting.id)
