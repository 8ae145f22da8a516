"""Judges and makes one step of an election's path: the table decides, history and event follow."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import allowed_now, facts_of
from services.election.errors import StepRefused
from services.election.history import write_down
from services.election.rules.states import Step, Why, next_state, refusal
from services.election.rules.wording import why_not
from services.election.tables import Election
from shared.identity import Actor


def check(election: Election, step: Step, now: datetime) -> None:
    """Errors: StepRefused."""
    why = refusal(facts_of(election), step, now)
    if why is not None:
        raise refused(election, why, now, step)


def refused(
    election: Election, why: Why, now: datetime, step: Step | None = None, unknown: Sequence[str] = ()
) -> StepRefused:
    """The refusal of a step, in words, with what could be done instead. `unknown`: of its scope."""
    zh, en = why_not(why, facts_of(election), now, step, unknown)
    return StepRefused(why=why, why_zh=zh, why_en=en, state=election.state, allowed=allowed_now(election, now))


async def stepped(
    db: AsyncSession, actor: Actor, election: Election, step: Step, now: datetime, reason: str | None = None
) -> Election:
    """Make a checked step of a locked election."""
    before = election.state
    reached = next_state(facts_of(election), step)
    assert reached is not None, "checked before"
    election.state = reached
    election.version += 1
    await db.flush()
    await write_down(db, actor, election, before, now, reason)
    return election
