"""Partner platforms over HTTP: their access and their secrets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import Row

from services.registry.errors import ClientNameTaken, ClientUnknown, SecretsFull, SecretUnknown, answers
from services.registry.partners import actions, queries
from services.registry.partners.schemas import NewPartner, NewPartnerSeen, PartnerSeen, SecretSeen
from services.registry.rules.roles import Role
from services.registry.tables.identity import Client
from shared.edge import NEVER_REPLAYED, EdgeRoute, Now, Reading, Writing
from shared.identity import Actor, allow
from shared.paging import Listed, Orders, Page, page_of, paged, up

router = APIRouter(prefix="/v1/partners", tags=["registry"], route_class=EdgeRoute)
Administrator = Annotated[Actor, Depends(allow(Role.ADMINISTRATOR))]
ByName = Annotated[Page, Depends(paged(Orders("partners", {"name": (up(Client.name),)})))]


@router.get("", operation_id="list_partners", summary="Platforms that have access")
async def list_partners(db: Reading, actor: Administrator, page: ByName) -> Listed[PartnerSeen]:
    """Every platform in your reach that may sign in by itself."""
    return await page_of(db, queries.live_partners(actor), page, _seen)


def _seen(row: Row[Any]) -> PartnerSeen:
    client: Client = row[0]
    return PartnerSeen(
        id=client.id, name=client.name, scopes=row.scopes or [], secrets=row.secrets or [], made_at=client.made_at
    )


@router.post(
    "",
    operation_id="add_partner",
    summary="Give a platform access",
    openapi_extra=NEVER_REPLAYED,
    status_code=201,
    responses=answers(ClientNameTaken),
)
async def add_partner(db: Writing, actor: Administrator, partner: NewPartner, now: Now) -> NewPartnerSeen:
    """Within the reach of your role. The platform signs in with its name and the secret, which is shown this once."""
    client, row, secret = await actions.add_partner(db, actor, partner, now)
    seen = PartnerSeen(id=client.id, name=client.name, scopes=[partner.scope], secrets=[row.id], made_at=now)
    return NewPartnerSeen(
        partner=seen, secret=SecretSeen(client_id=client.name, secret_id=row.id, client_secret=secret)
    )


@router.delete(
    "/{partner_id}",
    operation_id="end_partner",
    summary="End a platform's access",
    status_code=204,
    responses=answers(ClientUnknown),
)
async def end_partner(db: Writing, actor: Administrator, partner_id: UUID, now: Now) -> None:
    """Dead everywhere within a minute. Ending it again changes nothing."""
    await actions.end_partner(db, actor, partner_id, now)


@router.post(
    "/{partner_id}/secrets",
    operation_id="add_secret",
    summary="A second secret",
    openapi_extra=NEVER_REPLAYED,
    status_code=201,
    responses=answers(ClientUnknown, SecretsFull),
)
async def add_secret(db: Writing, actor: Administrator, partner_id: UUID, now: Now) -> SecretSeen:
    """Two secrets may be live at once: bring in the new one, then end the old one."""
    client, row, secret = await actions.add_secret(db, actor, partner_id, now)
    return SecretSeen(client_id=client.name, secret_id=row.id, client_secret=secret)


@router.delete(
    "/{partner_id}/secrets/{secret_id}",
    operation_id="end_secret",
    summary="End a secret",
    status_code=204,
    responses=answers(ClientUnknown, SecretUnknown),
)
async def end_secret(db: Writing, actor: Administrator, partner_id: UUID, secret_id: UUID, now: Now) -> None:
    """The secret signs in no more; tokens already given run out within ten minutes."""
    await actions.end_secret(db, actor, partner_id, secret_id, now)
