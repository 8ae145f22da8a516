"""A route that takes a file in before the edge begins, so that a slow line holds no write open."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from fastapi.responses import Response

from services.registry.rules.roles import Role
from shared.edge import EdgeRoute
from shared.identity import caller
from shared.problems import NotSignedIn, RoleForbidden
from shared.uploads import Received, received


class UploadRoute(EdgeRoute):
    """The body of a POST is received, and looked at, outside the deadline and the transaction of a write."""

    senders: ClassVar[frozenset[Role]] = frozenset()
    """The roles one of which a sender must hold; none: everybody signed in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return inner

        async def handle(request: Request) -> Response:
            sender = caller(request)
            if sender is None:  # strangers send nothing
                raise NotSignedIn(challenge='Bearer realm="linli"')
            if self.senders and not sender.has(self.senders):  # nor does who may not do this anywhere
                raise RoleForbidden(needed=sorted(self.senders))
            file = await received(request)
            request.scope["linli.received"] = file
            await self.look_at(request, file)
            return await inner(request)

        return handle

    async def look_at(self, request: Request, file: Received) -> None:
        """What else a route wants done before its write begins."""


async def _uploaded(request: Request) -> Received:
    found: Received = request.scope["linli.received"]
    return found


Uploaded = Annotated[Received, Depends(_uploaded)]
