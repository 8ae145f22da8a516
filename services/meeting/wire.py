"""Wire shapes that several nouns of the room share."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field

from services.meeting.rules.attendance import Capacity
from services.meeting.rules.moves import Need
from services.meeting.rules.roles import OFFICE_ROLES, Role
from shared.identity import Actor, allow
from shared.versions import wanted_version
from shared.wire import Input, Instant, Output, Text, Whole, example

COMPOUND_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001"
PERSON_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0002"
TOPIC_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a1111"
MEETING_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2222"
COUNCIL_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a3333"
RESOLUTION_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a4444"
TASK_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a5555"
PARTICIPANT_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a6666"
TICKET_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a7777"
CODE = "140109013001001"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

Title = Annotated[str, Text(80)]
Words = Annotated[str, Text(2000)]
Short = Annotated[str, Text(200)]
Name = Annotated[str, Text(40)]
Building = Annotated[str, Text(20)]
Category = Annotated[str, Text(50), Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
Item = Annotated[Whole, Field(ge=1, le=200)]
Region = Annotated[str, Query(pattern=r"^[0-9]{2,15}$", description="A code or the beginning of one.")]
Version = Annotated[int, Depends(wanted_version)]
Desk = Annotated[Actor, Depends(allow(Role.CLERK, Role.SECRETARY))]
Office = Annotated[Actor, Depends(allow(*OFFICE_ROLES))]


class ReadNames(Input):
    """PRI-2. Why names are needed in clear; kept in the audit."""

    model_config = Input.model_config | example(purpose="核对签到名单")

    purpose: Annotated[str, Text(200, 2)]


class OpenMove(Output):
    """A move that this caller may make now, and the fields it needs."""

    model_config = Output.model_config | example(to="SCHEDULED", needs=["meeting_id"])

    to: str
    needs: list[Need]


class StepSeen(Output):
    """A line of history: who by part, never by name; what screening made of a topic, and why a move was made."""

    model_config = Output.model_config | example(
        position=2,
        at="2026-03-06T03:10:00Z",
        from_state="COLLECTED",
        to_state="SCREENED",
        by="DESK",
        outcome="REJECT",
        reason="属私人纠纷,请到人民调解委员会",
    )

    position: int
    at: Instant
    from_state: str | None
    to_state: str
    by: str | None
    outcome: str | None
    reason: str | None

    @classmethod
    def of(cls, row: Any) -> "StepSeen":
        """A row whose first column is a Step."""
        step = row[0]
        return cls(
            position=step.position,
            at=step.at,
            from_state=step.from_state,
            to_state=step.to_state,
            by=step.facts.get("by"),
            outcome=step.facts.get("outcome"),
            reason=step.facts.get("reason"),
        )


class PersonSeen(Output):
    """Somebody at a meeting. The name is masked unless it is one's own, or was read for a purpose."""

    model_config = Output.model_config | example(
        id=PARTICIPANT_ID, person_id=None, name="王*", capacity="RESIDENTS_DELEGATE", is_member=True, is_public=False
    )

    id: UUID
    person_id: UUID | None
    name: str | None
    capacity: Capacity
    is_member: bool
    is_public: bool
