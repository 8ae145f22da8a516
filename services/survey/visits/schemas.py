"""How visits look on the wire."""

from typing import Annotated
from uuid import UUID

from services.survey.rules.visits import Outcome, Relation
from services.survey.visits.actions import VisitFacts, VisitMade
from shared.wire import Day, Flag, Input, Instant, Output, Text, example

_ID = "0197a3f2-0000-7000-8000-000000000061"
_ROUND = "0197a3f2-0000-7000-8000-000000000042"
_HOME = "0197a3f2-0000-7000-8000-00000000000a"
_WHO = "0197a3f2-0000-7000-8000-00000000000b"
_OTHER = "0197a3f2-0000-7000-8000-00000000000c"
_AT = "2026-11-23T02:31:00Z"
_FACTS = {
    "second_visitor": _OTHER,
    "outcome": "MET",
    "rented_out": False,
    "relation": "OWNER",
    "notice_version": "2026-1",
    "visited_at": "2026-11-23T10:30:00+08:00",
    "follow_up_on": None,
}


class ChangeVisit(Input):
    """What a visit brought. `relation` says who answered the door; rented out is a mark, not an outcome."""

    model_config = Input.model_config | example(**_FACTS)

    second_visitor: UUID
    outcome: Outcome
    rented_out: Flag = False
    relation: Relation | None = None
    notice_version: Annotated[str, Text(64)] | None = None
    visited_at: Instant
    follow_up_on: Day | None = None

    def facts(self) -> VisitFacts:
        return VisitFacts(
            self.second_visitor,
            self.outcome,
            self.rented_out,
            self.relation,
            self.notice_version,
            self.visited_at,
            self.follow_up_on,
        )


class NewVisit(ChangeVisit):
    """A visit of a home in a round. `id` is made by the device; the same sent again changes nothing."""

    model_config = Input.model_config | example(id=_ID, round_id=_ROUND, home_id=_HOME, **_FACTS)

    id: UUID
    round_id: UUID
    home_id: UUID

    def made(self) -> VisitMade:
        return VisitMade(self.id, self.round_id, self.home_id, self.facts())


class VisitSeen(Output):
    """A visit as it stands."""

    model_config = Output.model_config | example(
        id=_ID,
        round_id=_ROUND,
        home_id=_HOME,
        recorded_by=_WHO,
        received_at="2026-11-23T02:31:00Z",
        version=1,
        **_FACTS,
    )

    id: UUID
    round_id: UUID
    home_id: UUID
    recorded_by: UUID
    second_visitor: UUID
    outcome: str
    rented_out: bool
    relation: str | None
    notice_version: str | None
    visited_at: Instant
    follow_up_on: Day | None
    received_at: Instant
    version: int
