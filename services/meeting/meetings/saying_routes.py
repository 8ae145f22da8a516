"""What is put before a meeting, over HTTP: contributions, problems, the speakers' queue."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from services.meeting.errors import (
    ContributionUnknown,
    MeetingUnknown,
    ParticipantUnknown,
    ProblemUnknown,
    SpeechUnknown,
    StepForbidden,
    StepIncomplete,
    StepRefused,
    answers,
)
from services.meeting.house import Means
from services.meeting.meetings import queries, saying, shown
from services.meeting.meetings.schemas import NewAnswer, NewContribution, NewProblemRaised, NewSpeech
from services.meeting.meetings.shown import ContributionSeen, ProblemSeen, ProblemsSeen, QueueSeen, SpeechSeen
from services.meeting.tables import Problem
from services.meeting.wire import Desk, Version
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.identity import SignedIn
from shared.problems import StaleVersion, VersionNeeded
from shared.versions import etag

router = APIRouter(prefix="/v1/meetings", tags=["meeting"], route_class=EdgeRoute)
Sitting = Annotated[int | None, Query(ge=1, le=10_000, description="None: the present one.")]


@router.post(
    "/{meeting_id}/contributions",
    operation_id="record_contribution",
    summary="Write down what was said",
    status_code=201,
    responses=answers(MeetingUnknown, ParticipantUnknown, StepForbidden, StepRefused),
)
async def record_contribution(
    db: Writing, actor: SignedIn, meeting_id: UUID, said: NewContribution, response: Response, now: Now
) -> ContributionSeen:
    """Gist, complaint, suggestion, proposal, amendment or dissent; the minutes are drafted from these."""
    row = await saying.record_contribution(db, actor, meeting_id, said.said(), now)
    response.headers.update(etag(row.version))
    return ContributionSeen.model_validate(row)


@router.put(
    "/{meeting_id}/contributions/{contribution_id}",
    operation_id="change_contribution",
    summary="Correct what was written down",
    responses=answers(
        MeetingUnknown,
        ContributionUnknown,
        ParticipantUnknown,
        StepForbidden,
        StepRefused,
        StaleVersion,
        VersionNeeded,
    ),
)
async def change_contribution(
    db: Writing,
    actor: SignedIn,
    meeting_id: UUID,
    contribution_id: UUID,
    said: NewContribution,
    version: Version,
    response: Response,
) -> ContributionSeen:
    """Minutes that are laid keep what they say; the change shows in a further version of them."""
    row = await saying.change_contribution(db, actor, meeting_id, contribution_id, said.said(), version)
    response.headers.update(etag(row.version))
    return ContributionSeen.model_validate(row)


@router.post(
    "/{meeting_id}/problems",
    operation_id="raise_problem",
    summary="Raise a problem",
    status_code=201,
    responses=answers(MeetingUnknown, StepForbidden, StepRefused),
)
async def raise_problem(
    db: Writing, actor: SignedIn, meeting_id: UUID, problem: NewProblemRaised, now: Now
) -> ProblemSeen:
    """MEET-9. At an open council, by whoever is in the room."""
    return ProblemSeen.model_validate(await saying.raise_problem(db, actor, meeting_id, problem.problem(), now))


@router.get(
    "/{meeting_id}/problems",
    operation_id="list_problems",
    summary="The problems and their answers",
    responses=answers(MeetingUnknown),
)
async def list_problems(db: Reading, actor: SignedIn, meeting_id: UUID) -> ProblemsSeen:
    """MEET-9. Each with the office's reasoned next step."""
    meeting = await queries.meeting(db, actor, meeting_id)
    wanted = select(Problem).where(Problem.meeting_id == meeting.id).order_by(Problem.position)
    return shown.problems_seen((await db.execute(wanted)).scalars().all())


@router.post(
    "/{meeting_id}/problems/{problem_id}/answers",
    operation_id="answer_problem",
    summary="Answer a problem",
    status_code=201,
    responses=answers(MeetingUnknown, ProblemUnknown, StepForbidden, StepRefused, StepIncomplete),
)
async def answer_problem(
    db: Writing, actor: Desk, means: Means, meeting_id: UUID, problem_id: UUID, answer: NewAnswer, now: Now
) -> ProblemSeen:
    """MEET-9. A ticket, a topic, a visit, or nothing and why. TICKET files one and follows it."""
    answered = await saying.answer_problem(db, actor, means, meeting_id, problem_id, answer.answer(), now)
    return ProblemSeen.model_validate(answered)


@router.post(
    "/{meeting_id}/speeches",
    operation_id="ask_to_speak",
    summary="Join the speakers' queue",
    status_code=201,
    responses=answers(MeetingUnknown, StepRefused),
)
async def ask_to_speak(
    db: Writing, actor: SignedIn, means: Means, meeting_id: UUID, speech: NewSpeech, now: Now
) -> SpeechSeen:
    """MEET-8. For one item, by whoever is in the room."""
    return shown.speech_seen(await saying.ask_to_speak(db, actor, means, meeting_id, speech.item, now))


@router.get(
    "/{meeting_id}/speeches",
    operation_id="list_speeches",
    summary="The speakers' queue",
    responses=answers(MeetingUnknown),
)
async def list_speeches(db: Reading, actor: SignedIn, meeting_id: UUID, sitting: Sitting = None) -> QueueSeen:
    """MEET-8. Who spoke, who speaks, who waits in the present sitting, or in the one asked for."""
    meeting = await queries.meeting(db, actor, meeting_id)
    return QueueSeen(items=[shown.speech_seen(one) for one in await saying.speeches_of(db, meeting, sitting)])


@router.post(
    "/{meeting_id}/speeches/{speech_id}/starts",
    operation_id="give_floor",
    summary="Give somebody the floor",
    status_code=201,
    responses=answers(MeetingUnknown, SpeechUnknown, StepForbidden, StepRefused),
)
async def give_floor(db: Writing, actor: SignedIn, meeting_id: UUID, speech_id: UUID, now: Now) -> SpeechSeen:
    """MEET-8. One speaks at a time; `ends_by` is when the time is over."""
    return shown.speech_seen(await saying.turn_speech(db, actor, meeting_id, speech_id, True, now))


@router.post(
    "/{meeting_id}/speeches/{speech_id}/ends",
    operation_id="take_floor_back",
    summary="End a speech",
    status_code=201,
    responses=answers(MeetingUnknown, SpeechUnknown, StepForbidden, StepRefused),
)
async def take_floor_back(db: Writing, actor: SignedIn, meeting_id: UUID, speech_id: UUID, now: Now) -> SpeechSeen:
    """MEET-8. A second end changes nothing."""
    return shown.speech_seen(await saying.turn_speech(db, actor, meeting_id, speech_id, False, now))
