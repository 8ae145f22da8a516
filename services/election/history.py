"""Writes down a step of an election: a line of history, the audit note and the thin event."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.tables import Base, Election, Step
from shared import audit, outbox
from shared.identity import Actor
from shared.outbox import Event


def who(actor: Actor) -> str:
    """As histories name him."""
    return f"{actor.kind}:{actor.subject}"


async def write_down(
    db: AsyncSession, actor: Actor, election: Election, before: str | None, now: datetime, reason: str | None = None
) -> None:
    """Call it with the state set and the version raised: the version is the line's place in the history."""
    db.add(
        Step(
            election_id=election.id,
            position=election.version,
            from_state=before,
            to_state=election.state,
            at=now,
            actor=who(actor),
            reason=reason,
        )
    )
    audit.note(db, "election", election.id, election.compound_code, state=election.state, from_state=before)
    data = {"state": election.state, "from_state": before, "kind": election.kind, "round": election.round}
    event = Event("linli.election.moved.v1", str(election.id), election.compound_code, data)
    await outbox.tell(db, Base.metadata, event)
