"""Roles over HTTP: who holds which, giving and ending them, inviting people to set up their accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.registry.errors import (
    AccountStands,
    GrantUnknown,
    HolderUnknown,
    LoginTaken,
    PersonUnknown,
    RoleClashes,
    RoleHeld,
    RoleNotYours,
    RolesFull,
    ScopeUnknown,
    answers,
)
from services.registry.roles import actions, queries
from services.registry.roles.schemas import GrantSeen, InvitationSeen, NewGrant, NewInvitation
from services.registry.rules.roles import GIVES, Role
from services.registry.tables.identity import RoleGrant
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.identity import Actor, allow
from shared.paging import Listed, Orders, Page, down, page_of, paged

router = APIRouter(prefix="/v1/roles", tags=["registry"], route_class=EdgeRoute)
people = APIRouter(prefix="/v1/people", tags=["registry"], route_class=EdgeRoute)
routers = (router, people)

Giver = Annotated[Actor, Depends(allow(*GIVES))]
Looker = Annotated[Actor, Depends(allow(*queries.SEES))]
ORDERS = Orders("roles", {"newest": (down(RoleGrant.id),)})
ByNewest = Annotated[Page, Depends(paged(ORDERS))]


@router.get("", operation_id="list_roles", summary="Who holds which role")
async def list_roles(
    db: Reading,
    actor: Looker,
    page: ByNewest,
    role: Annotated[Role | None, Query(description="Only this role.")] = None,
    live: Annotated[bool, Query(description="Only grants that have not ended.")] = True,
) -> Listed[GrantSeen]:
    """The grants on codes that your own roles reach; party membership only for who may give it, and for auditors."""
    statement = queries.grants_in_reach(actor, role, live)
    return await page_of(db, statement, page, lambda row: GrantSeen.model_validate(row[0]))


@router.post(
    "",
    operation_id="give_role",
    summary="Give a role",
    status_code=201,
    responses=answers(RoleNotYours, HolderUnknown, ScopeUnknown, RoleClashes, RoleHeld, RolesFull),
)
async def give_role(db: Writing, actor: Giver, grant: NewGrant, now: Now) -> GrantSeen:
    """Give a role to a person, within the reach of your own."""
    return GrantSeen.model_validate(await actions.give_role(db, actor, grant, now))


@router.delete(
    "/{grant_id}", operation_id="end_role", summary="End a role", status_code=204, responses=answers(GrantUnknown)
)
async def end_role(db: Writing, actor: Giver, grant_id: UUID, now: Now) -> None:
    """End a role; it is dead everywhere within a minute. Ending it again changes nothing."""
    await actions.end_role(db, actor, grant_id, now)


@people.post(
    "/{person_id}/invitations",
    operation_id="invite_person",
    summary="Invite a person to set up his account",
    openapi_extra=NEVER_REPLAYED,
    status_code=201,
    responses=answers(PersonUnknown, AccountStands, LoginTaken, RoleNotYours),
)
async def invite_person(db: Writing, actor: Giver, person_id: UUID, invitation: NewInvitation) -> InvitationSeen:
    """A one-time code to be handed over in person; with it he signs in once and sets his password."""
    code, expires_at = await actions.invite_person(db, actor, person_id, invitation.login)
    return InvitationSeen(login=invitation.login, code=code, expires_at=expires_at)
