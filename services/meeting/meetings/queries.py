"""Which meetings there are, who is who in one, and what each judgement needs of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.councils.queries import members_on
from services.meeting.errors import MeetingUnknown, ParticipantUnknown
from services.meeting.rules.attendance import Entry, Passage, Quorum, present_at, quorum_at, stood_ever
from services.meeting.rules.kinds import KINDS, Kind, quorum_of
from services.meeting.rules.meetings import MeetingCase, MeetingState
from services.meeting.rules.parameters import Parameters
from services.meeting.rules.roles import READER_ROLES, People
from services.meeting.rules.votes import ResolutionState
from services.meeting.sight import under, within
from services.meeting.tables import AgendaItem, Attendance, Council, Meeting, Participant, Resolution, Step
from shared.days import day_of
from shared.identity import Actor
from shared.paging import Orders, down, up

MEETINGS = Orders("meetings", {"newest": (down(Meeting.starts_at), down(Meeting.id))})
HISTORY = Orders("meeting_history", {"oldest": (up(Step.position),)})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list; None is no filter."""

    compound_id: UUID | None = None
    region: str | None = None
    state: MeetingState | None = None
    kind: Kind | None = None


def visible(actor: Actor, wanted: Wanted) -> Select[Any]:
    """Rows of Meeting: those of the actor's compounds, and those he takes part in."""
    conditions = [known_to(actor)]
    for column, value in (
        (Meeting.compound_id, wanted.compound_id),
        (Meeting.state, wanted.state),
        (Meeting.kind, wanted.kind),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.region is not None:
        conditions.append(under(Meeting.compound_code, wanted.region))
    return select(Meeting).where(and_(*conditions))


def known_to(actor: Actor) -> Any:
    """Meetings of the actor's compounds, and those he takes part in."""
    takes_part = exists().where(Participant.meeting_id == Meeting.id, Participant.person_id == actor.subject)
    return or_(within(actor, Meeting.compound_code), takes_part)


async def meeting(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """Errors: MeetingUnknown, also for what the actor may not know of."""
    found = (await db.execute(select(Meeting).where(Meeting.id == meeting_id, known_to(actor)))).scalar_one_or_none()
    if found is None:
        raise MeetingUnknown
    return found


async def locked_meeting(db: AsyncSession, actor: Actor, meeting_id: UUID, shared: bool = False) -> Meeting:
    """One meeting, locked: for everything that is written in it. `shared` lets others in who only need it to stand.

    Order of locks in this room: meeting, topic, resolution, task. Errors: MeetingUnknown.
    """
    wanted = select(Meeting).where(Meeting.id == meeting_id).with_for_update(read=shared)
    found = (await db.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise MeetingUnknown
    if not actor.holds(READER_ROLES, found.compound_code) and await participant_of(db, found.id, actor.subject) is None:
        raise MeetingUnknown
    return found


async def participant_of(db: AsyncSession, meeting_id: UUID, person_id: UUID) -> Participant | None:
    wanted = select(Participant).where(Participant.meeting_id == meeting_id, Participant.person_id == person_id)
    return (await db.execute(wanted)).scalar_one_or_none()


async def participant(db: AsyncSession, meeting_id: UUID, participant_id: UUID) -> Participant:
    """Errors: ParticipantUnknown."""
    wanted = select(Participant).where(Participant.meeting_id == meeting_id, Participant.id == participant_id)
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise ParticipantUnknown
    return found


async def participants_of(db: AsyncSession, meeting_id: UUID) -> Sequence[Participant]:
    wanted = select(Participant).where(Participant.meeting_id == meeting_id).order_by(Participant.id)
    return (await db.execute(wanted)).scalars().all()


async def people_of(db: AsyncSession, meeting: Meeting) -> People:
    """Who presides, records and witnesses, as persons."""
    ids = [one for one in (meeting.chair_id, meeting.recorder_id, meeting.witness_id) if one]
    rows = await db.execute(select(Participant.id, Participant.person_id).where(Participant.id.in_(ids)))
    person: Mapping[UUID, UUID | None] = {row.id: row.person_id for row in rows}
    chair, recorder, witness = (
        person.get(one) if one else None for one in (meeting.chair_id, meeting.recorder_id, meeting.witness_id)
    )
    return People(chair=chair, recorder=recorder, witness=witness)


async def agenda_of(db: AsyncSession, meeting_id: UUID) -> Sequence[AgendaItem]:
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting_id).order_by(AgendaItem.position)
    return (await db.execute(wanted)).scalars().all()


async def entries_of(db: AsyncSession, meeting: Meeting) -> list[Entry]:
    """MEET-3. The attendance of the present sitting, in the order in which it was written."""
    wanted = select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.sitting == meeting.sitting)
    rows = (await db.execute(wanted.order_by(Attendance.position))).scalars()
    return [Entry(row.participant_id, Passage(row.passage), row.at) for row in rows]


async def members_of(db: AsyncSession, meeting_id: UUID) -> frozenset[UUID]:
    """MEET-3. The roll: the participants who are members, frozen with the notice."""
    wanted = select(Participant.id).where(Participant.meeting_id == meeting_id, Participant.is_member)
    return frozenset((await db.execute(wanted)).scalars())


async def quorum_now(db: AsyncSession, meeting: Meeting, rules: Parameters, instant: datetime) -> Quorum | None:
    """MEET-3. The test at an instant; None for a kind without quorum."""
    share = quorum_of(Kind(meeting.kind), rules)
    if share is None:
        return None
    return quorum_at(await entries_of(db, meeting), await members_of(db, meeting.id), share, instant)


async def present_now(db: AsyncSession, meeting: Meeting, instant: datetime) -> frozenset[UUID]:
    return present_at(await entries_of(db, meeting), instant)


async def case_of(
    db: AsyncSession, meeting: Meeting, rules: Parameters, now: datetime, starts_at: datetime | None = None
) -> MeetingCase:
    """The meeting as its guards see it, with the time asked for instead of the one that is set."""
    kind, begins = Kind(meeting.kind), starts_at or meeting.starts_at
    members = await members_of(db, meeting.id)
    share = quorum_of(kind, rules)
    running = select(func.count()).where(Resolution.meeting_id == meeting.id, Resolution.state == ResolutionState.OPEN)
    agenda = select(func.count()).where(AgendaItem.meeting_id == meeting.id)
    term, seats = await _term(db, meeting, day_of(begins))
    return MeetingCase(
        kind=kind,
        starts_at=begins,
        agenda=(await db.execute(agenda)).scalar_one(),
        officers=(meeting.chair_id, meeting.recorder_id, meeting.witness_id),
        members=seats if KINDS[kind].has_roll else len(members),
        term=term,
        quorum_stood=share is not None and stood_ever(await entries_of(db, meeting), members, share),
        votes_running=(await db.execute(running)).scalar_one(),
        now=now,
        rules=rules,
    )


async def _term(db: AsyncSession, meeting: Meeting, day: date) -> tuple[tuple[date, date] | None, int]:
    """MEET-9. The council's term, and how many of its members sit on the day."""
    council = await db.get(Council, meeting.council_id) if meeting.council_id else None
    if council is None:
        return None, 0
    return (council.term_starts, council.term_ends), len(await members_on(db, council.id, day))


def history_of(meeting_id: UUID) -> Select[Any]:
    """Rows of Step."""
    return select(Step).where(Step.subject_id == meeting_id, Step.subject_kind == "MEETING")
