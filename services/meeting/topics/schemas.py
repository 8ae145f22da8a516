"""Wire shapes of topics."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from services.meeting.rules.parameters import Parameters
from services.meeting.rules.screening import Outcome, Questions
from services.meeting.rules.topics import TopicState
from services.meeting.sight import caller_on
from services.meeting.tables import Topic
from services.meeting.topics.actions import Proposal, Screening, Wish
from services.meeting.topics.moving import open_moves
from services.meeting.wire import CODE, COMPOUND_ID, MEETING_ID, TOPIC_ID, Building, Category, OpenMove, Title, Words
from shared.identity import Actor
from shared.wire import Flag, Input, Instant, Output, Text, example


class NewTopic(Input):
    """A topic put up. `client_id` is made by the client: a second one with it is the same topic."""

    model_config = Input.model_config | example(
        compound_id=COMPOUND_ID, title="修好三号楼楼道灯", words="二单元三层的灯坏了两个月,老人晚上上楼看不见。"
    )

    client_id: UUID | None = None
    compound_id: UUID
    title: Title
    words: Words

    def proposal(self) -> Proposal:
        return Proposal(self.client_id, self.compound_id, self.title, self.words)


class ChangeTopic(Input):
    """A correction by its proposer, while nobody has seconded it."""

    model_config = Input.model_config | example(title="修好三号楼楼道灯", words="二单元三层和五层的灯都坏了。")

    title: Title
    words: Words


class TestAnswers(Input):
    """MEET-2. The five questions of the screening test."""

    model_config = Input.model_config | example(
        inside_compound=True, lawful=True, private_quarrel=False, owners_matter=False, emergency=False
    )

    inside_compound: Flag
    lawful: Flag
    private_quarrel: Flag
    owners_matter: Flag
    emergency: Flag
    prepares_vote: Flag = False

    def test(self) -> Questions:
        return Questions(
            self.inside_compound,
            self.lawful,
            self.private_quarrel,
            self.owners_matter,
            self.emergency,
            self.prepares_vote,
        )


class NewScreening(Input):
    """What the office makes of a topic: MERGE names the other topic, TO_TICKET a category, REJECT where to go."""

    model_config = Input.model_config | example(
        test={
            "inside_compound": True,
            "lawful": True,
            "private_quarrel": False,
            "owners_matter": False,
            "emergency": False,
        },
        outcome="ACCEPT",
    )

    test: TestAnswers
    outcome: Outcome
    reason: Words | None = None
    where_to_go: Words | None = None
    merge_into: UUID | None = None
    category: Category | None = None
    building: Building | None = None
    entrance: Building | None = None

    def screening(self) -> Screening:
        place = (self.building, self.entrance)
        return Screening(
            self.test.test(), self.outcome, self.reason, self.where_to_go, self.merge_into, self.category, place
        )


class MoveTopic(Input):
    """A move (MEET-1). `allowed` of the topic says which fields a move needs."""

    model_config = Input.model_config | example(to="SCHEDULED", meeting_id=MEETING_ID)

    to: TopicState
    reason: Words | None = None
    meeting_id: UUID | None = None
    evaluation: Words | None = None

    def wish(self) -> Wish:
        return Wish(self.to, self.reason, self.meeting_id, self.evaluation)


class TopicSeen(Output):
    """A topic. Who put it up is not told; `mine` says that you did."""

    model_config = Output.model_config | example(
        id=TOPIC_ID,
        compound_id=COMPOUND_ID,
        compound_code=CODE,
        title="修好三号楼楼道灯",
        words="二单元三层的灯坏了两个月,老人晚上上楼看不见。",
        state="SCREENED",
        outcome="ACCEPT",
        reason=None,
        where_to_go=None,
        merged_into=None,
        test={"inside_compound": True, "lawful": True},
        seconds=12,
        joined=1,
        mine=False,
        seconded=True,
        meeting_id=None,
        problem_id=None,
        result=None,
        posted_at=None,
        evaluation=None,
        tasks_unfinished=0,
        proposed_at="2026-03-06T02:00:00Z",
        allowed=[{"to": "SCHEDULED", "needs": ["meeting_id"]}],
        version=2,
    )

    id: UUID
    compound_id: UUID
    compound_code: str
    title: str
    words: str
    state: TopicState
    outcome: Outcome | None
    reason: str | None
    where_to_go: str | None
    merged_into: UUID | None
    test: dict[str, bool] | None
    seconds: int
    joined: int
    mine: bool
    seconded: bool
    meeting_id: UUID | None
    problem_id: UUID | None
    result: Annotated[str, Text(10)] | None
    posted_at: Instant | None
    evaluation: str | None
    tasks_unfinished: int
    proposed_at: Instant
    allowed: list[OpenMove]
    version: int


def topic_seen(
    topic: Topic, unfinished: int, seconded: bool, actor: Actor, rules: Parameters, now: datetime
) -> TopicSeen:
    """A topic as one caller sees it."""
    computed: Mapping[str, Any] = {
        "mine": topic.proposer_id == actor.subject,
        "seconded": seconded,
        "tasks_unfinished": unfinished,
        "allowed": open_moves(topic, caller_on(actor, topic.compound_code), unfinished, rules, now),
    }
    plain = {name: getattr(topic, name) for name in TopicSeen.model_fields if name not in computed}
    return TopicSeen.model_validate({**plain, **computed})
