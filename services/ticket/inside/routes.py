"""What the other rooms ask of tickets; never reachable through the gateway."""

from uuid import UUID

from fastapi import APIRouter

from services.ticket.errors import CategoryRetired, CategoryUnknown
from services.ticket.house import Means
from services.ticket.inside import actions
from services.ticket.inside.schemas import FiledInside, NewTicketInside, TicketFact
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.identity import Internal

router = APIRouter(prefix="/internal/tickets", route_class=EdgeRoute, include_in_schema=False)


@router.post("", operation_id="file_ticket_inside")
async def file_ticket_inside(
    db: Writing, caller: Internal, means: Means, ticket: NewTicketInside, now: Now
) -> FiledInside:
    """A ticket for another room's task."""
    try:
        filed = await actions.file_ticket(db, caller, ticket.wanted(), means.rules, now)
    except CategoryUnknown:
        return FiledInside(ticket_id=None, state=None, refused="CATEGORY_UNKNOWN")
    except CategoryRetired:
        return FiledInside(ticket_id=None, state=None, refused="CATEGORY_RETIRED")
    return FiledInside(ticket_id=filed.id, state=filed.state, refused=None)


@router.get("/{ticket_id}", operation_id="read_ticket_inside")
async def read_ticket_inside(db: Reading, caller: Internal, ticket_id: UUID) -> TicketFact:
    """How a ticket stands."""
    return TicketFact.model_validate(await actions.ticket_fact(db, ticket_id))
