"""Who is calling, and whether his role lets him: every room checks the token itself and trusts no header."""

import hashlib
import json
import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from shared.problems import NotSignedIn, RoleForbidden

ALGORITHM = "Ed25519"  # RFC 9864; the older name "EdDSA" is deprecated
AUDIENCE = "linli"
CACHED_SECONDS = 30
CACHED_TOKENS = 20_000
LONGEST_TOKEN = 12_288
INTERNAL_SECONDS = 60
LEEWAY = 5


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on every compound whose 15-digit code starts with `scope`; "" is everywhere."""

    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class StepUp:
    """A second factor that was asked of a caller who was signed in already: by which method, and when (real time)."""

    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tie:
    """What a person is to a home, and since when without a break."""

    home: UUID
    relation: str
    since: datetime

    def claim(self) -> str:
        """As a token says it, beside the home; whole seconds, never earlier than it was."""
        return f"{self.relation}@{math.ceil(self.since.timestamp())}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever calls: a person, a partner's client or one of our services."""

    subject: UUID
    kind: str
    grants: tuple[Grant, ...]
    session: UUID
    token: str = field(repr=False)
    homes: tuple[UUID, ...] = ()
    """The homes a person is bound to."""
    step_up: StepUp | None = None
    """The newest one of this token; how fresh it must be, the room that asks for it judges."""
    ties: tuple[Tie, ...] = ()
    """What he is to each of these homes; none in a token from before they were said."""

    def has(self, roles: Collection[str]) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def holds(self, roles: Collection[str], code: str) -> bool:
        """Whether one of the roles reaches the compound (or region) with this code."""
        return any(grant.role in roles and code.startswith(grant.scope) for grant in self.grants)

    def scopes(self, roles: Collection[str]) -> tuple[str, ...]:
        """The code prefixes on which the actor holds one of the roles, for filters."""
        return tuple(sorted({grant.scope for grant in self.grants if grant.role in roles}))

    def roles_on(self, code: str) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants if code.startswith(grant.scope))


def actor_of(claims: Mapping[str, Any], token: str) -> Actor:
    """The actor that verified claims name: sub, kind, grants ["ROLE@scope"], sid, homes, ties (for each home
    "RELATION@seconds since 1970"), and "step_up" where the token was given for one: {"method", "at" in seconds}."""
    grants = tuple(Grant(*entry.split("@", 1)) for entry in claims["grants"])
    homes = tuple(UUID(home) for home in claims.get("homes", ()))
    stepped = claims.get("step_up")
    at = None if stepped is None else datetime.fromtimestamp(float(stepped["at"]), UTC)
    step_up = None if stepped is None or at is None else StepUp(str(stepped["method"]), at)
    ties = _ties_of(homes, claims["ties"]) if "ties" in claims else ()
    return Actor(UUID(claims["sub"]), str(claims["kind"]), grants, UUID(claims["sid"]), token, homes, step_up, ties)


def _ties_of(homes: Sequence[UUID], said: Sequence[str]) -> tuple[Tie, ...]:
    return tuple(_tie_of(home, *entry.split("@", 1)) for home, entry in zip(homes, said, strict=True))


def _tie_of(home: UUID, relation: str, since: str) -> Tie:
    return Tie(home, relation, datetime.fromtimestamp(int(since), UTC))


class Verifier:
    """Checks access tokens against the registry's published keys and its revocations, without asking it each time."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._keys: dict[str, KeySet] = {}
        self._seen: dict[bytes, tuple[float, float, Actor]] = {}
        self._ended: dict[UUID, float] = {}
        """Session or subject -> tokens issued before this instant are dead."""

    def learn_keys(self, published: Mapping[str, Any]) -> None:
        """Take the registry's JWKS. Each key is kept under its id: a token is checked by that key alone."""
        self._keys = {
            str(key["kid"]): KeySet.import_key_set({"keys": [key]})
            for key in published["keys"]
            if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"
        }
        self._seen.clear()

    def learn_revocations(self, ended: Mapping[UUID, float]) -> None:
        """Tokens of these sessions or subjects that were issued before the instant are dead from now on."""
        if fresh := {one: at for one, at in ended.items() if self._ended.get(one) != at}:
            self._ended.update(fresh)
            self._seen.clear()

    def forget_revocations(self, before: float) -> None:
        self._ended = {one: at for one, at in self._ended.items() if at >= before}

    def verify(self, token: str) -> Actor:
        """The actor of a valid token; NotSignedIn otherwise."""
        now = time.time()
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        seen = self._seen.get(digest)
        if seen is not None and now < seen[0] and now < seen[1]:
            return seen[2]
        actor, issued, expires = self._read(token, now)
        if any(issued <= self._ended.get(one, -1.0) for one in (actor.session, actor.subject)):
            raise NotSignedIn(challenge=CHALLENGE)
        if len(self._seen) >= CACHED_TOKENS:
            self._seen.clear()
        self._seen[digest] = (now + CACHED_SECONDS, expires, actor)
        return actor

    def _read(self, token: str, now: float) -> tuple[Actor, float, float]:
        """The bearer of a sound token, when it was issued and when it expires."""
        try:
            if len(token) > LONGEST_TOKEN:
                raise ValueError("too long")
            header = jws.extract_compact(token.encode("ascii")).headers()
            keys = self._keys[header["kid"]]
            if header.get("alg") != ALGORITHM or header.get("typ") != "at+jwt":
                raise ValueError("wrong algorithm or type")
            found = jws.deserialize_compact(token, keys, algorithms=[ALGORITHM])
            claims = _checked(found.payload, self.issuer, AUDIENCE, now)
            return actor_of(claims, token), float(claims["iat"]), float(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError, UnicodeError, AttributeError, OverflowError, OSError):
            raise NotSignedIn(challenge=CHALLENGE) from None


