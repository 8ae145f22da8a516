"""What callers send about elections."""

from dataclasses import replace
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.election.elections.actions import Again, Draft
from services.election.elections.nominees import Name
from services.election.rules.household import Voters
from services.election.rules.parameters import DEFAULTS, PARAMETERS, Preset, Rules
from shared.wire import Flag, Input, Instant, Text, Whole, example

ELECTION_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c"
COMPOUND_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001"
HOME_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0005"
MOST_NAMES = 200
MOST_SEATS = 50


_USUAL = DEFAULTS[Preset.HOUSEHOLD_BALLOT]


def _in(name: str) -> object:
    bounds = PARAMETERS[name].range
    assert bounds is not None, f"{name} is a number"
    return Field(ge=bounds.least, le=bounds.most)


class HouseholdParameters(Input):
    """What differs by place, frozen when the election is announced. Left out: the default of the rule set."""

    model_config = Input.model_config | example(voters="ADULT_RESIDENT", max_marks=3, notice_days=3)

    voters: Voters = _USUAL.voters
    shops_vote: Flag = _USUAL.shops_vote
    unsold_vote: Flag = _USUAL.unsold_vote
    max_marks: Annotated[Whole, _in("max_marks")] | None = _USUAL.max_marks
    turnout_above: Annotated[Whole, _in("turnout_above")] = _USUAL.turnout_above
    turnout_below: Annotated[Whole, _in("turnout_below")] = _USUAL.turnout_below
    notice_days: Annotated[Whole, _in("notice_days")] = _USUAL.notice_days
    window_min_days: Annotated[Whole, _in("window_min_days")] = _USUAL.window_min_days
    window_max_days: Annotated[Whole, _in("window_max_days")] = _USUAL.window_max_days
    revote: Flag = _USUAL.revote

    def rules(self) -> Rules:
        return replace(_USUAL, **self.model_dump())


class NewNominee(Input):
    """A name on the ballot. `consents`: he agreed to stand and to be named in full to residents (PUB-4)."""

    model_config = Input.model_config | example(name="王秀兰", words="退休教师,三号楼楼长", consents=True)

    name: Annotated[str, Text(40)]
    words: Annotated[str, Text(500, 0)] = ""
    consents: Literal[True]


_DRAFT = {
    "title": "物业管理委员会业主代表推选",
    "words": "每户一票,至多划三人。",
    "seats": 2,
    "buildings": ["3"],
    "opens_at": "2026-12-01T09:00:00+08:00",
    "closes_at": "2026-12-08T18:00:00+08:00",
    "nominees": [{"name": name, "words": "", "consents": True} for name in ("王秀兰", "李建国", "赵敏")],
    "parameters": {"max_marks": 2},
}


class ChangeElection(Input):
    """The whole of a draft, as it shall read. Nominees are numbered from 1 in the order given."""

    model_config = Input.model_config | example(**_DRAFT)

    title: Annotated[str, Text(80)]
    words: Annotated[str, Text(5000)]
    seats: Annotated[Whole, Field(ge=1, le=MOST_SEATS)]
    buildings: Annotated[list[Annotated[str, Text(10)]], Field(max_length=200)] = []
    opens_at: Instant
    closes_at: Instant
    nominees: Annotated[list[NewNominee], Field(max_length=MOST_NAMES)] = []
    parameters: HouseholdParameters = HouseholdParameters()

    @model_validator(mode="after")
    def _window_runs_forward(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise PydanticCustomError("window", "closes before it opens")
        return self

    def draft(self) -> Draft:
        names = tuple(Name(place + 1, one.name, one.words) for place, one in enumerate(self.nominees))
        buildings = tuple(dict.fromkeys(self.buildings))
        rules = self.parameters.rules()
        return Draft(self.title, self.words, self.seats, buildings, self.opens_at, self.closes_at, names, rules)


class NewElection(ChangeElection):
    """An election of one compound, from a rule set; so far household ballots (T2)."""

    model_config = Input.model_config | example(compound_id=COMPOUND_ID, rule_set="HOUSEHOLD_BALLOT", **_DRAFT)

    compound_id: UUID
    rule_set: Literal["HOUSEHOLD_BALLOT"]


class CancelElection(Input):
    """Why an election is called off before it opens."""

    model_config = Input.model_config | example(reason="候选人名单有误,更正后重新公告")

    reason: Annotated[str, Text(500)]


class RepeatElection(Input):
    """When the second ballot runs."""

    model_config = Input.model_config | example(
        opens_at="2026-12-20T09:00:00+08:00", closes_at="2026-12-27T18:00:00+08:00"
    )

    opens_at: Instant
    closes_at: Instant

    @model_validator(mode="after")
    def _window_runs_forward(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise PydanticCustomError("window", "closes before it opens")
        return self

    def again(self) -> Again:
        return Again(self.opens_at, self.closes_at)
