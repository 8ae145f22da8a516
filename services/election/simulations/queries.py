"""Works out "what if" for a vote by area: by the roll as it stands, and while it has unknowns by both bounds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import Turnout, election_of, rules_of, turnout_of
from services.election.errors import SimulationRefused
from services.election.rolls.effective import effective_places, effective_roll
from services.election.rules.parameters import Preset
from services.election.rules.rolls import denominators
from services.election.rules.simulation import (
    MAJORITY_ASSUMED,
    Assumption,
    Outlook,
    SimulationWhy,
    impossible,
    simulate,
)
from services.election.rules.states import State
from services.election.rules.weights import Weights
from services.election.rules.wording import WORDS
from services.election.tables import Election
from shared.identity import Actor


class By(StrEnum):
    """By which denominators: as the roll stands, or the bounds of what is unknown in it (OWN-6)."""

    ROLL = "ROLL"
    BEST = "BEST"
    WORST = "WORST"


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer: the denominators, and every test under them."""

    by: By
    roll: Weights
    outlooks: tuple[Outlook, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """`so_far`: how many have voted, as this caller may know it; None before the election opened."""

    election: Election
    scenes: tuple[Scene, ...]
    so_far: Turnout | None


async def simulated(db: AsyncSession, actor: Actor, election_id: UUID, assumed: Assumption, now: datetime) -> Simulated:
    """No ballot is opened and none looked at for it (BAL-9). Errors: ElectionUnknown, SimulationRefused."""
    election = await election_of(db, actor, election_id)
    majority = MAJORITY_ASSUMED.get(Preset(election.preset))
    if majority is None:
        raise _refused(SimulationWhy.NOT_BY_OWNERS)
    if election.roll_posted_at is None:
        raise _refused(SimulationWhy.NO_ROLL)
    rolls = await _rolls(db, election)
    if found := impossible(rolls[By.ROLL], assumed):
        raise _refused(SimulationWhy.MORE_THAN_THE_ROLL, at_fault=list(found))
    invalid_counts = rules_of(election).invalid_participates
    scenes = tuple(Scene(by, roll, simulate(majority, roll, assumed, invalid_counts)) for by, roll in rolls.items())
    so_far = await turnout_of(db, actor, election, now) if election.opened_at is not None else None
    return Simulated(election, scenes, so_far)


async def _rolls(db: AsyncSession, election: Election) -> dict[By, Weights]:
    """OWN-6. Both bounds while something is unknown and the roll may still be corrected."""
    rolls = {By.ROLL: (await effective_roll(db, election)).roll.total}
    if election.state == State.ROLL_POSTED and (election.area_unknown or election.owner_unknown):
        found = denominators(await effective_places(db, election.id))
        rolls |= {By.BEST: found.best, By.WORST: found.worst}
    return rolls


def _refused(why: SimulationWhy, **facts: object) -> SimulationRefused:
    zh, en = WORDS[why]
    return SimulationRefused(why=why, why_zh=zh, why_en=en, **facts)
