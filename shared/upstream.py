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
LOST = (httpx2.NetworkError, httpx2.RemoteProtocolError)
"""A connection that was refused or broke; a slow answer is no such thing, and is not asked for twice."""

open_session: contextvars.ContextVar[AsyncSession | None] = contextvars.ContextVar("open_session", default=None)
"""The session of the request at work, set by the edge."""


class Neighbour:
    """Another room's internal surface, at one address or several alike (`url`, by comma).

    Calls are signed with the house key as `caller`. A call that is as good when it arrives twice is tried once more,
    elsewhere if there is an elsewhere, when its connection was refused or lost: so an instance can be replaced while
    the others work.
    """

    def __init__(self, name: str, caller: str, key: HouseKey, transport: httpx2.AsyncBaseTransport, url: str) -> None:
        self.name = name
        self._caller = caller
        self._key = key
        self._clients = [
            httpx2.AsyncClient(transport=transport, base_url=one.strip(), timeout=SECONDS, trust_env=False)
            for one in url.split(",")
        ]

    async def get_json(self, path: str, **query: str | int | list[str]) -> Any:
        """The reply's JSON; a list is a parameter given several times.

        Errors: Unknown on 404, NeighbourDown when there is no good answer.
        """
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
        reply = await self._reply(method, path, sent, rest)
        if reply.status_code == 404:
            raise Unknown
        if reply.status_code >= 300:
            log.warning("neighbour refused", neighbour=self.name, path=path, status=reply.status_code)
            raise NeighbourDown(neighbour=self.name, retry_after=RETRY_AFTER)
        return reply.json() if reply.content else None

    async def _reply(self, method: str, path: str, sent: dict[str, str], rest: dict[str, Any]) -> httpx2.Response:
        """The first client in turn is the one that answered last."""
        tries = 2 if method == "GET" or "Idempotency-Key" in sent else 1
        while True:
            tries -= 1
            client = self._clients[0]
            try:
                return await client.request(method, path, headers=sent, **rest)
            except (httpx2.HTTPError, OSError) as fault:
                if self._clients[0] is client:  # nobody else has found out in the meantime
                    self._clients.append(self._clients.pop(0))
                log.warning("neighbour did not answer", neighbour=self.name, path=path, fault=repr(fault))
                if not tries or not isinstance(fault, LOST):
                    raise NeighbourDown(neighbour=self.name, retry_after=RETRY_AFTER) from fault

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