CHALLENGE = 'Bearer realm="linli", error="invalid_token"'


def _checked(payload: bytes, issuer: str, audience: str, now: float) -> dict[str, Any]:
    """The claims, if issuer, audience and times are right."""
    claims = json.loads(payload)
    if claims["iss"] != issuer or claims["aud"] != audience:
        raise ValueError("wrong issuer or audience")
    if not (float(claims["iat"]) - LEEWAY <= now < float(claims["exp"])):
        raise ValueError("not valid now")
    return dict(claims)


def bearer(request: Request) -> str | None:
    """The token of the Authorization header; None without one, NotSignedIn when it is no bearer token."""
    values = request.headers.getlist("authorization")
    if not values:
        return None
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn(challenge=CHALLENGE)
    return token.strip()


def caller(request: Request) -> Actor | None:
    """Who calls, verified once a request; None for nobody."""
    if "linli.actor" not in request.scope:
        token = bearer(request) if not request.scope["path"].startswith(("/internal/", "/oauth/")) else None
        verifier: Verifier = request.app.state.room.verifier
        request.scope["linli.actor"] = None if token is None else verifier.verify(token)
    found: Actor | None = request.scope["linli.actor"]
    return found


@dataclass(frozen=True)
class Allowed:
    """A dependency that answers the caller if he has one of the roles somewhere; no roles: any signed-in caller.

    Whether the role reaches the very compound is judged where the compound is known, in the room's action or query.
    """

    roles: frozenset[str]

    async def __call__(self, request: Request) -> Actor:
        actor = caller(request)
        if actor is None:
            raise NotSignedIn(challenge='Bearer realm="linli"')
        if self.roles and not actor.has(self.roles):
            raise RoleForbidden(needed=sorted(self.roles))
        return actor


def allow(*roles: str) -> Allowed:
    return Allowed(frozenset(str(role) for role in roles))


async def anyone(request: Request) -> Actor | None:
    """The caller if he is signed in, else None: the operation is open to all."""
    return caller(request)


SignedIn = Annotated[Actor, Depends(Allowed(frozenset()))]
Anyone = Annotated[Actor | None, Depends(anyone)]


class HouseKey:
    """The key that our own services share: it signs calls between rooms, which never leave the house."""

    def __init__(self, secret: bytes) -> None:
        self._key = OctKey.import_key(secret)

    def sign(self, service: str) -> str:
        now = int(time.time())
        claims = {"iss": service, "aud": "internal", "iat": now, "exp": now + INTERNAL_SECONDS}
        return jws.serialize_compact({"alg": "HS256", "typ": "internal"}, json.dumps(claims), self._key, ["HS256"])

    def verify(self, token: str) -> str:
        """The name of the service that signed; NotSignedIn for anything else."""
        try:
            found = jws.deserialize_compact(token, self._key, algorithms=["HS256"])
            if found.headers().get("typ") != "internal":
                raise ValueError("wrong type")
            return str(_checked(found.payload or b"", _issuer(found.payload), "internal", time.time())["iss"])
        except (JoseError, ValueError, KeyError, TypeError, UnicodeError):
            raise NotSignedIn(challenge="Internal") from None


def _issuer(payload: bytes | None) -> str:
    return str(json.loads(payload or b"{}")["iss"])


def service_of(request: Request) -> str:
    """Which of our services calls, by the house key; NotSignedIn for anybody else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Internal":
        raise NotSignedIn(challenge="Internal")
    key: HouseKey = request.app.state.room.house_key
    return key.verify(token.strip())


def subject(request: Request) -> str | None:
    """Who calls, as histories name him: `person:<id>`, `client:<id>`, `service:<name>`, or None for nobody."""
    if request.scope["path"].startswith("/internal/"):
        return f"service:{service_of(request)}"
    actor = caller(request)
    return None if actor is None else f"{actor.kind}:{actor.subject}"


async def internal(request: Request) -> str:
    """The calling service; only for routes under /internal/, which never leave the house."""
    return service_of(request)


Internal = Annotated[str, Depends(internal)]
