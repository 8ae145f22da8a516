"""Authorities over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.election.ballots.house import AtThisMoment
from services.election.elections.queries import election_of
from services.election.errors import (
    ElectionUnknown,
    HomeNotOnRoll,
    NotOpen,
    ProxyRefused,
    ProxyUnknown,
    answers,
)
from services.election.house import Means
from services.election.proxies import actions, queries
from services.election.proxies.schemas import FilePaper, NewProxy, ProxySeen, proxy_seen
from services.election.rules.roles import DESK_ROLES
from shared.edge import EdgeRoute, Now, Reading, Writing
from shared.files import ReferenceRefused
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import RoleForbidden

router = APIRouter(prefix="/v1/elections/{election_id}/proxies", tags=["election"], route_class=EdgeRoute)
Desk = Annotated[Actor, Depends(allow(*DESK_ROLES))]
Proxies = Annotated[Page, Depends(paged(queries.PROXIES))]


@router.post(
    "",
    operation_id="register_proxy",
    summary="Let somebody cast for me",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, HomeNotOnRoll, ProxyRefused, ReferenceRefused),
)
async def register_proxy(
    db: Writing, actor: SignedIn, means: Means, election_id: UUID, proxy: NewProxy, moment: AtThisMoment
) -> ProxySeen:
    """By an owner himself with a fresh second factor, or by the desk with the paper. One an entitlement."""
    return proxy_seen(*await actions.register_proxy(db, actor, means.keys, election_id, proxy.given(), moment))


@router.get("", operation_id="list_proxies", summary="Authorities", responses=answers(ElectionUnknown))
async def list_proxies(db: Reading, actor: SignedIn, election_id: UUID, page: Proxies) -> Listed[ProxySeen]:
    """Those that I gave or hold; the desk sees all."""
    election = await election_of(db, actor, election_id)
    statement = queries.visible(actor, election.id, actor.holds(DESK_ROLES, election.compound_code))
    return await page_of(db, statement, page, lambda row: proxy_seen(row.Proxy, row.RollEntry))


@router.post(
    "/{proxy_id}/papers",
    operation_id="file_letter",
    summary="Put the letter of an agent on file",
    status_code=201,
    responses=answers(ElectionUnknown, NotOpen, RoleForbidden, ProxyUnknown, ProxyRefused, ReferenceRefused),
)
async def file_letter(
    db: Writing, actor: Desk, means: Means, election_id: UUID, proxy_id: UUID, change: FilePaper, now: Now
) -> ProxySeen:
    """Before closing: without it the ballot of a company's agent is INVALID."""
    return proxy_seen(*await actions.file_letter(db, actor, means.keys, election_id, proxy_id, change.paper, now))


@router.delete(
    "/{proxy_id}",
    operation_id="end_proxy",
    summary="End an authority",
    status_code=204,
    responses=answers(ElectionUnknown, NotOpen, ProxyUnknown),
)
async def end_proxy(db: Writing, actor: SignedIn, election_id: UUID, proxy_id: UUID, now: Now) -> None:
    """By whoever gave or holds it, or the desk. A ballot that was cast before stands."""
    await actions.end_proxy(db, actor, election_id, proxy_id, now)
