"""Wire shapes of meetings."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.meeting.meetings.actions import Change, Officer, Plan, Wish
from services.meeting.meetings.attendance import Entered, SignIn
from services.meeting.meetings.saying import Answer, NewProblem, NewSaying
from services.meeting.rules.attendance import Capacity
from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingState
from services.meeting.rules.minutes import Saying
from services.meeting.rules.problems import NextStep
from services.meeting.wire import (
    COMPOUND_ID,
    COUNCIL_ID,
    PARTICIPANT_ID,
    PERSON_ID,
    Building,
    Category,
    Item,
    Name,
    Short,
    Title,
    Words,
)
from shared.wire import Day, Flag, Input, Instant, Text, example


class NewMeeting(Input):
    """A meeting planned. A COUNCIL meets as a council; an OPEN_COUNCIL is open to all."""

    model_config = Input.model_config | example(
        compound_id=COMPOUND_ID,
        kind="COUNCIL",
        council_id=COUNCIL_ID,
        title="三月议事会",
        place="社区活动室",
        starts_at="2026-03-14T11:00:00Z",
        agenda=["通报上次决议落实情况"],
    )

    compound_id: UUID
    kind: Kind
    council_id: UUID | None = None
    title: Title
    place: Short
    starts_at: Instant
    agenda: Annotated[list[Short], Field(max_length=50)] = []

    def plan(self) -> Plan:
        return Plan(
            self.compound_id, self.kind, self.council_id, self.title, self.place, self.starts_at, tuple(self.agenda)
        )


class ChangeMeeting(Input):
    """What may be set otherwise before the notice."""

    model_config = Input.model_config | example(
        title="三月议事会", place="三号楼前小广场", starts_at="2026-03-15T11:00:00Z"
    )

    title: Title
    place: Short
    starts_at: Instant

    def change(self) -> Change:
        return Change(self.title, self.place, self.starts_at)


_OFFICER = {"person_id": PERSON_ID, "name": "王建国", "capacity": "OFFICE"}


class NewOfficer(Input):
    """Somebody with an account, who will sign in his own session."""

    model_config = Input.model_config | example(**_OFFICER)

    person_id: UUID
    name: Name
    capacity: Capacity

    def officer(self) -> Officer:
        return Officer(self.person_id, self.name, self.capacity)


class NewOfficers(Input):
    """MEET-5. Three persons, who sign the minutes."""

    model_config = Input.model_config | example(
        chair=_OFFICER, recorder=_OFFICER | {"name": "李秀英"}, witness=_OFFICER | {"name": "赵大爷"}
    )

    chair: NewOfficer
    recorder: NewOfficer
    witness: NewOfficer

    def officers(self) -> tuple[Officer, Officer, Officer]:
        return self.chair.officer(), self.recorder.officer(), self.witness.officer()


class MoveMeeting(Input):
    """A move (MEET-1). `allowed` of the meeting says which fields a move needs."""

    model_config = Input.model_config | example(to="NOTICED")

    to: MeetingState
    reason: Words | None = None
    starts_at: Instant | None = None

    def wish(self) -> Wish:
        return Wish(self.to, self.reason, self.starts_at)


class NewArrival(Input):
    """Scanned the code in the room. `is_public`: be named in the posted edition of the minutes."""

    model_config = Input.model_config | example(code="K7QZ2MHA", name="王建国", is_public=False)

    code: Annotated[str, Text(8, 8), Field(pattern=r"^[A-Z2-7]{8}$")]
    name: Name | None = None
    is_public: Flag = False

    def sign_in(self) -> SignIn:
        return SignIn(self.code, self.name, self.is_public)


class EnteredArrival(Input):
    """Signed in at the table: somebody who is expected, or a guest by name."""

    model_config = Input.model_config | example(participant_id=PARTICIPANT_ID)

    participant_id: UUID | None = None
    name: Name | None = None
    capacity: Capacity = Capacity.RESIDENT
    is_public: Flag = False

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.participant_id is None and self.name is None:
            raise PydanticCustomError("value_error", "participant or name")
        return self

    def entered(self) -> Entered:
        return Entered(self.participant_id, self.name, self.capacity, self.is_public)


class NewDeparture(Input):
    """Somebody leaves; without `participant_id` oneself."""

    model_config = Input.model_config | example(participant_id=None)

    participant_id: UUID | None = None


class NewContribution(Input):
    """What somebody put before the meeting, in the recorder's words."""

    model_config = Input.model_config | example(
        item=1, participant_id=PARTICIPANT_ID, saying="PROPOSAL", words="先修二单元三层,再查全楼。"
    )

    item: Item | None = None
    participant_id: UUID | None = None
    saying: Saying
    words: Words

    def said(self) -> NewSaying:
        return NewSaying(self.item, self.participant_id, self.saying, self.words)


class NewProblemRaised(Input):
    """MEET-9. A problem raised at an open council."""

    model_config = Input.model_config | example(words="二单元门口垃圾没人清", building="3", entrance="2")

    words: Words
    building: Building | None = None
    entrance: Building | None = None

    def problem(self) -> NewProblem:
        return NewProblem(self.words, self.building, self.entrance)


class NewAnswer(Input):
    """MEET-9. The office's next step, with its reason. TICKET names a category, VISIT a day."""

    model_config = Input.model_config | example(
        next_step="TICKET", reason="属保洁范围,转工单办理", category="sanitation.litter"
    )

    next_step: NextStep
    reason: Words | None = None
    category: Category | None = None
    visit_on: Day | None = None
    owner: Title | None = None
    due_on: Day | None = None

    def answer(self) -> Answer:
        return Answer(self.next_step, self.reason, self.category, self.visit_on, self.owner, self.due_on)


class NewSpeech(Input):
    """MEET-8. A place in the queue of one item."""

    model_config = Input.model_config | example(item=1)

    item: Item
