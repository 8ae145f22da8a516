"""A client of a troubled house: it keeps one idempotency key a write and repeats until it knows the outcome."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.chaos.ledger import Ledger

SIGN_IN = "urn:linli:grant:mini-program"
TRY_SECONDS = 8.0
AGAIN = frozenset({401, 408, 425, 429, 500, 502, 503, 504})
"""What a repetition may change; 409 only where another try is still at work."""
REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Temper:
    """How a client behaves. Now and then it hangs up before the answer; a careless one takes a new key each time."""

    hangs_up: float = 0.05
    keeps_key: bool = True


class Caller:
    """One person with one front end."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        ledger: Ledger,
        person: str,
        chance: random.Random,
        temper: Temper = Temper(),
    ) -> None:
        self._session = session
        self.ledger = ledger
        self._code = f"dev:{person}"
        self._chance = chance
        self._temper = temper
        self._token = ""

    async def write(
        self, what: str, mark: str, path: str, body: Any, answer: Callable[[dict[str, Any]], str]
    ) -> dict[str, Any] | None:
        """Post until acknowledged, and note it. None when it was refused for good."""
        write = self.ledger.begin(what, mark)
        key = secrets.token_hex(12)
        while True:
            write.tries += 1
            write.sent_at = time.monotonic()
            sent = key if self._temper.keeps_key else secrets.token_hex(12)
            status, told, replayed = await self._try("POST", path, body, {"Idempotency-Key": sent})
            if 200 <= status < 300:
                self.ledger.acknowledge(write, answer(told), replayed)
                return told
            if not await self._again(status, told):
                self.ledger.refuse(write, f"{status} {told.get('code') or told.get('type')}")
                return None

    async def read(self, path: str) -> dict[str, Any]:
        """Get until answered."""
        while True:
            status, told, _ = await self._try("GET", path, None, {})
            if status == 200:
                return told
            if not await self._again(status, told):
                raise RuntimeError(f"GET {path}: {status} {told}")

    async def _again(self, status: int, told: dict[str, Any]) -> bool:
        """Whether to try once more, after a pause."""
        if status == 401:
            self._token = ""
        meeting = status == 409 and str(told.get("type", "")).endswith(("/still-running", "/collided"))
        if status and status not in AGAIN and not meeting:
            return False
        await asyncio.sleep(self._chance.uniform(0.02, 0.4))
        return True

    async def _try(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any], bool]:
        """One try: status (0 without an answer), the answer, whether it was a stored one."""
        patience = TRY_SECONDS
        if method == "POST" and self._chance.random() < self._temper.hangs_up:
            patience = self._chance.uniform(0.005, 0.1)
        try:
            async with asyncio.timeout(TRY_SECONDS):
                token = await self._signed_in()
            async with (
                asyncio.timeout(patience),
                self._session.request(
                    method, path, json=body, headers={**headers, "Authorization": f"Bearer {token}"}
                ) as reply,
            ):
                told = await reply.json(content_type=None) if reply.status != 204 else {}
                self.ledger.outcomes[str(reply.status)] += 1
                return reply.status, told or {}, REPLAYED in reply.headers
        except TimeoutError:
            self.ledger.outcomes["hung up" if patience < TRY_SECONDS else "no answer in time"] += 1
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            self.ledger.outcomes[type(fault).__name__] += 1
        return 0, {}, False

    async def _signed_in(self) -> str:
        if not self._token:
            form = {"grant_type": SIGN_IN, "code": self._code}
            async with self._session.post("/oauth/token", data=form) as reply:
                reply.raise_for_status()
                self._token = str((await reply.json())["access_token"])
        return self._token
