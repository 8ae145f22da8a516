"""Wire shapes that other rooms send and read."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.ticket.inside.actions import TicketFor
from shared.wire import Flag, Input, Output, Text


class NewTicketInside(Input):
    """A ticket on behalf of another room. The same client id again is the same ticket."""

    client_id: UUID
    compound_id: UUID
    compound_code: Annotated[str, Field(pattern=r"^[0-9]{15}$")]
    category: Annotated[str, Text(50)]
    words: Annotated[str, Text(4000)]
    building: Annotated[str, Text(20)] | None = None
    entrance: Annotated[str, Text(20)] | None = None
    emergency: Flag = False

    def wanted(self) -> TicketFor:
        return TicketFor(
            self.client_id,
            self.compound_id,
            self.compound_code,
            self.category,
            self.words,
            self.building,
            self.entrance,
            self.emergency,
        )


class FiledInside(Output):
    """The ticket and its state, or why none is taken: a refusal is an answer, so that nobody tries for ever."""

    ticket_id: UUID | None
    state: str | None
    refused: str | None


class TicketFact(Output):
    """How a ticket stands."""

    id: UUID
    state: str
