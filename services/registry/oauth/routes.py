"""Sign-in over HTTP: tokens, their end, the keys that sign them."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.registry.errors import (
    ClientRefused,
    GrantTypeUnknown,
    MiniProgramAway,
    SecondFactorNeeded,
    SessionEnded,
    SignInLocked,
    SignInRefused,
    answers,
)
from services.registry.oauth import actions
from services.registry.oauth.house import AtTheDoor, Local
from services.registry.oauth.schemas import (
    EndSession,
    GrantType,
    PublishedKeys,
    ServerMetadata,
    TokenRequest,
    TokensSeen,
)
from services.registry.rules.sign_in import ACCESS_LIVES
from shared.edge import EdgeRoute, Writing, house_of

router = APIRouter(prefix="/oauth", tags=["registry"], route_class=EdgeRoute)
known = APIRouter(prefix="/.well-known", tags=["registry"], route_class=EdgeRoute)
routers = (router, known)

_REFUSED = answers(SignInRefused, SignInLocked, SecondFactorNeeded, SessionEnded, GrantTypeUnknown, MiniProgramAway)
Basic = Annotated[str | None, Header(alias="Authorization", include_in_schema=False)]


@router.post("/token", operation_id="sign_in", summary="Sign in", responses=_REFUSED)
async def sign_in(
    response: Response,
    db: Writing,
    porter: AtTheDoor,
    local: Local,
    asked: Annotated[TokenRequest, Form()],
    basic: Basic = None,
) -> TokensSeen:
    """Trade a password, one-time code, mini-program code, refresh token or client secret for tokens."""
    tokens = await actions.sign_in(db, porter, local, _with_basic(asked, basic))
    response.headers["Cache-Control"] = "no-store"
    return TokensSeen(
        access_token=tokens.access,
        token_type="Bearer",  # RFC 6750's name of the type
        expires_in=int(ACCESS_LIVES.total_seconds()),
        refresh_token=tokens.refresh,
    )


def _with_basic(asked: TokenRequest, basic: str | None) -> TokenRequest:
    """RFC 6749 2.3.1. Client id and secret may come as HTTP Basic."""
    scheme, _, encoded = (basic or "").partition(" ")
    if scheme.lower() != "basic" or asked.client_id is not None:
        return asked
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        known_as = TokenRequest(grant_type=asked.grant_type, client_id=name, client_secret=secret)
    except (binascii.Error, UnicodeError, ValidationError):
        raise ClientRefused(error="invalid_client", challenge=actions.BASIC) from None
    return asked.model_copy(update={"client_id": known_as.client_id, "client_secret": known_as.client_secret})


@router.post("/revocations", operation_id="end_session", summary="Sign out", status_code=204)
async def end_session(db: Writing, asked: Annotated[EndSession, Form()]) -> None:
    """End the session of a refresh token. An unknown token is no error (RFC 7009)."""
    await actions.end_session(db, asked.token)


@known.get("/jwks.json", operation_id="list_keys", summary="The keys that sign access tokens")
async def list_keys(porter: AtTheDoor) -> PublishedKeys:
    """Public keys only; every service checks tokens with them by itself."""
    return PublishedKeys.model_validate(porter.issuer.published())


@known.get("/oauth-authorization-server", operation_id="get_server_metadata", summary="What sign-in offers")
async def get_server_metadata(request: Request) -> ServerMetadata:
    """The authorization server's metadata (RFC 8414)."""
    url = house_of(request).settings.public_url
    return ServerMetadata(
        issuer=url,
        token_endpoint=f"{url}/oauth/token",
        revocation_endpoint=f"{url}/oauth/revocations",
        jwks_uri=f"{url}/.well-known/jwks.json",
        grant_types_supported=list(GrantType),
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        response_types_supported=[],
    )
