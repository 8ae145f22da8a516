"""How meetings are shown: figures to everybody, names masked but one's own and those read for a purpose."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.house import MeansOf
from services.meeting.meetings import queries
from services.meeting.meetings.actions import instant_in, open_moves
from services.meeting.names import open_names
from services.meeting.rules.attendance import Capacity, present_at
from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.minutes import Saying, masked
from services.meeting.rules.problems import NextStep
from services.meeting.rules.speaking import ends_by
from services.meeting.sight import caller_on
from services.meeting.tables import Meeting, Participant, Problem, Speech
from services.meeting.wire import (
    CODE,
    COMPOUND_ID,
    COUNCIL_ID,
    MEETING_ID,
    PARTICIPANT_ID,
    TOPIC_ID,
    OpenMove,
    PersonSeen,
)
from shared.identity import Actor
from shared.wire import Day, Instant, Output, example

_LISTED = {
    "id": MEETING_ID,
    "number": 3,
    "compound_id": COMPOUND_ID,
    "compound_code": CODE,
    "kind": "COUNCIL",
    "council_id": COUNCIL_ID,
    "title": "三月议事会",
    "place": "社区活动室",
    "starts_at": "2026-03-14T11:00:00Z",
    "state": "NOTICED",
    "sitting": 1,
    "noticed_at": "2026-03-09T02:00:00Z",
    "opened_at": None,
    "ended_at": None,
    "reason": None,
    "version": 4,
}


class MeetingListed(Output):
    """A meeting in a list."""

    model_config = Output.model_config | example(**_LISTED)

    id: UUID
    number: int
    compound_id: UUID
    compound_code: str
    kind: Kind
    council_id: UUID | None
    title: str
    place: str
    starts_at: Instant
    state: MeetingState
    sitting: int
    noticed_at: Instant | None
    opened_at: Instant | None
    ended_at: Instant | None
    reason: str | None
    version: int


class AgendaSeen(Output):
    """One matter; frozen with the notice."""

    model_config = Output.model_config | example(position=1, title="修好三号楼楼道灯", topic_id=TOPIC_ID)

    position: int
    title: str
    topic_id: UUID | None


class QuorumSeen(Output):
    """MEET-3. The test at this instant. `needed` is the smallest number that suffices."""

    model_config = Output.model_config | example(present=14, members=21, needed=14, stands=True)

    present: int
    members: int
    needed: int
    stands: bool


class MeetingSeen(MeetingListed):
    """One meeting with agenda, quorum now, what I am in it and what I may do with it now."""

    model_config = Output.model_config | example(
        **_LISTED,
        agenda=[{"position": 1, "title": "修好三号楼楼道灯", "topic_id": TOPIC_ID}],
        quorum={"present": 0, "members": 21, "needed": 14, "stands": False},
        present=0,
        mine=None,
        allowed=[{"to": "OPEN", "needs": []}],
    )

    agenda: list[AgendaSeen]
    quorum: QuorumSeen | None
    present: int
    mine: PersonSeen | None
    allowed: list[OpenMove]


class CodeSeen(Output):
    """MEET-3. What the screen in the room shows; `qr_text` is the text of the QR code."""

    model_config = Output.model_config | example(
        code="K7QZ2MHA",
        qr_text=f"https://linli.example/m/{MEETING_ID}#K7QZ2MHA",
        good_until="2026-03-14T11:02:00Z",
    )

    code: str
    qr_text: str
    good_until: Instant


_PERSON = {
    "id": PARTICIPANT_ID,
    "person_id": None,
    "name": "王*",
    "capacity": "RESIDENTS_DELEGATE",
    "is_member": True,
    "is_public": False,
}


class AttendanceSeen(Output):
    """Who is expected and who is in the room now. Names are masked unless they were read for a purpose."""

    model_config = Output.model_config | example(
        present=1,
        quorum={"present": 1, "members": 1, "needed": 1, "stands": True},
        items=[{"person": _PERSON, "is_present": True}],
    )

    present: int
    quorum: QuorumSeen | None
    items: list["PresenceSeen"]


class PresenceSeen(Output):
    model_config = Output.model_config | example(person=_PERSON, is_present=True)

    person: PersonSeen
    is_present: bool


class PassageSeen(Output):
    """What a passage through the door led to."""

    model_config = Output.model_config | example(
        person=_PERSON,
        is_present=True,
        present=14,
        quorum={"present": 14, "members": 21, "needed": 14, "stands": True},
    )

    person: PersonSeen
    is_present: bool
    present: int
    quorum: QuorumSeen | None


class ContributionSeen(Output):
    """A line that the minutes will hold."""

    model_config = Output.model_config | example(
        id=PARTICIPANT_ID,
        position=5,
        item=1,
        participant_id=PARTICIPANT_ID,
        saying="PROPOSAL",
        words="先修二单元三层,再查全楼。",
        version=1,
    )

    id: UUID
    position: int
    item: int | None
    participant_id: UUID | None
    saying: Saying
    words: str
    version: int


_PROBLEM = {
    "id": TOPIC_ID,
    "position": 2,
    "words": "二单元门口垃圾没人清",
    "building": "3",
    "entrance": "2",
    "next_step": "TICKET",
    "reason": "属保洁范围,转工单办理",
    "visit_on": None,
    "topic_id": None,
    "answered_at": "2026-03-16T02:00:00Z",
}


class ProblemSeen(Output):
    """MEET-9. A problem and the office's reasoned next step."""

    model_config = Output.model_config | example(**_PROBLEM)

    id: UUID
    position: int
    words: str
    building: str | None
    entrance: str | None
    next_step: NextStep | None
    reason: str | None
    visit_on: Day | None
    topic_id: UUID | None
    answered_at: Instant | None


