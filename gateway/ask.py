"""How the gateway itself asks a room: inside the house (health, the sample clock), or on a caller's behalf."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Scope

from gateway.upstream import Upstream
from shared.problems import Refusal
from shared.telemetry import log


@dataclass(frozen=True, slots=True)
class Answered:
    """A room's whole answer; status 0 when it gave none in time."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


NONE = Answered(0, b"")


async def ask(room: Upstream, method: str, path: str, seconds: float, body: bytes = b"", sign: str = "") -> Answered:
    """Call `/internal/…` of a room. `sign` is the token of the house key. A crash or silence is NONE."""
    headers = [(b"host", b"house"), (b"content-length", str(len(body)).encode())]
    headers += [(b"content-type", b"application/json")] if body else []
    headers += [(b"authorization", f"Internal {sign}".encode())] if sign else []
    scope = _scope(method, path, "", headers)
    return await _answer(room, scope, body, seconds)


async def ask_as(room: Upstream, path: str, query: str, heads: list[tuple[bytes, bytes]], seconds: float) -> Answered:
    """GET a public route of a room with these headers, the caller's token among them. A crash or silence is NONE."""
    return await _answer(room, _scope("GET", path, query, [(b"host", b"house"), *heads]), b"", seconds)


def _scope(method: str, path: str, query: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": None,
        "server": None,
    }


async def _answer(room: Upstream, scope: Scope, body: bytes, seconds: float) -> Answered:
    kept = _Kept(body)
    try:
        async with asyncio.timeout(seconds):
            await room(scope, kept.receive, kept.send)
    except (TimeoutError, Refusal):  # it says nothing in time, or its process does not answer (http_upstream.py)
        return NONE
    except Exception:
        log.exception("crashed", room=room.name, method=scope["method"], inside=True)
        return NONE
    return Answered(kept.status, b"".join(kept.parts))


class _Kept:
    """Both ends of one small exchange."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self.status = 0
        self.parts: list[bytes] = []

    async def receive(self) -> Message:
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body or b"", None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))
