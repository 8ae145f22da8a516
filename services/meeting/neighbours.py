"""What the meeting room asks others: the registry which compound an id means, the ticket room to live a task out."""

from dataclasses import dataclass
from uuid import UUID

from services.meeting.errors import PlaceUnknown
from shared.problems import Unknown
from shared.upstream import Neighbour


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound by its 15-digit code."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class TicketWanted:
    """MEET-6. A task as the ticket room takes it; the task's id makes a second filing the same ticket."""

    task_id: UUID
    compound_id: UUID
    compound_code: str
    category: str
    words: str
    building: str | None
    entrance: str | None
    emergency: bool


@dataclass(frozen=True, slots=True)
class Filed:
    """The ticket room's answer: the ticket and its state, or why it takes none."""

    ticket_id: UUID | None
    state: str | None
    refused: str | None


async def compound_of(registry: Neighbour, compound_id: UUID) -> Compound:
    """Errors: PlaceUnknown, NeighbourDown."""
    try:
        found = await registry.get_json(f"/internal/compounds/{compound_id}")
    except Unknown:
        raise PlaceUnknown from None
    return Compound(UUID(found["id"]), str(found["code"]))


async def file_ticket(ticket: Neighbour, wanted: TicketWanted) -> Filed:
    """MEET-6. Repeat it until it answers: key and client id make it one ticket. Errors: NeighbourDown."""
    body = {
        "client_id": str(wanted.task_id),
        "compound_id": str(wanted.compound_id),
        "compound_code": wanted.compound_code,
        "category": wanted.category,
        "words": wanted.words,
        "building": wanted.building,
        "entrance": wanted.entrance,
        "emergency": wanted.emergency,
    }
    found = await ticket.post_json("/internal/tickets", body, idempotency_key=f"task:{wanted.task_id}")
    ticket_id = UUID(found["ticket_id"]) if found["ticket_id"] else None
    return Filed(ticket_id, found["state"], found["refused"])


async def ticket_state(ticket: Neighbour, ticket_id: UUID) -> str:
    """Errors: Unknown, NeighbourDown."""
    found = await ticket.get_json(f"/internal/tickets/{ticket_id}")
    return str(found["state"])
