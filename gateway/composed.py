"""How several rooms are asked side by side for a caller: with his own token, each bounded, the silent ones named."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from gateway.ask import NONE, Answered, ask_as
from gateway.upstream import Upstream
from shared.problems import NotSignedIn
from shared.telemetry import current_trace

SECONDS = 0.8
PASSED_ON = ("authorization", "accept-language")
CHALLENGE = 'Bearer realm="linli"'


@dataclass(frozen=True, slots=True)
class Question:
    """A public route of a room that is asked; `name` is what its answer is called."""

    name: str
    room: str
    path: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back, by the question's name."""

    by_name: Mapping[str, Answered]
    missing: Sequence[str]
    """The rooms that did not answer, by name; a room that refuses has answered."""

    def told(self, name: str) -> Mapping[str, Any] | None:
        """A good answer's object; None for silence, refusal and what is no object."""
        answered = self.by_name[name]
        body = answered.json() if answered.status == 200 else None
        return body if isinstance(body, dict) else None

    def items(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a good list; none otherwise."""
        told = self.told(name) or {}
        return [row for row in told.get("items", ()) if isinstance(row, dict)]


async def ask_all(rooms: Mapping[str, Upstream], request: Request, questions: Sequence[Question]) -> Answers:
    """Ask every question at once. NotSignedIn when the caller has no token or a room does not take it."""
    if "authorization" not in request.headers:
        raise NotSignedIn(challenge=CHALLENGE)
    trace = current_trace()
    heads = [(name.encode(), request.headers[name].encode("latin-1")) for name in PASSED_ON if name in request.headers]
    heads += [(b"x-request-id", trace.request_id.encode()), (b"traceparent", trace.traceparent.encode())]
    asked = [_ask(rooms, one, heads) for one in questions]
    by_name = dict(zip((one.name for one in questions), await asyncio.gather(*asked), strict=True))
    if any(answered.status == 401 for answered in by_name.values()):
        raise NotSignedIn(challenge=CHALLENGE)
    return Answers(by_name, sorted({one.room for one in questions if _is_silent(by_name[one.name])}))


async def _ask(rooms: Mapping[str, Upstream], question: Question, heads: list[tuple[bytes, bytes]]) -> Answered:
    if (room := rooms.get(question.room)) is None:
        return NONE
    return await ask_as(room, question.path, question.query, heads, SECONDS)


def _is_silent(answered: Answered) -> bool:
    return answered.status in (0, 429) or answered.status >= 500
