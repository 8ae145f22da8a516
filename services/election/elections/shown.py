"""What callers are shown of elections: never a choice, and a result only once it is counted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.election.elections.announcing import announced_text
from services.election.elections.items import Parts
from services.election.elections.queries import Turnout, allowed_now, facts_of
from services.election.elections.schemas import COMPOUND_ID, ELECTION_ID
from services.election.rules.decisions import Matter
from services.election.rules.parameters import DEFAULTS, Kind, Preset, kept
from services.election.rules.roles import CASTERS, DESK_ROLES
from services.election.rules.states import State, casts_online, takes_ballots
from services.election.rules.turnout import STEP
from services.election.rulesets.terms import Setting
from services.election.tables import Election
from services.election.tables import Step as StepRow
from shared.identity import Actor
from shared.wire import Area, Count, Instant, Output, answered, example

CAST = "CAST"
"""What a voter may do, beside the desk's steps."""
CHANGE = "CHANGE"
"""What the desk may do with a draft, beside its steps (VOTE-9)."""

_LISTED: dict[str, Any] = {
    "id": ELECTION_ID,
    "compound_id": COMPOUND_ID,
    "compound_code": "140109013001001",
    "kind": "T2",
    "preset": "HOUSEHOLD_BALLOT",
    "state": "OPEN",
    "title": "物业管理委员会业主代表推选",
    "seats": 2,
    "round": 1,
    "repeats_id": None,
    "opens_at": "2026-12-01T01:00:00Z",
    "closes_at": "2026-12-08T10:00:00Z",
    "households": 612,
    "heads": 612,
    "area": "48960.00",
    "allowed": ["CAST"],
}


class ElectionListed(Output):
    """One election in a list. `households`: entitlements on its roll (dwellings in a household ballot), 0 before."""

    model_config = Output.model_config | example(**_LISTED)

    id: UUID
    compound_id: UUID
    compound_code: str
    kind: Kind
    preset: Preset
    state: State
    title: str
    seats: Count
    round: Count
    repeats_id: UUID | None
    opens_at: Instant
    closes_at: Instant
    households: Count
    heads: Count
    area: Area
    """Known areas only."""
    allowed: list[str]
    """What the caller may do now: POST_ROLL `post_roll`, ANNOUNCE `announce_election`, OPEN `open_election`, EXTEND
    `extend_window`, CLOSE `close_election`, COUNT `count_election`, POST `post_result`, RECOUNT `recount_election`,
    FINALISE `finalise_election`, REPEAT `repeat_election`, CANCEL `cancel_election`, CAST `cast_ballot`, CHANGE
    `change_election`."""


class NomineeSeen(Output):
    model_config = Output.model_config | example(number=1, name="王秀兰", words="退休教师")

    number: Count
    name: str
    words: str


class ItemSeen(Output):
    model_config = Output.model_config | example(
        number=1, matter="USE_FUND", title="使用维修资金更换3号楼电梯", words="预算 260000 元。"
    )

    number: Count
    matter: Matter | None
    title: str
    words: str


class ElectionSeen(ElectionListed):
    """An election whole. `seed` of the lot and `text_digest` are there from the announcement on."""

    model_config = Output.model_config | example(
        **_LISTED,
        words="每户一票,至多划二人。",
        buildings=[],
        entrances=[],
        rule_set_id=None,
        rule_set_version=None,
        verify_locally=[],
        parameters=kept(Preset.HOUSEHOLD_BALLOT, DEFAULTS[Preset.HOUSEHOLD_BALLOT]),
        silence_adopted=None,
        nominees=[
            {"number": number, "name": name, "words": ""}
            for number, name in enumerate(("王秀兰", "李建国", "赵敏"), start=1)
        ],
        items=[],
        seed="5f2b6d0c9a7e4c1d8b3a2f1e0d9c8b7a",
        text_digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        announced_at="2026-11-27T08:00:00Z",
        opened_at="2026-12-01T01:00:00Z",
        closed_at=None,
        version=4,
    )

    words: str
    buildings: list[str]
    entrances: list[str]
    rule_set_id: UUID | None
    rule_set_version: Count | None
    verify_locally: list[str]
    """Parameters for which nobody has read the local text yet; an owners' decision does not open with one."""
    parameters: dict[str, Setting]
    """The rule set as it is frozen into the election, every parameter of the preset written out."""
    silence_adopted: str | None
    nominees: list[NomineeSeen]
    items: list[ItemSeen]
    seed: str | None
    text_digest: str | None
    announced_at: Instant | None
    opened_at: Instant | None
    closed_at: Instant | None
    version: Count


