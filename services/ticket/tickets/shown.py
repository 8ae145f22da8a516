"""How tickets are shown: whole to those who are part of them, their public face to neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.ticket.rules.clock import Colour, colour
from services.ticket.rules.kinds import EmergencyLine, Kind, UnitKind
from services.ticket.rules.masking import masked_name, masked_phone
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import Part
from services.ticket.rules.sight import Sight, sight_of, words_are_public
from services.ticket.rules.states import Need, State
from services.ticket.tables import Ticket, TicketMove, TicketPhoto
from services.ticket.tickets import queries
from services.ticket.tickets.contacts import Contact
from services.ticket.tickets.moving import open_moves
from services.ticket.tickets.schemas import COMPOUND_ID, PERSON_ID, TICKET_ID, Latitude, Longitude
from shared.days import CalendarMissing
from shared.files import References
from shared.identity import Actor
from shared.wire import Instant, Output, example


class ContactSeen(Output):
    """Name and phone; masked unless asked for with a purpose."""

    model_config = Output.model_config | example(name="王*", phone="140******34")

    name: str
    phone: str | None


class PlaceSeen(Output):
    """Where it is. Neighbours see no home, and the words and the point only once the desk has taken the ticket."""

    model_config = Output.model_config | example(
        compound_id=COMPOUND_ID,
        compound_code="140109013001001",
        building="3",
        entrance="2",
        home_id=None,
        home=None,
        words=None,
        latitude="37.823456",
        longitude="112.512345",
    )

    compound_id: UUID
    compound_code: str
    building: str | None
    entrance: str | None
    home_id: UUID | None
    home: str | None
    words: str | None
    latitude: Latitude | None
    longitude: Longitude | None


class ClockSeen(Output):
    """TKT-3. Dues and the colour now; `awaits_calendar`: the year's working days are not published yet."""

    model_config = Output.model_config | example(
        colour="GREEN",
        due_at="2026-03-13T16:00:00Z",
        original_due_at="2026-03-13T16:00:00Z",
        sign_due_at=None,
        answer_due_at=None,
        extension_days=0,
        suspended_at=None,
        awaits_calendar=False,
    )

    colour: Colour
    due_at: Instant | None
    original_due_at: Instant | None
    sign_due_at: Instant | None
    answer_due_at: Instant | None
    extension_days: int
    suspended_at: Instant | None
    awaits_calendar: bool


class OpenMoveSeen(Output):
    """A move that this caller may make now, and the fields it needs."""

    model_config = Output.model_config | example(to="DISPATCHED", needs=["unit"])

    to: State
    needs: list[Need]


_EXAMPLE = {
    "id": TICKET_ID,
    "place": {
        "compound_id": COMPOUND_ID,
        "compound_code": "140109013001001",
        "building": "3",
        "entrance": "2",
        "home_id": None,
        "home": None,
        "words": None,
        "latitude": None,
        "longitude": None,
    },
    "kind": "HELP",
    "category": "facilities.stair_lamp",
    "words": "三号楼二单元三层楼道灯不亮",
    "emergency": False,
    "state": "ACCEPTED",
    "lead_id": None,
    "joined": 0,
    "followers": 2,
    "mine": False,
    "reporter_id": PERSON_ID,
    "worker_id": None,
    "unit": None,
    "unit_kind": None,
    "helping_units": [],
    "platform": None,
    "outer_number": None,
    "emergency_line": None,
    "answer": None,
    "solved": None,
    "satisfaction": None,
    "call_tries": 0,
    "reported_at": "2026-03-06T02:00:00Z",
    "answered_at": None,
    "closed_at": None,
    "clock": {
        "colour": "GREEN",
        "due_at": "2026-03-13T16:00:00Z",
        "original_due_at": "2026-03-13T16:00:00Z",
        "sign_due_at": None,
        "answer_due_at": None,
        "extension_days": 0,
        "suspended_at": None,
        "awaits_calendar": False,
    },
    "sight": "FULL",
    "allowed": [{"to": "DISPATCHED", "needs": ["unit"]}],
    "version": 2,
}


class TicketListed(Output):
    """A ticket in a list. `sight` PUBLIC is what neighbours see: no person, no home."""

    model_config = Output.model_config | example(**_EXAMPLE)

    id: UUID
    place: PlaceSeen
    kind: Kind
    category: str
    words: str | None
    emergency: bool
    state: State
    lead_id: UUID | None
    joined: int
    followers: int
    mine: bool
    reporter_id: UUID | None
    worker_id: UUID | None
    unit: str | None
    unit_kind: UnitKind | None
    helping_units: list[str]
    platform: str | None
    outer_number: str | None
    emergency_line: EmergencyLine | None
    answer: str | None
    solved: bool | None
    satisfaction: int | None
    call_tries: int
    reported_at: Instant
    answered_at: Instant | None
    closed_at: Instant | None
    clock: ClockSeen
    sight: Sight
    allowed: list[OpenMoveSeen]
    version: int


class PhotoSeen(Output):
    """A picture; the link opens it for ten minutes."""

    model_config = Output.model_config | example(
        file_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a5555",
        shows="REPORT",
        media_type="image/jpeg",
        link="/v1/files/0197a3f2-7c1e-7d53-9a58-1f1f6f1a5555/content?token=f1.WyJyZWFkIl0.c2ln",
    )

    file_id: UUID
    shows: str
    media_type: str
    link: str


