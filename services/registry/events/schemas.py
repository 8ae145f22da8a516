"""How events look: CloudEvents 1.0 in JSON outside, thin rows inside the house."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.wire import Input, Instant, Output, Text, example

Data = dict[str, str | int | bool | None]


class EventSeen(Output):
    """One CloudEvent. `sequence` is its place in the feed: ask for what comes after it."""

    model_config = Output.model_config | example(
        specversion="1.0",
        id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c",
        source="/linli/ticket",
        type="linli.ticket.moved.v1",
        subject="0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3d",
        time="2026-03-08T01:30:00Z",
        datacontenttype="application/json",
        compoundcode="140109013001001",
        sequence="000000000000000042",
        data={"state": "DISPATCHED"},
    )
    specversion: str
    id: UUID
    source: str
    type: str
    subject: str
    time: Instant
    datacontenttype: str
    compoundcode: str | None
    sequence: str
    data: Data


class EventsSeen(Output):
    """What happened after a place in the feed; `after` is where to go on."""

    items: list[EventSeen]
    after: Annotated[str, Field(examples=["000000000000000042"])]


class ToldEvent(Input):
    """One event as a room's relay hands it over."""

    event_id: UUID
    type: Annotated[str, Field(pattern=r"^linli\.[a-z]+\.[a-z_]+\.v[0-9]+$", max_length=100)]
    subject: Annotated[str, Text(100)]
    compound_code: Annotated[str, Field(pattern=r"^[0-9]{1,15}$")] | None
    data: Data
    at: Instant


class ToldEvents(Input):
    """A batch of one room, in its order."""

    room: Annotated[str, Text(20)]
    events: Annotated[list[ToldEvent], Field(max_length=1000)]
