"""Which tickets there are, which of them a caller may know of, and what each judgement needs of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import TicketUnknown
from services.ticket.rules.clock import ANSWERED, Pace
from services.ticket.rules.facts import TicketFacts
from services.ticket.rules.kinds import Kind
from services.ticket.rules.merge import Matter, Spot, is_alike
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import WORKER_ROLES, Caller, Role
from services.ticket.rules.sight import FULL_ROLES, HIDDEN_KINDS, NEIGHBOUR_ROLES, Sight, sight_of
from services.ticket.rules.states import OPEN, State
from services.ticket.tables import FAR, Category, Ticket, TicketMove, TicketNote, TicketPhoto
from shared.identity import Actor
from shared.paging import Orders, down, up

TICKETS = Orders(
    "tickets",
    {
        "newest": (down(Ticket.reported_at), down(Ticket.id)),
        "oldest": (up(Ticket.reported_at), up(Ticket.id)),
        "due": (up(func.coalesce(Ticket.due_at, FAR)), up(Ticket.id)),
    },
)
HISTORY = Orders("ticket_history", {"oldest": (up(TicketMove.position),)})
SIMILAR_MOST = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list; None is no filter."""

    compound_id: UUID | None = None
    region: str | None = None
    state: State | None = None
    kind: Kind | None = None
    category: str | None = None
    assigned_to_me: bool = False
    mine: bool = False
    overdue: bool = False


def caller_on(actor: Actor, compound_code: str) -> Caller:
    """The actor as the rules see him in one compound."""
    known = {role.value for role in Role}
    return Caller(actor.subject, frozenset(Role(role) for role in actor.roles_on(compound_code) if role in known))


def facts_of(ticket: Ticket, community_may_lead: bool = True) -> TicketFacts:
    """The ticket as the rules see it."""
    return TicketFacts(
        state=State(ticket.state),
        kind=Kind(ticket.kind),
        reporter_id=ticket.reporter_id,
        worker_id=ticket.worker_id,
        partner_id=ticket.partner_id,
        former=State(ticket.former) if ticket.former else None,
        asked_by=ticket.asked_by,
        verified_by=ticket.verified_by,
        handled_by=frozenset(ticket.handled_by),
        has_photos=ticket.has_photos,
        joined=ticket.joined,
        appeals=ticket.appeals,
        returns=ticket.returns,
        reworks=ticket.reworks,
        extensions=ticket.extensions,
        call_tries=ticket.call_tries,
        community_may_lead=community_may_lead,
        due_at=ticket.due_at,
        closed_at=ticket.closed_at,
    )


def pace_of(ticket: Ticket) -> Pace:
    """The ticket as its clock sees it; for a hard case that was closed its end is the only answer."""
    waiting = ticket.answer_due_at if ticket.first_answered_at is None else None
    answered = ticket.answered_at or ticket.closed_at
    return Pace(State(ticket.state), ticket.due_at, ticket.sign_due_at, waiting, answered)


def matter_of(ticket: Ticket) -> Matter:
    """TKT-5. What makes two tickets one."""
    point = None
    if ticket.latitude is not None and ticket.longitude is not None:
        point = (ticket.latitude, ticket.longitude)
    spot = Spot(ticket.compound_id, ticket.building, ticket.entrance, point)
    return Matter(spot, ticket.category, ticket.reported_at)


def visible(actor: Actor, wanted: Wanted, now: datetime) -> Select[Any]:
    """The tickets an actor may know of, narrowed by filters; one row holds one Ticket."""
    statement = select(Ticket).where(_known_to(actor))
    for condition in _narrowed(actor, wanted, now):
        statement = statement.where(condition)
    return statement


def _known_to(actor: Actor) -> ColumnElement[bool]:
    """The same as `rules.sight.sight_of` is not NONE."""
    waiting = and_(Ticket.state == State.DISPATCHED, Ticket.worker_id.is_(None))
    neighbours = and_(Ticket.kind.not_in(HIDDEN_KINDS), _under(actor.scopes(NEIGHBOUR_ROLES)))
    return or_(
        _under(actor.scopes(FULL_ROLES)),
        neighbours,
        and_(waiting, _under(actor.scopes(WORKER_ROLES))),
        Ticket.reporter_id == actor.subject,
        and_(Ticket.worker_id == actor.subject, _under(actor.scopes(frozenset(Role)))),
        and_(Ticket.partner_id == actor.subject, _under(actor.scopes({Role.PARTNER}))),
    )