class TicketSeen(TicketListed):
    """One ticket, with its pictures and the contact it was taken down for."""

    model_config = Output.model_config | example(**_EXAMPLE, photos=[], contact=None)

    photos: list[PhotoSeen]
    contact: ContactSeen | None


class SimilarSeen(Output):
    """TKT-5. Open tickets of the same place, category and time."""

    model_config = Output.model_config | example(items=[_EXAMPLE])

    items: list[TicketListed]


class MoveSeen(Output):
    """A line of the history: who by part, never by name. Words are shown to those who see the ticket whole."""

    model_config = Output.model_config | example(
        position=3,
        at="2026-03-06T03:10:00Z",
        from_state="ACCEPTED",
        to_state="DISPATCHED",
        by="DESK",
        unit="宏远维修",
        days=None,
        granted=None,
        platform=None,
        outer_number=None,
        emergency_line=None,
        solved=None,
        words={},
    )

    position: int
    at: Instant
    from_state: State | None
    to_state: State
    by: Part | None
    unit: str | None
    days: int | None
    granted: bool | None
    platform: str | None
    outer_number: str | None
    emergency_line: EmergencyLine | None
    solved: bool | None
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, by which rule set, and when."""

    actor: Actor
    rules: Parameters
    now: datetime


def listed(ticket: Ticket, viewer: Viewer) -> TicketListed:
    """A ticket as one caller may see it."""
    return TicketListed.model_validate(_face(ticket, viewer))


def seen(
    ticket: Ticket, viewer: Viewer, photos: Sequence[TicketPhoto], contact: Contact | None, links: References
) -> TicketSeen:
    """One ticket with its pictures; neighbours get the pictures with the words."""
    face = _face(ticket, viewer)
    full = face["sight"] is Sight.FULL
    shown = photos if full or words_are_public(State(ticket.state)) else ()
    pictures = [
        PhotoSeen(
            file_id=photo.file_id,
            shows=photo.shows,
            media_type=photo.media_type,
            link=links.link(photo.file_id, viewer.now),
        )
        for photo in shown
    ]
    masked = contact_seen(contact, masked=True) if contact and full else None
    return TicketSeen.model_validate({**face, "photos": pictures, "contact": masked})


def contact_seen(contact: Contact, masked: bool) -> ContactSeen:
    """PRI-2."""
    if not masked:
        return ContactSeen(name=contact.name, phone=contact.phone)
    return ContactSeen(name=masked_name(contact.name), phone=masked_phone(contact.phone) if contact.phone else None)


def move_seen(move: TicketMove, words: dict[str, str] | None, sight: Sight) -> MoveSeen:
    """A line of history without a person."""
    facts = {name: move.facts.get(name) for name in _MOVE_FACTS}
    return MoveSeen.model_validate(
        {
            "position": move.position,
            "at": move.at,
            "from_state": move.from_state,
            "to_state": move.to_state,
            "words": (words or {}) if sight is Sight.FULL else {},
            **facts,
        }
    )


_MOVE_FACTS = ("by", "unit", "days", "granted", "platform", "outer_number", "emergency_line", "solved")
_AS_IS = (
    "id", "kind", "category", "emergency", "state", "lead_id", "joined", "followers", "unit_kind", "helping_units",
    "platform", "outer_number", "emergency_line", "answer", "solved", "satisfaction", "call_tries", "reported_at",
    "answered_at", "closed_at", "version",
)  # fmt: skip


def _face(ticket: Ticket, viewer: Viewer) -> dict[str, Any]:
    caller = queries.caller_on(viewer.actor, ticket.compound_code)
    sight = sight_of(queries.facts_of(ticket).people, caller, viewer.rules)
    full = sight is Sight.FULL
    words = full or words_are_public(State(ticket.state))
    return {
        **{name: getattr(ticket, name) for name in _AS_IS},
        "place": _place(ticket, full, words),
        "words": ticket.words if words else None,
        "mine": ticket.reporter_id == viewer.actor.subject,
        "reporter_id": ticket.reporter_id if full else None,
        "worker_id": ticket.worker_id if full else None,
        "unit": ticket.unit_name,
        "clock": _clock(ticket, viewer),
        "sight": sight,
        "allowed": open_moves(ticket, caller, viewer.rules, viewer.now),
    }


def _place(ticket: Ticket, full: bool, words: bool) -> PlaceSeen:
    return PlaceSeen(
        compound_id=ticket.compound_id,
        compound_code=ticket.compound_code,
        building=ticket.building,
        entrance=ticket.entrance,
        home_id=ticket.home_id if full else None,
        home=ticket.home_label if full else None,
        words=ticket.place_words if words else None,
        latitude=ticket.latitude if words else None,
        longitude=ticket.longitude if words else None,
    )


def _clock(ticket: Ticket, viewer: Viewer) -> ClockSeen:
    try:
        shown = colour(queries.pace_of(ticket), viewer.now, viewer.rules)
    except CalendarMissing:  # DAY-1: the house's clock stands in a year without a table
        shown = Colour.NONE
    return ClockSeen(
        colour=shown,
        due_at=ticket.due_at,
        original_due_at=ticket.original_due_at,
        sign_due_at=ticket.sign_due_at,
        answer_due_at=ticket.answer_due_at,
        extension_days=ticket.extension_days,
        suspended_at=ticket.suspended_at,
        awaits_calendar=ticket.awaits_calendar,
    )
