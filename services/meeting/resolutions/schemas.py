"""Wire shapes of resolutions."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.meeting.resolutions.actions import Cast, Counted, Motion
from services.meeting.rules.roles import Part
from services.meeting.rules.votes import BINDS_NO_OWNER, RESOLUTION_MOVES, Choice, Method, ResolutionState, VoteCase
from services.meeting.tables import Resolution
from services.meeting.tasks.making import NewTask
from services.meeting.wire import (
    CODE,
    COMPOUND_ID,
    DIGEST,
    MEETING_ID,
    PARTICIPANT_ID,
    RESOLUTION_ID,
    TOPIC_ID,
    Building,
    Category,
    Item,
    OpenMove,
    Title,
    Words,
)
from shared.wire import Day, Input, Instant, Output, Whole, example


class NewResolution(Input):
    """A text put to the vote on one item of the announced agenda."""

    model_config = Input.model_config | example(item=1, text="两周内修好三号楼二单元楼道灯。", method="NAMED")

    item: Item
    text: Words
    method: Method = Method.NAMED

    def motion(self) -> Motion:
        return Motion(self.item, self.text, self.method)


class NewVote(Input):
    """One vote. `participant_id` only for a member without an account, entered at the table."""

    model_config = Input.model_config | example(choice="AGREE")

    choice: Choice
    participant_id: UUID | None = None

    def cast(self) -> Cast:
        return Cast(self.choice, self.participant_id)


Hands = Annotated[Whole, Field(ge=0, le=10_000)]


class HandCount(Input):
    """Hands counted in the room."""

    model_config = Input.model_config | example(agree=12, oppose=1, abstain=1)

    agree: Hands
    oppose: Hands
    abstain: Hands


class CloseVote(Input):
    """The end of a vote; `counted` for a show of hands only."""

    model_config = Input.model_config | example(counted=None)

    counted: HandCount | None = None

    def count(self) -> Counted | None:
        found = self.counted
        return Counted(found.agree, found.oppose, found.abstain) if found else None


class NewTaskOf(Input):
    """MEET-6. What is to be done, by whom, until when. It lives on as a ticket of this category."""

    model_config = Input.model_config | example(
        words="修好三号楼二单元三层楼道灯",
        category="facilities.stair_lamp",
        building="3",
        entrance="2",
        owner="社区网格员",
        due_on="2026-03-28",
    )

    words: Words
    category: Category
    building: Building | None = None
    entrance: Building | None = None
    owner: Title
    due_on: Day

    def task(self) -> NewTask:
        return NewTask(self.words, self.category, self.building, self.entrance, self.owner, self.due_on)


class ResolutionSeen(Output):
    """A resolution. How anybody voted is not told; figures only once it is closed (`null` before)."""

    model_config = Output.model_config | example(
        id=RESOLUTION_ID,
        meeting_id=MEETING_ID,
        compound_id=COMPOUND_ID,
        compound_code=CODE,
        item=1,
        topic_id=TOPIC_ID,
        text="两周内修好三号楼二单元楼道灯。",
        text_digest=DIGEST,
        method="NAMED",
        state="PASSED",
        members=21,
        electors=14,
        present_at_close=14,
        agree=12,
        oppose=1,
        abstain=1,
        put_at="2026-03-14T11:30:00Z",
        opened_at="2026-03-14T11:40:00Z",
        closed_at="2026-03-14T11:45:00Z",
        notice_zh=BINDS_NO_OWNER[0],
        notice_en=BINDS_NO_OWNER[1],
        allowed=[],
        version=3,
    )

    id: UUID
    meeting_id: UUID
    compound_id: UUID
    compound_code: str
    item: int
    topic_id: UUID | None
    text: str
    text_digest: str
    method: Method
    state: ResolutionState
    members: int | None
    electors: int | None
    present_at_close: int | None
    agree: int | None
    oppose: int | None
    abstain: int | None
    put_at: Instant
    opened_at: Instant | None
    closed_at: Instant | None
    notice_zh: str
    notice_en: str
    allowed: list[OpenMove]
    version: int


class VotedSeen(Output):
    """MEET-3. The vote is taken; what it was is not repeated."""

    model_config = Output.model_config | example(
        resolution_id=RESOLUTION_ID, participant_id=PARTICIPANT_ID, recorded=True
    )

    resolution_id: UUID
    participant_id: UUID | None
    recorded: bool


_SURE = VoteCase(meeting_is_open=True, has_begun=True, kind_resolves=True, is_announced=True, quorum_stands=True)


def resolution_seen(row: Resolution, parts: frozenset[Part]) -> ResolutionSeen:
    """MEET-4 says itself with every resolution. `allowed` by state and part; quorum is judged when it is asked for."""
    found = RESOLUTION_MOVES.allowed(ResolutionState(row.state), parts, _SURE)
    moves: list[dict[str, Any]] = [{"to": to.value, "needs": []} for to, _ in found]
    computed = {"notice_zh": BINDS_NO_OWNER[0], "notice_en": BINDS_NO_OWNER[1], "allowed": moves}
    plain = {name: getattr(row, name) for name in ResolutionSeen.model_fields if name not in computed}
    return ResolutionSeen.model_validate({**plain, **computed})
