"""How rounds of visits look on the wire."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.survey.rounds.actions import Plan
from services.survey.rounds.queries import standings
from services.survey.rules.roles import DESK, RoundMove, RoundState, allowed_moves
from services.survey.rules.visits import Coverage, Outcome, counted_record, home_state, is_disputed
from services.survey.submissions.schemas import Purpose, SubmissionSeen
from services.survey.tables import Round, RoundHome
from services.survey.visits.schemas import VisitSeen
from shared.identity import Actor
from shared.wire import Count, Input, Instant, Output, Text, Whole, example

_ID = "0197a3f2-0000-7000-8000-000000000042"
_SURVEY = "0197a3f2-0000-7000-8000-000000000041"
_COMPOUND = "0197a3f2-0000-7000-8000-000000000001"
_HOME = "0197a3f2-0000-7000-8000-00000000000a"
_RECORD = "0197a3f2-0000-7000-8000-000000000051"
_AT = "2026-11-23T02:30:00Z"


class NewRound(Input):
    """A round over all homes of the compound, or of some buildings; with the newest version unless one is named."""

    model_config = Input.model_config | example(survey_id=_SURVEY, title="十一月入户", number=None, buildings=["3"])

    survey_id: UUID
    title: Annotated[str, Text(120)]
    number: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    buildings: Annotated[list[Annotated[str, Text(20)]], Field(max_length=200)] = []

    def plan(self) -> Plan:
        return Plan(self.survey_id, self.number, self.title, tuple(self.buildings))


class MoveRound(Input):
    """Close it, open it again, or publish its figures once and for good."""

    model_config = Input.model_config | example(move="CLOSE")

    move: RoundMove


class HomesTaken(Input):
    """Homes to take along, or to give back."""

    model_config = Input.model_config | example(home_ids=[_HOME])

    home_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ChooseRecord(Input):
    """Which of a home's records figures shall use (VIS-3)."""

    model_config = Input.model_config | example(submission_id=_RECORD)

    submission_id: UUID


class RoundSeen(Output):
    """A round of visits."""

    model_config = Output.model_config | example(
        id=_ID, compound_id=_COMPOUND, survey_id=_SURVEY, survey_number=1, title="十一月入户", buildings=["3"],
        homes=52, tries=3, state="OPEN", opened_at=_AT, closed_at=None, published_at=None, version=1, allowed=["CLOSE"],
    )  # fmt: skip

    id: UUID
    compound_id: UUID
    survey_id: UUID
    survey_number: int
    title: str
    buildings: list[str]
    homes: int
    tries: int
    state: str
    opened_at: Instant
    closed_at: Instant | None
    published_at: Instant | None
    version: int
    allowed: list[str]

    @classmethod
    def of(cls, row: Round, actor: Actor) -> "RoundSeen":
        names = [name for name in cls.model_fields if name != "allowed"]
        allowed = allowed_moves(RoundState(row.state), actor.holds(DESK, row.compound_code))
        return cls(**{name: getattr(row, name) for name in names}, allowed=[move.value for move in allowed])


class OutcomesSeen(Output):
    """Visits by outcome."""

    model_config = Output.model_config | example(MET=420, ABSENT=97, REFUSED=31, EMPTY=40, WRONG_ADDRESS=2)

    MET: Count
    ABSENT: Count
    REFUSED: Count
    EMPTY: Count
    WRONG_ADDRESS: Count


class CoverageSeen(Output):
    """VIS-1. `done` homes with a final outcome over all `homes`; `disputed` homes wait for the office to choose."""

    model_config = Output.model_config | example(
        homes=612, done=540, tried=33, unvisited=39, disputed=2, share={"numerator": 540, "denominator": 612},
        visits={"MET": 470, "ABSENT": 97, "REFUSED": 31, "EMPTY": 40, "WRONG_ADDRESS": 2},
    )  # fmt: skip

    homes: int
    done: int
    tried: int
    unvisited: int
    disputed: int
    share: dict[str, int]
    visits: OutcomesSeen

    @classmethod
    def of(cls, found: Coverage) -> "CoverageSeen":
        return cls(
            homes=found.homes,
            done=found.done,
            tried=found.tried,
            unvisited=found.homes - found.done - found.tried,
            disputed=found.disputed,
            share={"numerator": found.done, "denominator": found.homes},
            visits=OutcomesSeen(**{outcome.value: count for outcome, count in found.outcomes.items()}),
        )