_TAKEN_BACK: dict[str, Any] = {"opened_at": None}
_UNSAID: dict[str, Any] = _TAKEN_BACK | {"seed": None, "text_digest": None, "announced_at": None}
_EMPTY: dict[str, Any] = _UNSAID | {"households": 0, "heads": 0, "area": "0.00"}
_ENDED: dict[str, Any] = {"closed_at": "2026-12-08T10:00:05Z"}
REACHED: Mapping[State, dict[str, Any]] = {
    State.DRAFT: _EMPTY | {"allowed": [CHANGE, "POST_ROLL", "CANCEL"], "version": 1},
    State.ROLL_POSTED: _UNSAID | {"allowed": ["ANNOUNCE", "CANCEL"], "version": 2},
    State.ANNOUNCED: _TAKEN_BACK | {"allowed": ["CANCEL"], "version": 3},
    State.OPEN: {"allowed": ["EXTEND"]},
    State.CLOSED: _ENDED | {"allowed": ["COUNT"], "version": 5},
    State.POSTED: _ENDED | {"allowed": [], "version": 7},
    State.FINAL: _ENDED | {"allowed": [], "version": 8},
    State.CANCELLED: _TAKEN_BACK | {"allowed": [], "version": 4},
}
"""How the example of an election differs once it has got so far."""


def reaches(state: State, code: int = 201) -> dict[int | str, Any]:
    """What the desk is answered by the step that leads there."""
    return answered(ElectionSeen, code, state=state, **REACHED[state])


class AnnouncementSeen(Output):
    """VOTE-9. The announced text as it was hashed: SHA-256 of its UTF-8 bytes is `digest`, empty before."""

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
        found = [CHANGE] * (facts.state is State.DRAFT) + allowed_now(election, now)
    if takes_ballots(facts, now) and casts_online(facts) and actor.holds(CASTERS[facts.kind], election.compound_code):
        found.append(CAST)
    return found


def _listed(election: Election, actor: Actor, now: datetime) -> dict[str, Any]:
    names = ("id", "compound_id", "compound_code", "kind", "preset", "state", "title", "seats", "round", "repeats_id")
    row = {name: getattr(election, name) for name in names}
    row |= {"opens_at": election.opens_at, "closes_at": election.closes_at, "households": election.entries}
    row |= {"heads": election.heads, "area": election.area_hundredths}
    return row | {"allowed": steps_for(actor, election, now)}


def listed(election: Election, actor: Actor, now: datetime) -> ElectionListed:
    return ElectionListed.model_validate(_listed(election, actor, now))


def seen(election: Election, parts: Parts, actor: Actor, now: datetime) -> ElectionSeen:
    announced = election.announced_at is not None
    return ElectionSeen.model_validate(
        _listed(election, actor, now)
        | {
            "words": election.words,
            "buildings": election.buildings,
            "parameters": election.rules,
            "entrances": election.entrances,
            "rule_set_id": election.rule_set_id,
            "rule_set_version": election.rule_set_version,
            "verify_locally": election.unsigned,
            "silence_adopted": election.silence_adopted,
            "nominees": list(parts.names),
            "items": list(parts.items),
            "seed": election.seed if announced else None,
            "text_digest": election.text_digest.hex() if election.text_digest else None,
            "announced_at": election.announced_at,
            "opened_at": election.opened_at,
            "closed_at": election.closed_at,
            "version": election.version,
        }
    )


def announcement(election: Election, parts: Parts) -> AnnouncementSeen:
    digest = election.text_digest.hex() if election.text_digest else ""
    return AnnouncementSeen(algorithm="SHA-256", digest=digest, text=announced_text(election, parts))


def step_seen(step: StepRow) -> StepSeen:
    return StepSeen.model_validate(step)


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
