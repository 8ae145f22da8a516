"""What sign-in takes and gives, as RFC 6749 names it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.wire import Input, Output, Text, example


class GrantType(StrEnum):
    PASSWORD = "password"  # the name of a grant type
    REFRESH = "refresh_token"
    CLIENT = "client_credentials"
    ONE_TIME_CODE = "urn:linli:grant:one-time-code"
    MINI_PROGRAM = "urn:linli:grant:mini-program"


class TokenRequest(Input):
    """One form for every way to sign in; which fields are needed depends on `grant_type`:
    `password` takes username, password and (for administrators) otp; `refresh_token` takes refresh_token;
    `client_credentials` takes client_id and client_secret, or HTTP Basic; the one-time code of an invitation and
    the mini-program's login code go into code."""

    model_config = Input.model_config | example(grant_type="urn:linli:grant:mini-program", code="dev:secretary")
    grant_type: Annotated[str, Field(max_length=100, description="One of: " + ", ".join(GrantType))]
    username: Annotated[str, Text(50)] | None = None
    password: Annotated[str, Field(max_length=128)] | None = None
    otp: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    code: Annotated[str, Text(200)] | None = None
    refresh_token: Annotated[str, Text(200)] | None = None
    client_id: Annotated[str, Text(50)] | None = None
    client_secret: Annotated[str, Text(200)] | None = None
    scope: Annotated[str, Text(200, 0)] | None = None


class TokensSeen(Output):
    """The access token (a bearer token) and the refresh token that renews it once."""

    model_config = Output.model_config | example(
        access_token="eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiZDdmNiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3In0.c2lnbmF0dXJl",
        token_type="Bearer",
        expires_in=600,
        refresh_token="pJ0mDk2YkYd0m5ZB7h0pXHk1cB3m7gq2tG1yq5mEo3s",
    )
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | None


class EndSession(Input):
    """The refresh token whose session is to end (RFC 7009)."""

    model_config = Input.model_config | example(token="pJ0mDk2YkYd0m5ZB7h0pXHk1cB3m7gq2tG1yq5mEo3s")
    token: Annotated[str, Text(200)]


class PublishedKey(Output):
    """A public key as RFC 8037 writes it."""

    model_config = Output.model_config | example(
        kty="OKP", crv="Ed25519", x="Qgt8CXHvH2mlASTHoa1sdcIb3eINHpYDNCU547ePckQ", kid="a1b2", use="sig", alg="Ed25519"
    )
    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class PublishedKeys(Output):
    """The keys that sign our access tokens (RFC 7517)."""

    keys: list[PublishedKey]


class ServerMetadata(Output):
    """Where to sign in and what is offered (RFC 8414)."""

    model_config = Output.model_config | example(
        issuer="http://127.0.0.1:8000",
        token_endpoint="http://127.0.0.1:8000/oauth/token",
        revocation_endpoint="http://127.0.0.1:8000/oauth/revocations",
        jwks_uri="http://127.0.0.1:8000/.well-known/jwks.json",
        grant_types_supported=list(GrantType),
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        response_types_supported=[],
    )
    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    response_types_supported: list[str]
