"""Results on the wire: every figure with what it is of, area in m² with two places."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.election.elections.schemas import ELECTION_ID
from services.election.results.actions import Counters
from services.election.rules.parameters import Kind, Preset
from shared.wire import Area, Count, Input, Instant, Output, Text, example

PERSON_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0009"
_COUNTERS = {
    "caller_id": PERSON_ID,
    "counter_id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0010",
    "scrutineer_id": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0011",
    "place": "社区居委会会议室",
}


class NewCount(Input):
    """BAL-7. Who calls, counts and watches: three different persons. Needed where papers are counted."""

    model_config = Input.model_config | example(**_COUNTERS)

    caller_id: UUID
    counter_id: UUID
    scrutineer_id: UUID
    place: Annotated[str, Text(100)]

    def counters(self) -> Counters:
        return Counters(self.caller_id, self.counter_id, self.scrutineer_id, self.place)


class NewRecount(Input):
    """Why it is counted again, and by whom."""

    model_config = Input.model_config | example(reason="异议成立:三号楼一张票误判为废票", counters=_COUNTERS)

    reason: Annotated[str, Text(500)]
    counters: NewCount | None = None

    def by(self) -> Counters | None:
        return self.counters.counters() if self.counters else None


_TEST: dict[str, Any] = {
    "test": "PARTICIPATION_AREA",
    "measure": "AREA",
    "part": "5400.00",
    "whole": "8000.00",
    "share": "≥ 2/3",
    "least": "5333.34",
    "inequality": "3*540000 >= 2*800000",
    "holds": True,
}


class TestSeen(Output):
    """VOTE-8. One inequality. `part`, `whole` and `least` (the smallest part that is enough) in heads, or in m² with
    two places; `inequality` as it was computed, in heads or hundredths of a m²."""

    model_config = Output.model_config | example(**_TEST)

    test: str
    measure: str
    part: str
    whole: str
    share: str
    least: str
    inequality: str
    holds: bool


class WeightSeen(Output):
    """Heads, and area in m²."""

    model_config = Output.model_config | example(heads=60, area="5400.00")

    heads: Count
    area: Area


class VerdictSeen(Output):
    """Passed or not, the tests that failed, and every test."""

    model_config = Output.model_config | example(passed=True, failed=[], tests=[_TEST])

    passed: bool
    failed: list[str]
    tests: list[TestSeen]


_ITEM: dict[str, Any] = {
    "number": 1,
    "title": "动用维修资金修缮三号楼屋面",
    "matter": "USE_FUND",
    "majority": "ORDINARY",
    "agree": {"heads": 31, "area": "2700.01"},
    "oppose": {"heads": 29, "area": "2699.99"},
    "abstain": {"heads": 0, "area": "0.00"},
    "invalid": {"heads": 0, "area": "0.00"},
    "silent": {"heads": 29, "area": "2600.00"},
    "not_agree": None,
    "not_taking_part": None,
    "passed": True,
    "failed": [],
    "tests": [_TEST],
    "silent_rule": "NONE",
    "with_silence": None,
    "stands": True,
}


class ItemResultSeen(Output):
    """One item. Where a side has fewer than five heads, its exact area would nearly name a home: the sides that do not
    agree are then told together, as `not_agree` and `not_taking_part`. `with_silence`: beside it, the result with
    silence counted, where an adopted rule says so (BAL-2); `stands`: which of them decides. In a members' vote the
    sums hold heads alone."""

    model_config = Output.model_config | example(**_ITEM)

    number: Count
    title: str
    matter: str | None
    majority: str
    agree: WeightSeen
    oppose: WeightSeen | None
    abstain: WeightSeen | None
    invalid: WeightSeen | None
    silent: WeightSeen | None
    not_agree: WeightSeen | None
    not_taking_part: WeightSeen | None
    passed: bool
    failed: list[str]
    tests: list[TestSeen]
    silent_rule: str
    with_silence: VerdictSeen | None
    stands: bool


class RankedSeen(Output):
    """BAL-11. One nominee. `by_lot`: parted from his equals by the lot, as they lay across the border of the seats."""

    model_config = Output.model_config | example(
        rank=1, number=3, name="赵敏", marks=288, seated=True, by_lot=False, ticket=None
    )

    rank: Count
    number: Count
    name: str
    marks: Count
    seated: bool
    by_lot: bool
    ticket: str | None
    """SHA-256 of `seed|election|number`, where the lot was drawn; the smallest comes first."""


class CandidateSeen(Output):
    """COM-1. One candidate with his own four figures; `rank` null: he did not pass. `fewer`: so few
    marked him that their area would nearly name a home; he has less heads than this. `reserve`: his place in the order
    in which reserve members move up, from 1."""

    model_config = Output.model_config | example(
        number=3, name="赵敏", heads=61, area="5512.40", fewer=None, rank=1, elected=True, by_lot=False, reserve=None,
        passed=True, failed=[], tests=[_TEST],
    )  # fmt: skip

    number: Count
    name: str
    heads: Count | None
    area: Area | None
    fewer: Count | None
    rank: Count | None
    elected: bool
    by_lot: bool
    reserve: Count | None
    passed: bool
    failed: list[str]
    tests: list[TestSeen]


_HOUSEHOLD: dict[str, Any] = {
    "households": 612,
    "cast": 406,
    "valid": 400,
    "invalid": 6,
    "turnout_inequality": "2*406 >= 1*612",
    "turnout_reached": True,
    "ranking": [RankedSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
}


class HouseholdResultSeen(Output):
    """BAL-11. A household ballot, advisory."""

    model_config = Output.model_config | example(**_HOUSEHOLD)

    households: Count
    cast: Count
    valid: Count
    invalid: Count
    turnout_inequality: str
    turnout_reached: bool
    ranking: list[RankedSeen]


class ResultSeen(Output):
    """VOTE-8. One count. By kind one of `household`, `items`, `candidates` is there. `provisional` until the election
    is FINAL; `digest` is SHA-256 of the canonical figures, as the COUNTED line `log_index` of the public log says."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        number=1,
        kind="T2",
        preset="HOUSEHOLD_BALLOT",
        outcome="RANKED",
        advisory=True,
        provisional=True,
        seats=2,
        seed="5f2b6d0c9a7e4c1d8b3a2f1e0d9c8b7a",
        roll=None,
        household=_HOUSEHOLD,
        items=None,
        candidates=None,
        reason=None,
        digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        log_index=409,
        counted_at="2026-12-08T10:30:00Z",
        post_by="2026-12-11T16:00:00Z",
        posted_until=None,
    )

    election_id: UUID
    number: Count
    kind: Kind
    preset: Preset
    outcome: str
    advisory: bool
    provisional: bool
    seats: Count
    seed: str
    roll: WeightSeen | None
    household: HouseholdResultSeen | None
    items: list[ItemResultSeen] | None
    candidates: list[CandidateSeen] | None
    reason: str | None
    digest: str
    log_index: Count
    counted_at: Instant
    post_by: Instant | None
    """PUB-3. By when this count is to be posted; null where the calendar of that day is not published."""
    posted_until: Instant | None


class ResultsSeen(Output):
    model_config = Output.model_config | example(
        items=[ResultSeen.model_config["json_schema_extra"]["examples"][0]]  # type: ignore[index]
    )

    items: Annotated[list[ResultSeen], Field(max_length=100)]
