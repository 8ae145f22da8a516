"""Access tokens for tests: a key that the test owns, and actors with the roles it needs."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import OKPKey

from shared.database import new_id
from shared.identity import ALGORITHM, AUDIENCE, Verifier

ISSUER = "http://127.0.0.1:8000"
KEY_ID = "test"
KEY = OKPKey.generate_key("Ed25519", {"kid": KEY_ID, "use": "sig", "alg": ALGORITHM})
PUBLISHED = {"keys": [KEY.as_dict(private=False)]}


@dataclass(frozen=True)
class Somebody:
    """An actor to sign a token for. Grants are `ROLE@scope`."""

    grants: Sequence[str] = ()
    kind: str = "person"
    subject: UUID = field(default_factory=new_id)
    session: UUID = field(default_factory=new_id)
    homes: Sequence[UUID] = ()
    tie: str | None = "OWNER@1577836800"
    """What he is to each of them, and since when (2020); None: a token from before ties were said."""
    stepped_up: float | None = None
    """Seconds since his last step-up; None: none."""

    def claims(self, **changed: object) -> dict[str, Any]:
        now = time.time()
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(self.subject),
            "sid": str(self.session),
            "kind": self.kind,
            "grants": list(self.grants),
            "homes": [str(home) for home in self.homes],
            "iat": now - 1,
            "exp": now + 600,
        }
        if self.tie is not None:
            usual["ties"] = [self.tie for _ in self.homes]
        if self.stepped_up is not None:
            usual["step_up"] = {"method": "TOTP", "at": now - self.stepped_up}
        return {**usual, **changed}

    def token(self, **changed: object) -> str:
        header = {"alg": ALGORITHM, "kid": KEY_ID, "typ": "at+jwt"}
        return jws.serialize_compact(header, json.dumps(self.claims(**changed)), KEY, algorithms=[ALGORITHM])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}


def trust_test_key(verifier: Verifier) -> None:
    """Let a room take tokens of the test's key (instead of the registry's)."""
    verifier.learn_keys(PUBLISHED)
