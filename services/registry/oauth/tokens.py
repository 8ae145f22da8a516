"""What an access token says, and with which key it is signed."""

import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import OKPKey

from services.registry.rules.sign_in import ACCESS_LIVES
from shared.identity import ALGORITHM, AUDIENCE, Grant, StepUp, Tie
from shared.sealing import secret

TYPE = "at+jwt"  # RFC 9068


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token is for."""

    subject: UUID
    kind: str
    session: UUID
    grants: Sequence[Grant]
    homes: Sequence[UUID] = ()
    until: datetime | None = None
    step_up: StepUp | None = None
    ties: Sequence[Tie] = ()
    """One for each of the homes, in their order; none: the token says nothing of them."""


class Issuer:
    """Signs access tokens with the registry's Ed25519 key, made at first start."""

    def __init__(self, folder: Path, name: str, create: bool = True) -> None:
        self._key = OKPKey.import_key(json.loads(secret(folder, "tokens.json", _new_key, create)))
        self._name = name
        self._kid = str(self._key.as_dict(private=False)["kid"])

    def published(self) -> dict[str, Any]:
        """The JWKS: public halves only."""
        return {"keys": [self._key.as_dict(private=False)]}

    def issue(self, bearer: Bearer) -> str:
        """Good for ten minutes, or until the first of its grants runs out. Real time, never the sample clock's."""
        now = time.time()
        ends = bearer.until.timestamp() if bearer.until is not None else float("inf")
        claims: dict[str, Any] = {
            "iss": self._name,
            "aud": AUDIENCE,
            "sub": str(bearer.subject),
            "sid": str(bearer.session),
            "kind": bearer.kind,
            "grants": sorted(f"{grant.role}@{grant.scope}" for grant in bearer.grants),
            "homes": [str(home) for home in bearer.homes],
            "iat": round(now, 3),
            "exp": int(min(now + ACCESS_LIVES.total_seconds(), ends)),
            "jti": secrets.token_hex(8),
        }
        if bearer.ties:
            claims["ties"] = [tie.claim() for tie in bearer.ties]
        if bearer.step_up is not None:
            claims["step_up"] = {"method": bearer.step_up.method, "at": round(bearer.step_up.at.timestamp(), 3)}
        header = {"alg": ALGORITHM, "kid": self._kid, "typ": TYPE}
        payload = json.dumps(claims, separators=(",", ":"))
        return jws.serialize_compact(header, payload, self._key, algorithms=[ALGORITHM])


def _new_key() -> bytes:
    kid = secrets.token_hex(8)
    key = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM})
    return json.dumps(key.as_dict(private=True)).encode()


def new_secret() -> str:
    """256 bits that nobody guesses, for refresh tokens and client secrets."""
    return secrets.token_urlsafe(32)


def digest(presented: str) -> bytes:
    """What we keep of a secret with that much chance in it: a plain hash is enough."""
    return hashlib.sha256(presented.encode("utf-8", "replace")).digest()
