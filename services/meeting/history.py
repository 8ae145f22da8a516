"""Writes down what happened: a line of history, the audit note and the thin event of one fact."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.meeting.sight import HOUSE
from services.meeting.tables import Base, Step
from shared import audit, outbox
from shared.database import new_id
from shared.outbox import Event


class Stateful(Protocol):
    """Anything with a state machine."""

    id: Any
    compound_code: Any
    state: Any
    version: Any


@dataclass(frozen=True, slots=True)
class Happened:
    """A move that was made. `facts` hold no personal values; `by` is a part, `actor` a subject."""

    kind: str  # TOPIC | MEETING | RESOLUTION | TASK
    before: str | None
    actor: str
    now: datetime
    facts: dict[str, str | int | bool | None] = field(default_factory=dict)


async def write_down(db: AsyncSession, thing: Stateful, happened: Happened) -> None:
    """Call it with the state set and the version raised: the version is the line's place in the history."""
    said = {name: value for name, value in happened.facts.items() if value is not None}
    db.add(
        Step(
            id=new_id(),
            subject_kind=happened.kind,
            subject_id=thing.id,
            position=thing.version,
            from_state=happened.before,
            to_state=thing.state,
            at=happened.now,
            actor=happened.actor,
            facts=said,
        )
    )
    kind = happened.kind.lower()
    if happened.actor != HOUSE:  # what follows from an act does not hide the act itself
        audit.note(db, kind, thing.id, thing.compound_code, state=thing.state, from_state=happened.before)
    data: dict[str, str | int | bool | None] = {"state": str(thing.state), "from_state": happened.before}
    await tell(db, "moved" if kind == "meeting" else f"{kind}_moved", thing.id, thing.compound_code, data)


async def tell(
    db: AsyncSession, fact: str, subject: UUID, compound_code: str, data: dict[str, str | int | bool | None]
) -> None:
    """`linli.meeting.<fact>.v1`, thin."""
    await outbox.tell(db, Base.metadata, Event(f"linli.meeting.{fact}.v1", str(subject), compound_code, data))
