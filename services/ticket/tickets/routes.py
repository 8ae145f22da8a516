"""Tickets over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import (
    CallbackRefused,
    CategoryRetired,
    CategoryUnknown,
    ContactUnknown,
    MoveForbidden,
    MoveIncomplete,
    MoveRefused,
    PlaceUnknown,
    TicketUnknown,
    YearUnpublished,
    answers,
)
from services.ticket.house import Means, MeansOf
from services.ticket.rules.kinds import Kind
from services.ticket.rules.roles import DESK_ROLES, Role
from services.ticket.rules.states import State
from services.ticket.tables import Ticket
from services.ticket.tickets import actions, callbacks, queries, shown
from services.ticket.tickets.contacts import contact_of
from services.ticket.tickets.schemas import ChangeTicket, MoveTicket, NewCallback, NewTicket, ReadContact
from services.ticket.tickets.shown import ContactSeen, MoveSeen, SimilarSeen, TicketListed, TicketSeen, Viewer
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.exports import Export, Listing, listed, listing
from shared.files import ReferenceRefused
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import NeighbourDown, RoleForbidden, StaleVersion, VersionNeeded
from shared.versions import check_version, etag, wanted_version

router = APIRouter(prefix="/v1/tickets", tags=["ticket"], route_class=EdgeRoute)

EXPORT = Export("tickets", TicketListed)
Tickets = Annotated[Listing, Depends(listing(queries.TICKETS))]
History = Annotated[Page, Depends(paged(queries.HISTORY))]
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
ContactReader = Annotated[
    Actor, Depends(allow(*DESK_ROLES, Role.HANDLER, Role.GRID_WORKER, Role.STREET_OFFICER, Role.VOLUNTEER))
]
Version = Annotated[int, Depends(wanted_version)]
Region = Annotated[str, Query(pattern=r"^[0-9]{2,15}$", description="A code or the beginning of one.")]
CategoryCode = Annotated[str, Query(max_length=50, pattern=r"^[a-z_]+\.[a-z_]+$")]


async def wanted(
    compound_id: UUID | None = None,
    region: Region | None = None,
    state: State | None = None,
    kind: Kind | None = None,
    category: CategoryCode | None = None,
    assigned_to_me: bool = False,
    mine: bool = False,
    overdue: bool = False,
) -> queries.Wanted:
    """The filters of the list."""
    return queries.Wanted(compound_id, region, state, kind, category, assigned_to_me, mine, overdue)


async def _seen(db: AsyncSession, means: MeansOf, viewer: Viewer, ticket: Ticket, response: Response) -> TicketSeen:
    response.headers.update(etag(ticket.version))
    photos = await queries.photos_of(db, ticket.id)
    contact = await contact_of(db, means.keys, ticket.id)
    return shown.seen(ticket, viewer, photos, contact, means.references)


@router.post(
    "",
    operation_id="report_ticket",
    summary="Report something",
    status_code=201,
    responses=answers(RoleForbidden, PlaceUnknown, CategoryUnknown, CategoryRetired, ReferenceRefused, NeighbourDown),
)
async def report_ticket(
    db: Writing, actor: SignedIn, means: Means, ticket: NewTicket, response: Response, now: Now
) -> TicketSeen:
    """A lamp, a leak, a neighbour's help: with place and photos. The same `client_id` again is the same ticket.

    `contact` is for the desk, which takes down what somebody without an account tells it: from anybody else 403.
    """
    made = await actions.report_ticket(db, actor, means, ticket.report(), now)
    return await _seen(db, means, Viewer(actor, means.rules, now), made, response)


@router.get(
    "",
    operation_id="list_tickets",
    summary="Tickets I may see",
    response_model=Listed[TicketListed],
    responses=EXPORT.responses(),
)
async def list_tickets(
    asked: Tickets, actor: SignedIn, means: Means, filters: Annotated[queries.Wanted, Depends(wanted)], now: Now
) -> Any:
    """My own, those given to me, my compound's; whole for the desk, without persons for neighbours."""
    viewer = Viewer(actor, means.rules, now)
    statement = queries.visible(actor, filters, now)
    return await listed(asked, statement, EXPORT, lambda row: shown.listed(row[0], viewer))


@router.get("/{ticket_id}", operation_id="get_ticket", summary="One ticket", responses=answers(TicketUnknown))
async def get_ticket(
    db: Reading, actor: SignedIn, means: Means, ticket_id: UUID, response: Response, now: Now
) -> TicketSeen:
    """With its clock, its pictures and what I may do with it now."""
    ticket, _ = await queries.sighted_ticket(db, actor, ticket_id, means.rules)
    return await _seen(db, means, Viewer(actor, means.rules, now), ticket, response)