def _under(scopes: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(Ticket.compound_code.startswith(scope, autoescape=True) for scope in scopes))


def _narrowed(actor: Actor, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (Ticket.compound_id, wanted.compound_id),
            (Ticket.state, wanted.state),
            (Ticket.kind, wanted.kind),
            (Ticket.category, wanted.category),
            (Ticket.reporter_id, actor.subject if wanted.mine else None),
            (Ticket.worker_id, actor.subject if wanted.assigned_to_me else None),
        )
        if value is not None
    ]
    if wanted.region is not None:
        conditions.append(_under((wanted.region,)))
    if wanted.overdue:
        conditions.append(overdue(now))
    return conditions


def running() -> ColumnElement[bool]:
    """TKT-3. A clock runs for it and no answer is given yet."""
    return Ticket.state.in_(_RUNNING)


_RUNNING = OPEN - ANSWERED - {State.REJECTED, State.MERGED, State.SUSPENDED}


def overdue(now: datetime) -> ColumnElement[bool]:
    """TKT-3. The same as `rules.clock.is_overdue`, for open tickets that nobody has answered."""
    unanswered = and_(Ticket.answer_due_at <= now, Ticket.first_answered_at.is_(None))
    return and_(running(), or_(Ticket.due_at <= now, Ticket.sign_due_at <= now, unanswered))


async def sighted_ticket(
    db: AsyncSession, actor: Actor, ticket_id: UUID, rules: Parameters, lock: bool = False
) -> tuple[Ticket, Sight]:
    """One ticket and how much of it the actor sees. Errors: TicketUnknown, also for what he may not know of."""
    wanted = select(Ticket).where(Ticket.id == ticket_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    return sighted(actor, found, rules)


def sighted(actor: Actor, ticket: Ticket | None, rules: Parameters) -> tuple[Ticket, Sight]:
    """A loaded ticket and how much of it the actor sees. Errors: TicketUnknown."""
    if ticket is None:
        raise TicketUnknown
    sight = sight_of(facts_of(ticket).people, caller_on(actor, ticket.compound_code), rules)
    if sight is Sight.NONE:
        raise TicketUnknown
    return ticket, sight


async def may_community_lead(db: AsyncSession, ticket: Ticket) -> bool:
    """TKT-7."""
    found = await db.execute(select(Category.community_may_lead).where(Category.code == ticket.category))
    return found.scalar_one()


async def photos_of(db: AsyncSession, ticket_id: UUID) -> Sequence[TicketPhoto]:
    """Oldest first."""
    found = await db.execute(select(TicketPhoto).where(TicketPhoto.ticket_id == ticket_id).order_by(TicketPhoto.id))
    return found.scalars().all()


async def similar_tickets(db: AsyncSession, actor: Actor, ticket: Ticket, rules: Parameters) -> list[Ticket]:
    """TKT-5. Open tickets of the same matter that the actor may know of, newest first, that are not its own."""
    near = (
        select(Ticket)
        .where(
            Ticket.compound_id == ticket.compound_id,
            Ticket.category == ticket.category,
            _known_to(actor),
            Ticket.state.in_(OPEN - {State.MERGED, State.REJECTED}),
            Ticket.reported_at.between(
                ticket.reported_at - rules.merge_window, ticket.reported_at + rules.merge_window
            ),
            Ticket.id != ticket.id,
        )
        .order_by(Ticket.reported_at.desc(), Ticket.id.desc())
        .limit(10 * SIMILAR_MOST)
    )
    found = (await db.execute(near)).scalars()
    mine = matter_of(ticket)
    return [other for other in found if is_alike(mine, matter_of(other), rules)][:SIMILAR_MOST]


def history_of(ticket_id: UUID) -> Select[Any]:
    """Rows of (TicketMove, words or None)."""
    statement = select(TicketMove, TicketNote.words).outerjoin(TicketNote, TicketNote.move_id == TicketMove.id)
    return cast("Select[Any]", statement.where(TicketMove.ticket_id == ticket_id))
