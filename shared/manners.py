"""How every room behaves on HTTP: HEAD and OPTIONS, a true Allow, and problems instead of tracebacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import problems
from shared.house import House
from shared.problems import Asked, Refusal, render
from shared.telemetry import REFUSALS, current_trace, enter, log, trace_of
from shared.texts import Language, asked_language, field_error, pointer

MOST_ERRORS = 50
LONGEST_POINTER = 200


class Manners:
    """Pure ASGI: continues the caller's trace, answers OPTIONS, and lets HEAD be GET without a body."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute], room: House) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        enter(trace_of(Headers(scope=scope)))
        if scope["method"] == "OPTIONS" and (methods := offered(self._routes, scope)):
            reply = Response(status_code=204, headers={"Allow": ", ".join(methods)})
            await reply(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, _bodiless(send))
        else:
            await self._app(scope, receive, send)


def _bodiless(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return answer


def offered(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Every method that some route offers at this path; empty when there is no such path."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches({**scope, "method": "OPTIONS"})[0] is not Match.NONE:
            found |= set(route.methods or ())
    if "GET" in found:
        found.add("HEAD")
    return sorted(found | {"OPTIONS"}) if found else []


def install_problem_handlers(app: FastAPI) -> None:
    """Every way a request can fail becomes a problem of the house."""
    handlers: dict[Any, Any] = {
        Refusal: refused,
        RequestValidationError: invalid,
        HTTPException: from_starlette,
        IntegrityError: collided,
        OperationalError: database_away,
        InterfaceError: database_away,
        PoolTimeout: database_away,
        Exception: crashed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def asked_by(request: Request) -> Asked:
    house: House = request.app.state.room
    language = asked_language(request.headers.get("accept-language", ""))
    return Asked(language, house.settings.public_url, current_trace().trace_id)


async def refused(request: Request, refusal: Refusal) -> Response:
    """Answer a refusal by the room's table. Field errors raised by our own code get their sentence here."""
    house: House = request.app.state.room
    answer, asked = house.answer_to(refusal), asked_by(request)
    REFUSALS.labels(house.name, answer.slug).inc()
    facts = refusal.facts
    if "errors" in facts:
        facts = {**facts, "errors": [_told(one, asked.language) for one in facts["errors"]]}
    return render(answer, facts, asked)


def _told(error: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A field's fault in the asked language: the room's own `words` (zh, en), or the house's for the code."""
    if "detail" in error:
        return dict(error)
    if "words" not in error:
        return {"detail": field_error(error["code"], error, language), **error}
    zh, en = error["words"]
    own = {name: value for name, value in error.items() if name != "words"}
    return {**own, "detail": zh if language is Language.ZH else en}


async def invalid(request: Request, fault: RequestValidationError) -> Response:
    """Malformed JSON is 400; fields that are not right are 422 with our own sentence for each."""
    errors = fault.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return await refused(request, NOT_JSON)
    if any(error["loc"] == ("body",) and error["type"] in {"missing", "model_attributes_type"} for error in errors):
        media = request.headers.get("content-type", "").lower()
        if not media.startswith(("application/json", "multipart/form-data", "application/x-www-form-urlencoded")):
            return await refused(request, problems.MediaUnsupported(supported=["application/json"]))
    language = asked_by(request).language
    told = [
        {
            "pointer": pointer((*error["loc"], *error.get("ctx", {}).get("at", ())))[:LONGEST_POINTER],
            "code": error["type"],
            "detail": field_error(error["type"], error.get("ctx", {}), language),
        }
        for error in errors[:MOST_ERRORS]
    ]
    return await refused(request, problems.Invalid(errors=told))


NOT_JSON = problems.Malformed(reason_zh="请求体不是有效的 JSON。", reason_en="The body is not valid JSON.")
NOT_READABLE = problems.Malformed(reason_zh="请求体无法读懂。", reason_en="The body cannot be read.")


async def from_starlette(request: Request, fault: HTTPException) -> Response:
    """The framework's own refusals, in our words."""
    if fault.status_code == 404:
        return await refused(request, problems.Unknown())
    if fault.status_code == 405:
        allow = ", ".join(offered(request.app.router.routes, request.scope))
        return await refused(request, problems.MethodUnknown(allow=allow))
    if fault.status_code == 413:
        return await refused(request, problems.TooLarge(limit="?"))
    return await refused(request, NOT_READABLE)


UNIQUE_OR_EXCLUDED = frozenset({"23505", "23P01"})


async def collided(request: Request, fault: IntegrityError) -> Response:
    """Two requests met at a unique constraint: one stands, the other is told so. Any other violation is our fault."""
    if getattr(fault.orig, "sqlstate", None) not in UNIQUE_OR_EXCLUDED:
        raise fault
    return await refused(request, problems.Collided())


async def database_away(request: Request, fault: DBAPIError) -> Response:
    """The database is gone, restarting or full of work: nothing was acknowledged; come again."""
    # Only kinds: the text of a database error may quote values.
    state = getattr(getattr(fault, "orig", None), "sqlstate", None)
    log.warning("database did not answer", fault=type(fault).__name__, state=state)
    return await refused(request, problems.Busy(retry_after=2))


async def crashed(request: Request, fault: Exception) -> Response:
    """Our own fault. The traceback goes to the log, once; Starlette raises it on after this reply."""
    return await refused(request, problems.Crashed())
