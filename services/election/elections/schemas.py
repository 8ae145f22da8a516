"""What callers send about elections."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.election.elections.drafting import Again, Draft, Wish
from services.election.elections.items import Member, Question
from services.election.elections.nominees import Name
from services.election.rules.decisions import Matter
from services.election.rules.parameters import Preset
from services.election.rulesets.queries import Chosen
from services.election.rulesets.schemas import Parameters
from shared.problems import Invalid
from shared.wire import Flag, Input, Instant, Text, Whole, example, fault

ELECTION_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c"
COMPOUND_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001"
HOME_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0005"
MOST_NAMES = 200
MOST_SEATS = 50
MOST_ITEMS = 50
MOST_MEMBERS = 50
ONE_SOURCE = ("rule_set 与 rule_set_id 须填且只填一个", "give either rule_set or rule_set_id")
BACKWARDS = fault("closes_at", "window", "截止时间须晚于开始时间", "must come after opens_at")


class NewNominee(Input):
    """A name on the ballot. `consents`: he agreed to stand and to be named in full to residents (PUB-4)."""

    model_config = Input.model_config | example(name="王秀兰", words="退休教师,三号楼楼长", consents=True)

    name: Annotated[str, Text(40)]
    words: Annotated[str, Text(500, 0)] = ""
    consents: Literal[True]


class NewItem(Input):
    """One question of a decision. `matter` says which majority it needs; of a members' vote it is left out."""

    model_config = Input.model_config | example(
        matter="USE_FUND", title="使用维修资金更换3号楼电梯", words="预算 260000 元,方案见附件。"
    )

    matter: Matter | None = None
    title: Annotated[str, Text(200)]
    words: Annotated[str, Text(5000, 0)] = ""


class NewMember(Input):
    """A member of the committee in a members' vote; owners among them are counted apart (PMC-4)."""

    model_config = Input.model_config | example(person_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a0007", owner=True)

    person_id: UUID
    owner: Flag


_DRAFT = {
    "title": "物业管理委员会业主代表推选",
    "words": "每户一票,至多划二人。",
    "seats": 2,
    "buildings": ["3"],
    "opens_at": "2026-12-01T09:00:00+08:00",
    "closes_at": "2026-12-08T18:00:00+08:00",
    "nominees": [{"name": name, "words": "", "consents": True} for name in ("王秀兰", "李建国", "赵敏")],
    "parameters": {"max_marks": 2},
}


class ChangeElection(Input):
    """The whole of a draft, as it shall read. Items and nominees are numbered from 1 in the order given.

    A decision has items, a ballot of names has nominees and seats, a members' vote has items and members.
    """

    model_config = Input.model_config | example(**_DRAFT)

    title: Annotated[str, Text(80)]
    words: Annotated[str, Text(5000)]
    seats: Annotated[Whole, Field(ge=1, le=MOST_SEATS)] | None = None
    buildings: Annotated[list[Annotated[str, Text(10)]], Field(max_length=200)] = []
    """As `list_buildings` names them: `3`, not `3号楼`."""
    entrances: Annotated[list[Annotated[str, Text(21)]], Field(max_length=500)] = []
    """`building-entrance` (`3-2`), beside whole buildings; none of both: the whole compound."""
    opens_at: Instant
    closes_at: Instant
    nominees: Annotated[list[NewNominee], Field(max_length=MOST_NAMES)] = []
    items: Annotated[list[NewItem], Field(max_length=MOST_ITEMS)] = []
    members: Annotated[list[NewMember], Field(max_length=MOST_MEMBERS)] = []
    parameters: Parameters = Parameters()
    """What differs from the preset; of an election from a rule set nothing."""
    rule_set_version: Annotated[Whole, Field(ge=1, le=2**31 - 1)] | None = None
    """Of the rule set that it is made from; left out: the newest, or on a change the one it has."""
    silence_adopted: Annotated[str, Text(500)] | None = None
    """BAL-2. Name and date of the adopted rule of procedure that lets silence count."""

    @model_validator(mode="after")
    def _window_runs_forward(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise BACKWARDS
        return self

    def draft(self) -> Draft:
        return Draft(
            title=self.title,
            words=self.words,
            seats=self.seats or 0,
            buildings=tuple(dict.fromkeys(self.buildings)),
            entrances=tuple(dict.fromkeys(self.entrances)),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            names=tuple(Name(place + 1, one.name, one.words) for place, one in enumerate(self.nominees)),
            items=tuple(Question(place + 1, one.matter, one.title, one.words) for place, one in enumerate(self.items)),
            members=tuple(Member(one.person_id, one.owner) for one in self.members),
            parameters=self.parameters.given(),
            silence_adopted=self.silence_adopted,
        )


class NewElection(ChangeElection):
    """An election of one compound: from a preset (`rule_set`), or from a rule set of the place (`rule_set_id`)."""

    model_config = Input.model_config | example(compound_id=COMPOUND_ID, rule_set="HOUSEHOLD_BALLOT", **_DRAFT)

    compound_id: UUID
    rule_set: Preset | None = None
    rule_set_id: UUID | None = None

    def wish(self) -> Wish:
        """Errors: Invalid, where it is made from nothing or from two."""
        if self.rule_set is not None and self.rule_set_id is not None:
            raise Invalid(errors=[{"pointer": "/rule_set_id", "code": "extra_forbidden", "words": ONE_SOURCE}])
        source = self.rule_set or (Chosen(self.rule_set_id, self.rule_set_version) if self.rule_set_id else None)
        if source is None:
            raise Invalid(errors=[{"pointer": "/rule_set", "code": "missing", "words": ONE_SOURCE}])
        return Wish(self.compound_id, source, self.draft())


class CancelElection(Input):
    """Why an election is called off before it opens."""

    model_config = Input.model_config | example(reason="候选人名单有误,更正后重新公告")

    reason: Annotated[str, Text(500)]


class Window(Input):
    """When ballots are taken."""

    model_config = Input.model_config | example(
        opens_at="2026-12-20T09:00:00+08:00", closes_at="2026-12-27T18:00:00+08:00"
    )

    opens_at: Instant
    closes_at: Instant

    @model_validator(mode="after")
    def _window_runs_forward(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise BACKWARDS
        return self

    def again(self) -> Again:
        return Again(self.opens_at, self.closes_at)


class RepeatElection(Window):
    """When the next ballot runs."""


class AnnounceElection(Window):
    """The window as it is announced, where the posting of the roll took longer than the draft foresaw."""
