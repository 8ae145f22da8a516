"""How a room asks another: over HTTP or straight into its ASGI app, never with a transaction open."""

import contextvars
from typing import Any

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import HouseKey
from shared.problems import NeighbourDown, Unknown
from shared.telemetry import current_trace, log

SECONDS = 5.0
RETRY_AFTER = 2

open_session: contextvars.ContextVar[AsyncSession | None] = contextvars.ContextVar("open_session", default=None)
"""The session of the request at work, set by the edge."""


class Neighbour:
    """Another room's internal surface. Calls are signed with the house key as `caller`."""

    def __init__(self, name: str, caller: str, key: HouseKey, transport: httpx2.AsyncBaseTransport, url: str) -> None:
        self.name = name
        self._caller = caller
        self._key = key
        self._client = httpx2.AsyncClient(transport=transport, base_url=url, timeout=SECONDS, trust_env=False)

    async def get_json(self, path: str, **query: str | int) -> Any:
        """The reply's JSON. Unknown on 404, NeighbourDown when there is no good answer."""
        return await self._ask("GET", path, params=query)

    async def post_json(self, path: str, body: Any, idempotency_key: str | None = None) -> Any:
        """Post and read JSON; repeat with the same key until it succeeds."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self._ask("POST", path, json=body, headers=headers)

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **rest: Any) -> Any:
        session = open_session.get()
        if session is not None and session.in_transaction():
            raise RuntimeError(f"{self.name} was called with a transaction open: ask neighbours before the first SQL")
        trace = current_trace()
        sent = {
            **(headers or {}),
            "Authorization": f"Internal {self._key.sign(self._caller)}",
            "X-Request-Id": trace.request_id,
            "traceparent": trace.traceparent,
        }
        try:
            reply = await self._client.request(method, path, headers=sent, **rest)
        except (httpx2.HTTPError, OSError) as fault:
            log.warning("neighbour did not answer", neighbour=self.name, path=path, fault=repr(fault))
            raise NeighbourDown(neighbour=self.name, retry_after=RETRY_AFTER) from fault
        if reply.status_code == 404:
            raise Unknown
        if reply.status_code >= 300:
            log.warning("neighbour refused", neighbour=self.name, path=path, status=reply.status_code)
            raise NeighbourDown(neighbour=self.name, retry_after=RETRY_AFTER)
        return reply.json() if reply.content else None

    async def close(self) -> None:
        await self._client.aclose()
