"""What callers are shown of elections: never a choice, and a result only once it is counted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.election.elections.announcing import announced_text
from services.election.elections.nominees import Name
from services.election.elections.queries import RollTotals, Turnout, facts_of
from services.election.elections.schemas import COMPOUND_ID, ELECTION_ID, HOME_ID
from services.election.rules.household import Voters
from services.election.rules.parameters import Kind
from services.election.rules.roles import DESK_ROLES, VOTER_ROLES
from services.election.rules.states import State, allowed, takes_ballots
from services.election.rules.turnout import STEP
from services.election.tables import Election
from services.election.tables import Step as StepRow
from shared.identity import Actor
from shared.wire import Count, Instant, Output, example

CAST = "CAST"
"""What a voter may do, beside the desk's steps."""

_LISTED: dict[str, Any] = {
    "id": ELECTION_ID,
    "compound_id": COMPOUND_ID,
    "compound_code": "140109013001001",
    "kind": "T2",
    "state": "OPEN",
    "title": "物业管理委员会业主代表推选",
    "seats": 2,
    "round": 1,
    "repeats_id": None,
    "opens_at": "2026-12-01T01:00:00Z",
    "closes_at": "2026-12-08T10:00:00Z",
    "households": 612,
    "allowed": ["CAST"],
}


class ElectionListed(Output):
    """One election in a list. `households`: dwellings on its frozen roll, 0 before."""

    model_config = Output.model_config | example(**_LISTED)

    id: UUID
    compound_id: UUID
    compound_code: str
    kind: Kind
    state: State
    title: str
    seats: Count
    round: Count
    repeats_id: UUID | None
    opens_at: Instant
    closes_at: Instant
    households: Count
    allowed: list[str]


class NomineeSeen(Output):
    model_config = Output.model_config | example(number=1, name="王秀兰", words="退休教师")

    number: Count
    name: str
    words: str


class ParametersSeen(Output):
    """The rule set as it is frozen into the election."""

    model_config = Output.model_config | example(
        voters="ADULT_RESIDENT",
        shops_vote=False,
        unsold_vote=False,
        max_marks=None,
        turnout_above=1,
        turnout_below=2,
        notice_days=3,
        window_min_days=5,
        window_max_days=60,
        revote=True,
    )

    voters: Voters
    shops_vote: bool
    unsold_vote: bool
    max_marks: Count | None
    turnout_above: Count
    turnout_below: Count
    notice_days: Count
    window_min_days: Count
    window_max_days: Count
    revote: bool


class ElectionSeen(ElectionListed):
    """An election whole. `seed` of the lot and `text_digest` are there from the announcement on."""

    model_config = Output.model_config | example(
        **_LISTED,
        words="每户一票,至多划二人。",
        buildings=["3"],
        parameters=ParametersSeen.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
        nominees=[{"number": 1, "name": "王秀兰", "words": ""}],
        seed="5f2b6d0c9a7e4c1d8b3a2f1e0d9c8b7a",
        text_digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        announced_at="2026-11-27T08:00:00Z",
        opened_at="2026-12-01T01:00:00Z",
        closed_at=None,
        version=4,
    )

    words: str
    buildings: list[str]
    parameters: ParametersSeen
    nominees: list[NomineeSeen]
    seed: str | None
    text_digest: str | None
    announced_at: Instant | None
    opened_at: Instant | None
    closed_at: Instant | None
    version: Count


class AnnouncementSeen(Output):
    """VOTE-9. The announced text as it was hashed: SHA-256 of its UTF-8 bytes is `digest`."""

    model_config = Output.model_config | example(
        algorithm="SHA-256", digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", text="{}"
    )

    algorithm: str
    digest: str
    text: str


class StepSeen(Output):
    """One step of the path."""

    model_config = Output.model_config | example(
        position=2, from_state="DRAFT", to_state="ROLL_POSTED", at="2026-11-26T08:00:00Z", reason=None
    )

    position: Count
    from_state: State | None
    to_state: State
    at: Instant
    reason: str | None


