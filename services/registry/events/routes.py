"""The feed over HTTP: partners and desks read it, rooms write it from inside the house."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import func, or_, select

from services.registry.events import actions
from services.registry.events.schemas import EventSeen, EventsSeen, ToldEvents
from services.registry.rules.roles import Role
from services.registry.tables.identity import Feed, Revocation
from shared.edge import EdgeRoute, Reading, Writing
from shared.identity import Actor, Internal, allow
from shared.wire import Output

router = APIRouter(prefix="/v1/events", tags=["registry"], route_class=EdgeRoute)
inside = APIRouter(prefix="/internal", route_class=EdgeRoute, include_in_schema=False)
routers = (router, inside)

HEARS = (Role.PARTNER, Role.ADMINISTRATOR, Role.STREET_OFFICER, Role.SECRETARY, Role.CLERK)
Listener = Annotated[Actor, Depends(allow(*HEARS))]
REVOKED_WITHIN = timedelta(minutes=30)  # longer than any access token lives


@router.get("", operation_id="list_events", summary="What happened, in order")
async def list_events(
    db: Reading,
    actor: Listener,
    after: Annotated[
        str, Query(pattern=r"^[0-9]{1,18}$", description="The `after` of your last reading; 0 for all.")
    ] = "0",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EventsSeen:
    """CloudEvents of the compounds that your roles reach, in one stable order without gaps."""
    scopes = actor.scopes(HEARS)
    reach = [Feed.compound_code.startswith(scope, autoescape=True) for scope in scopes]
    if "" in scopes:
        reach.append(Feed.compound_code.is_(None))  # of no place: for who hears everything
    # Where the feed ends is read first: what comes in meanwhile is left for the next call, not skipped.
    end = (await db.execute(select(func.coalesce(func.max(Feed.position), 0)))).scalar_one()
    wanted = select(Feed).where(Feed.position > int(after), Feed.position <= end, or_(*reach))
    rows = (await db.execute(wanted.order_by(Feed.position).limit(limit))).scalars()
    items = [_seen(row) for row in rows]
    last = items[-1].sequence if len(items) == limit else f"{max(end, int(after)):018d}"
    return EventsSeen(items=items, after=last)


def _seen(row: Feed) -> EventSeen:
    return EventSeen(
        specversion="1.0",
        id=row.event_id,
        source=f"/linli/{row.room}",
        type=row.type,
        subject=row.subject,
        time=row.at,
        datacontenttype="application/json",
        compoundcode=row.compound_code,
        sequence=f"{row.position:018d}",
        data=row.data,
    )


@inside.post("/events", operation_id="take_events")
async def take_events(db: Writing, caller: Internal, told: ToldEvents) -> dict[str, int]:
    """A room's relay hands over its next events; those already known are passed over."""
    return {"taken": await actions.take_events(db, told)}


class Ended(Output):
    """Whose tokens are dead, if issued up to `at` (seconds since 1970)."""

    subject: str
    at: float


class EndedSeen(Output):
    items: list[Ended]


@inside.get("/revocations", operation_id="list_revocations")
async def list_revocations(db: Reading, caller: Internal) -> EndedSeen:
    """What every room must know to refuse tokens before they run out."""
    since = datetime.now(UTC) - REVOKED_WITHIN
    rows = (await db.execute(select(Revocation).where(Revocation.at > since))).scalars()
    return EndedSeen(items=[Ended(subject=str(row.subject), at=row.at.timestamp()) for row in rows])