class RoundHomeSeen(Output):
    """A home of a round: UNVISITED, TRIED (absent, tries left) or DONE."""

    model_config = Output.model_config | example(
        home_id=_HOME, building="3", entrance="2", label="3-2-501", visitor_id=None, state="TRIED", visits=1, records=0,
        disputed=False, counted=None, chosen_id=None, version=1,
    )  # fmt: skip

    home_id: UUID
    building: str
    entrance: str
    label: str
    visitor_id: UUID | None
    state: str
    visits: int
    records: int
    disputed: bool
    counted: UUID | None
    chosen_id: UUID | None
    version: int

    @classmethod
    def of(cls, row: Any, tries: int) -> "RoundHomeSeen":
        """From a row of `queries.homes_of_round`."""
        home: RoundHome = row[0]
        outcomes = [Outcome(one) for one in row.outcomes or ()]
        records = standings(row.records, row.states)
        return cls(
            **{name: getattr(home, name) for name in ("home_id", "building", "entrance", "label", "visitor_id")},
            state=home_state(outcomes, tries),
            visits=len(outcomes),
            records=len(records),
            disputed=is_disputed(records, home.chosen_id),
            counted=counted_record(records, home.chosen_id),
            chosen_id=home.chosen_id,
            version=home.version,
        )


class HomesSeen(Output):
    """The homes that were taken or given back."""

    model_config = Output.model_config | example(home_ids=[_HOME])

    home_ids: list[UUID]


class SideBySide(Output):
    """VIS-3. All that is recorded of one home in one round, nothing merged."""

    model_config = Output.model_config | example(
        home_id=_HOME, label="3-2-501", chosen_id=None, version=1, visits=[], records=[]
    )

    home_id: UUID
    label: str
    chosen_id: UUID | None
    version: int
    visits: list[VisitSeen]
    records: list[SubmissionSeen]


class ReadOffers(Input):
    """VIS-6. Which consent to go by, and what for; the purpose is kept in the audit."""

    model_config = Input.model_config | example(consent="SERVE", purpose="推荐物管会委员人选")

    consent: Purpose
    purpose: Annotated[str, Text(200)]


class OfferSeen(Output):
    """What a home said under the consent, by JSON pointer; several choices with spaces between."""

    model_config = Output.model_config | example(
        home_id=_HOME, building="3", entrance="2", label="3-2-501", said={"/willing_to_serve": "PMC COUNCIL"}
    )

    home_id: UUID
    building: str
    entrance: str
    label: str
    said: dict[str, str]


class OffersSeen(Output):
    """The homes that consented, in the register's order."""

    model_config = Output.model_config | example(consent="SERVE", items=[])

    consent: str
    items: list[OfferSeen]


class CellSeen(Output):
    """One cell; `count` null: hidden (VIS-4)."""

    model_config = Output.model_config | example(cell="YES", count=None)

    cell: str
    count: int | None


class TableSeen(Output):
    """The figures of one question; `total` sums a whole number, null where hidden."""

    model_config = Output.model_config | example(
        question="party_member", kind="SELECT_ONE", counts=[{"cell": "YES", "count": 88}], total=None
    )

    question: str
    kind: str
    counts: list[CellSeen]
    total: int | None


class FiguresSeen(Output):
    """VIS-4. `records` null: fewer than `threshold` records, nothing is shown. `published` is frozen."""

    model_config = Output.model_config | example(
        round_id=_ID, published=True, threshold=5, records=540, tables=[
            {"question": "party_member", "kind": "SELECT_ONE", "counts": [{"cell": "YES", "count": 88}], "total": None}
        ],
    )  # fmt: skip

    round_id: UUID
    published: bool
    threshold: int
    records: int | None
    tables: list[TableSeen]