class ProblemsSeen(Output):
    """MEET-9. The list that an open council yields; done when `unanswered` is zero."""

    model_config = Output.model_config | example(items=[_PROBLEM], unanswered=0)

    items: list[ProblemSeen]
    unanswered: int


_SPEECH = {
    "id": TOPIC_ID,
    "sitting": 1,
    "item": 1,
    "participant_id": PARTICIPANT_ID,
    "seconds": 180,
    "asked_at": "2026-03-14T11:20:00Z",
    "started_at": "2026-03-14T11:25:00Z",
    "ends_by": "2026-03-14T11:28:00Z",
    "ended_at": None,
}


class SpeechSeen(Output):
    """MEET-8. A place in the queue of a sitting, and when the speaker's time is over."""

    model_config = Output.model_config | example(**_SPEECH)

    id: UUID
    sitting: int
    item: int
    participant_id: UUID
    seconds: int
    asked_at: Instant
    started_at: Instant | None
    ends_by: Instant | None
    ended_at: Instant | None


class QueueSeen(Output):
    """MEET-8. Who spoke, who speaks, who waits, in the order of asking."""

    model_config = Output.model_config | example(items=[_SPEECH])

    items: list[SpeechSeen]


def person_seen(person: Participant, names: Mapping[UUID, str], in_full: bool) -> PersonSeen:
    """PRI-2, MEET-10. Names masked and party membership left out, unless it is oneself or read for a purpose."""
    name, capacity = names.get(person.name_id) if person.name_id else None, Capacity(person.capacity)
    return PersonSeen(
        id=person.id,
        person_id=person.person_id if in_full else None,
        name=name if in_full or name is None else masked(name),
        capacity=Capacity.RESIDENT if capacity is Capacity.PARTY_MEMBER and not in_full else capacity,
        is_member=person.is_member,
        is_public=person.is_public,
    )


async def meeting_seen(db: AsyncSession, actor: Actor, means: MeansOf, meeting: Meeting, now: datetime) -> MeetingSeen:
    """One meeting as one caller sees it."""
    instant = instant_in(meeting, now)
    quorum = await queries.quorum_now(db, meeting, means.rules, instant)
    mine = await queries.participant_of(db, meeting.id, actor.subject)
    names = await open_names(db, means.keys, [mine.name_id]) if mine else {}
    caller = caller_on(actor, meeting.compound_code)
    return MeetingSeen.model_validate(
        {
            **_plain(meeting),
            "agenda": [AgendaSeen.model_validate(item) for item in await queries.agenda_of(db, meeting.id)],
            "quorum": QuorumSeen.model_validate(quorum) if quorum else None,
            "present": len(await queries.present_now(db, meeting, instant)),
            "mine": person_seen(mine, names, in_full=True) if mine else None,
            "allowed": await open_moves(db, meeting, caller, means.rules, now),
        }
    )


def _plain(meeting: Meeting) -> dict[str, Any]:
    return {name: getattr(meeting, name) for name in MeetingListed.model_fields}


async def attendance_seen(
    db: AsyncSession, means: MeansOf, meeting: Meeting, instant: datetime, in_full: bool
) -> AttendanceSeen:
    """MEET-3. Who was in the room at an instant of the present sitting."""
    people = await queries.participants_of(db, meeting.id)
    names = await open_names(db, means.keys, [person.name_id for person in people])
    present = present_at(await queries.entries_of(db, meeting), instant)
    quorum = await queries.quorum_now(db, meeting, means.rules, instant)
    return AttendanceSeen(
        present=len(present),
        quorum=QuorumSeen.model_validate(quorum) if quorum else None,
        items=[
            PresenceSeen(person=person_seen(person, names, in_full), is_present=person.id in present)
            for person in people
        ],
    )


async def passage_seen(
    db: AsyncSession, actor: Actor, means: MeansOf, meeting: Meeting, person: Participant, now: datetime
) -> PassageSeen:
    """PRI-2. One's own name in full; at the table the others' are masked as everywhere."""
    instant = instant_in(meeting, now)
    present = await queries.present_now(db, meeting, instant)
    quorum = await queries.quorum_now(db, meeting, means.rules, instant)
    names = await open_names(db, means.keys, [person.name_id])
    return PassageSeen(
        person=person_seen(person, names, in_full=person.person_id == actor.subject),
        is_present=person.id in present,
        present=len(present),
        quorum=QuorumSeen.model_validate(quorum) if quorum else None,
    )


def problems_seen(problems: Sequence[Problem]) -> ProblemsSeen:
    items = [ProblemSeen.model_validate(problem) for problem in problems]
    return ProblemsSeen(items=items, unanswered=sum(item.next_step is None for item in items))


def speech_seen(speech: Speech) -> SpeechSeen:
    return SpeechSeen(
        id=speech.id,
        sitting=speech.sitting,
        item=speech.item,
        participant_id=speech.participant_id,
        seconds=speech.seconds,
        asked_at=speech.asked_at,
        started_at=speech.started_at,
        ends_by=ends_by(speech.started_at, speech.seconds) if speech.started_at else None,
        ended_at=speech.ended_at,
    )