class BuildingRoll(Output):
    model_config = Output.model_config | example(building="3", households=48)

    building: str
    households: Count


class HomeOnRoll(Output):
    """One's own row of the roll."""

    model_config = Output.model_config | example(home_id=HOME_ID, label="3-2-501")

    home_id: UUID
    label: str


class RollSeen(Output):
    """The frozen roll: totals by building, one's own homes in full, no other row (BAL-9)."""

    model_config = Output.model_config | example(
        households=612,
        area_unknown=3,
        owner_unknown=5,
        buildings=[{"building": "3", "households": 48}],
        mine=[{"home_id": HOME_ID, "label": "3-2-501"}],
    )

    households: Count
    area_unknown: Count
    owner_unknown: Count
    buildings: list[BuildingRoll]
    mine: list[HomeOnRoll]


class BuildingTurnoutSeen(Output):
    model_config = Output.model_config | example(building="3", households=48, cast=30)

    building: str
    households: Count
    cast: Count


class TurnoutSeen(Output):
    """BAL-9. How many households have cast. `exact` false: as of the hour, rounded down to `step` homes."""

    model_config = Output.model_config | example(
        households=612, cast=320, as_of="2026-12-02T03:00:00Z", exact=False, step=10, buildings=None
    )

    households: Count
    cast: Count
    as_of: Instant
    exact: bool
    step: Count
    buildings: list[BuildingTurnoutSeen] | None


def steps_for(actor: Actor, election: Election, now: datetime) -> list[str]:
    """What this caller may do with it now."""
    facts = facts_of(election)
    found: list[str] = []
    if actor.holds(DESK_ROLES, election.compound_code):
        found = [str(step) for step in allowed(facts, now)]
    if takes_ballots(facts, now) and actor.holds(VOTER_ROLES, election.compound_code):
        found.append(CAST)
    return found


def _listed(election: Election, actor: Actor, now: datetime) -> dict[str, Any]:
    names = ("id", "compound_id", "compound_code", "kind", "state", "title", "seats", "round", "repeats_id")
    row = {name: getattr(election, name) for name in names}
    row |= {"opens_at": election.opens_at, "closes_at": election.closes_at, "households": election.entries}
    return row | {"allowed": steps_for(actor, election, now)}


def listed(election: Election, actor: Actor, now: datetime) -> ElectionListed:
    return ElectionListed.model_validate(_listed(election, actor, now))


def seen(election: Election, names: Sequence[Name], actor: Actor, now: datetime) -> ElectionSeen:
    announced = election.announced_at is not None
    return ElectionSeen.model_validate(
        _listed(election, actor, now)
        | {
            "words": election.words,
            "buildings": election.buildings,
            "parameters": election.rules,
            "nominees": list(names),
            "seed": election.seed if announced else None,
            "text_digest": election.text_digest.hex() if election.text_digest else None,
            "announced_at": election.announced_at,
            "opened_at": election.opened_at,
            "closed_at": election.closed_at,
            "version": election.version,
        }
    )


def announcement(election: Election, names: Sequence[Name]) -> AnnouncementSeen:
    digest = election.text_digest.hex() if election.text_digest else ""
    return AnnouncementSeen(algorithm="SHA-256", digest=digest, text=announced_text(election, names))


def step_seen(step: StepRow) -> StepSeen:
    return StepSeen.model_validate(step)


def roll(election: Election, totals: RollTotals) -> RollSeen:
    return RollSeen(
        households=election.entries,
        area_unknown=totals.area_unknown,
        owner_unknown=totals.owner_unknown,
        buildings=[BuildingRoll.model_validate(one) for one in totals.buildings],
        mine=[HomeOnRoll.model_validate(home) for home in totals.mine],
    )


def turnout(found: Turnout) -> TurnoutSeen:
    buildings = found.buildings
    return TurnoutSeen(
        households=found.households,
        cast=found.cast,
        as_of=found.as_of,
        exact=found.exact,
        step=1 if found.exact else STEP,
        buildings=None if buildings is None else [BuildingTurnoutSeen.model_validate(one) for one in buildings],
    )