@router.put(
    "/{ticket_id}",
    operation_id="change_ticket",
    summary="Correct a report",
    responses=answers(TicketUnknown, CategoryUnknown, CategoryRetired, StaleVersion, VersionNeeded),
)
async def change_ticket(
    db: Writing,
    actor: Desk,
    means: Means,
    ticket_id: UUID,
    change: ChangeTicket,
    version: Version,
    response: Response,
    now: Now,
) -> TicketSeen:
    """The desk sets kind, category or urgency right; the due is counted anew while its clock runs."""
    ticket, _ = await queries.sighted_ticket(db, actor, ticket_id, means.rules, lock=True)
    if not actor.holds(DESK_ROLES, ticket.compound_code):
        raise RoleForbidden(needed=sorted(DESK_ROLES))
    check_version(version, ticket.version)
    changed = await actions.change_ticket(db, means, ticket, change.correction(), now)
    return await _seen(db, means, Viewer(actor, means.rules, now), changed, response)


@router.post(
    "/{ticket_id}/moves",
    operation_id="move_ticket",
    summary="Move a ticket on",
    status_code=201,
    responses=answers(TicketUnknown, MoveRefused, MoveForbidden, MoveIncomplete, YearUnpublished, ReferenceRefused),
)
async def move_ticket(
    db: Writing, actor: SignedIn, means: Means, ticket_id: UUID, change: MoveTicket, response: Response, now: Now
) -> TicketSeen:
    """To another state, if the table of moves, my part and the ticket's limits let me. `allowed` says what may be."""
    moved, _ = await actions.move_ticket(db, actor, means, ticket_id, change.wish(), now)
    return await _seen(db, means, Viewer(actor, means.rules, now), moved, response)


@router.post(
    "/{ticket_id}/callbacks",
    operation_id="record_callback",
    summary="Record a call back",
    status_code=201,
    responses=answers(TicketUnknown, CallbackRefused, MoveRefused, MoveForbidden, MoveIncomplete, YearUnpublished),
)
async def record_callback(
    db: Writing, actor: SignedIn, means: Means, ticket_id: UUID, call: NewCallback, response: Response, now: Now
) -> TicketSeen:
    """Solved closes the ticket, unsolved sends it to rework, nobody reached counts as a try.

    For an enquiry, praise or a neighbour's help the helped person answers himself.
    """
    called, _ = await callbacks.record_callback(db, actor, means, ticket_id, call.reply(), now)
    return await _seen(db, means, Viewer(actor, means.rules, now), called, response)


@router.post(
    "/{ticket_id}/followers",
    operation_id="follow_ticket",
    summary="Me too",
    status_code=201,
    responses=answers(TicketUnknown),
)
async def follow_ticket(
    db: Writing, actor: SignedIn, means: Means, ticket_id: UUID, response: Response, now: Now
) -> TicketSeen:
    """Join a neighbour's ticket instead of reporting the same again. A second time changes nothing."""
    ticket, _ = await actions.follow_ticket(db, actor, means, ticket_id, now)
    return await _seen(db, means, Viewer(actor, means.rules, now), ticket, response)


@router.post(
    "/{ticket_id}/contact-readings",
    operation_id="read_contact",
    openapi_extra=NEVER_REPLAYED,
    summary="Read the contact in clear",
    status_code=201,
    responses=answers(TicketUnknown, ContactUnknown),
)
async def read_contact(
    db: Writing, actor: ContactReader, means: Means, ticket_id: UUID, reading: ReadContact
) -> ContactSeen:
    """Name and phone of the person the ticket was taken down for. The purpose is kept in the audit."""
    contact = await actions.read_contact(db, actor, means, ticket_id, reading.purpose)
    return shown.contact_seen(contact, masked=False)


@router.get(
    "/{ticket_id}/history",
    operation_id="list_ticket_history",
    summary="What happened to a ticket",
    responses=answers(TicketUnknown),
)
async def list_ticket_history(
    db: Reading, actor: SignedIn, means: Means, ticket_id: UUID, page: History
) -> Listed[MoveSeen]:
    """Every move, oldest first, by part and never by name."""
    _, sight = await queries.sighted_ticket(db, actor, ticket_id, means.rules)
    statement = queries.history_of(ticket_id)
    return await page_of(db, statement, page, lambda row: shown.move_seen(row.TicketMove, row.words, sight))


@router.get(
    "/{ticket_id}/similar",
    operation_id="list_similar_tickets",
    summary="Tickets of the same matter",
    responses=answers(TicketUnknown),
)
async def list_similar_tickets(db: Reading, actor: SignedIn, means: Means, ticket_id: UUID, now: Now) -> SimilarSeen:
    """Open tickets of the same place, category and time: join one of them, or let the desk merge them."""
    ticket, _ = await queries.sighted_ticket(db, actor, ticket_id, means.rules)
    viewer = Viewer(actor, means.rules, now)
    found = await queries.similar_tickets(db, actor, ticket, means.rules)
    return SimilarSeen(items=[shown.listed(other, viewer) for other in found])
