"""Wires the ticket room together."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from services.ticket.categories.routes import router as categories
from services.ticket.errors import ERRORS
from services.ticket.inside.routes import router as inside
from services.ticket.jobs import announce_overdue, fill_in_dues
from services.ticket.settings import TicketSettings
from services.ticket.tables import metadata
from services.ticket.tickets.routes import router as tickets
from shared.app import Room
from shared.app import create_app as create_room

_TEXT = {"type": "string"}
_ENVELOPE = ("specversion", "id", "type", "source", "subject", "time")
EVENTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "linli.ticket.reported.v1": ("A ticket was reported.", ("state", "kind", "category")),
    "linli.ticket.moved.v1": ("A ticket moved to another state.", ("state", "kind", "category", "from_state")),
    "linli.ticket.corrected.v1": ("The desk corrected kind or category.", ("state", "kind", "category")),
    "linli.ticket.overdue.v1": ("A due has passed: to answer, to sign or to finish.", ("clock", "state", "due_at")),
}


def _webhook(summary: str, members: tuple[str, ...]) -> Mapping[str, Any]:
    data = {"type": "object", "required": list(members), "properties": dict.fromkeys(members, _TEXT)}
    event = {
        "type": "object",
        "required": [*_ENVELOPE, "data"],
        "properties": {**dict.fromkeys(_ENVELOPE, _TEXT), "data": data},
    }
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
    return {"post": {"summary": summary, "requestBody": body, "responses": {"2XX": {"description": "Taken."}}}}


def create_app(settings: TicketSettings) -> FastAPI:
    """The ticket room as an ASGI application."""
    return create_room(
        Room(
            name="ticket",
            title="Linli tickets",
            summary="Maintenance and neighbour-help tickets: who moves them, by when, and what became of them.",
            settings=settings,
            metadata=metadata,
            routers=(tickets, categories, inside),
            errors=ERRORS,
            passes={"overdue": announce_overdue, "dues": fill_in_dues},
            webhooks={name: _webhook(*row) for name, row in EVENTS.items()},
        )
    )
