"""Which of the gateway's own pages answers: exact paths and paths below a prefix, with HEAD, OPTIONS and Allow."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.dispatch import family_of
from shared.problems import MethodUnknown, Unknown

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """The handlers of one path, by method."""

    get: Handler | None = None
    post: Handler | None = None

    @property
    def methods(self) -> list[str]:
        reads = ["GET", "HEAD"] if self.get is not None else []
        return [*reads, "OPTIONS", *(["POST"] if self.post is not None else [])]

    def handler(self, method: str) -> Handler | None:
        return {"GET": self.get, "HEAD": self.get, "POST": self.post}.get(method)


@dataclass(frozen=True, slots=True)
class Pages:
    """An ASGI app over two dictionaries. `below["/problems/"]` answers `/problems/<one segment>`."""

    exact: Mapping[str, Page]
    below: Mapping[str, Page] = field(default_factory=dict)

    @property
    def families(self) -> frozenset[str]:
        """The first paths below which a page of the gateway answers (dispatch.py)."""
        return frozenset(family_of(path) for path in (*self.exact, *self.below))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._page(scope["path"])
        method = scope["method"]
        if method == "OPTIONS":
            await Response(status_code=204, headers={"Allow": ", ".join(page.methods)})(scope, receive, send)
            return
        handler = page.handler(method)
        if handler is None:
            raise MethodUnknown(allow=", ".join(page.methods))
        response = await handler(Request(scope, receive))
        if method == "HEAD":
            response.body = b""  # its Content-Length stays, as for GET
        await response(scope, receive, send)

    def _page(self, path: str) -> Page:
        if path in self.exact:
            return self.exact[path]
        prefix, slash, rest = path.rpartition("/")
        if rest and prefix + slash in self.below:
            return self.below[prefix + slash]
        raise Unknown
