"""The gateway as one ASGI application: it starts the rooms, opens the door, and stops them in reverse order."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.clock import ClockPage
from gateway.compose import Json, compose, load_contracts
from gateway.dispatch import Family, Table, families_of
from gateway.docs import DocsPages, SampleSignIn
from gateway.documents import Document
from gateway.front import Front, Inside
from gateway.health import HealthPages
from gateway.inbox import InboxPage
from gateway.metrics import Metrics
from gateway.metrics_page import MetricsPage
from gateway.operations import Operations
from gateway.overview import OverviewPage
from gateway.pages import Page, Pages
from gateway.problem_pages import ProblemPages, problems_in
from gateway.settings import GatewaySettings
from gateway.upstream import RoomFailed, Upstream, start_all, stop_all
from shared.telemetry import log

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a gateway is built from. `sign` makes tokens of the house key for calls to `/internal/`."""

    rooms: Sequence[Upstream]
    contracts: dict[str, Json] | None = None
    """Room -> contract; None: the committed ones of the rooms that are in the house."""
    families: Sequence[Family] | None = None
    """None: the house's own table (dispatch.py)."""
    sign: Callable[[], str] = lambda: ""
    sign_ins: Sequence[SampleSignIn] = field(default_factory=tuple)


class Gateway:
    """The whole house behind one door."""

    def __init__(self, settings: GatewaySettings, plan: Plan) -> None:
        self.settings = settings
        self.rooms = {room.name: room for room in plan.rooms}
        self.document = compose(_contracts(plan), settings.url, VERSION)
        families = plan.families if plan.families is not None else families_of(self.rooms)
        metrics = Metrics()
        pages = _pages(settings, plan, self.rooms, self.document, metrics)
        self._front = Front(
            settings,
            Inside(pages, pages.families, self.rooms, Table(families), Operations(self.document)),
            metrics,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._front(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:  # no room speaks WebSocket: streams are server-sent events
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        """The server's lifespan protocol for the whole house."""
        await receive()
        try:
            await start_all(list(self.rooms.values()))
        except RoomFailed as failure:
            log.error("house did not start", reason=str(failure), exc_info=failure.__cause__)
            await send({"type": "lifespan.startup.failed", "message": str(failure)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        failures = await stop_all(list(self.rooms.values()))
        if failures:
            said = "; ".join(map(str, failures))
            await send({"type": "lifespan.shutdown.failed", "message": said})
            return
        await send({"type": "lifespan.shutdown.complete"})


def _contracts(plan: Plan) -> dict[str, Json]:
    if plan.contracts is not None:
        return plan.contracts
    present = {"gateway", *(room.name for room in plan.rooms)}
    return {name: contract for name, contract in load_contracts().items() if name in present}


def _pages(
    settings: GatewaySettings, plan: Plan, rooms: dict[str, Upstream], document: dict[str, Any], metrics: Metrics
) -> Pages:
    docs = DocsPages(settings.sample, plan.sign_ins)
    health = HealthPages(rooms)
    problems = ProblemPages(problems_in(document))
    clock = ClockPage(rooms, settings.sample, plan.sign)
    openapi = Document(lambda: json.dumps(document, ensure_ascii=False).encode(), "application/json")
    return Pages(
        exact={
            "/": Page(docs.home),
            "/docs": Page(docs.docs),
            "/openapi.json": Page(openapi.get),
            "/health/live": Page(health.live),
            "/health/ready": Page(health.ready),
            "/metrics": Page(MetricsPage(metrics, settings.metrics_token).get),
            "/problems": Page(problems.index),
            "/sample/clock": Page(post=clock.set),
            "/favicon.ico": Page(_no_icon),
            "/robots.txt": Page(_no_robots),
            "/v1/inbox": Page(InboxPage(rooms).get),
        },
        below={
            "/docs/assets/": Page(docs.asset),
            "/problems/": Page(problems.one),
            "/v1/overview/": Page(OverviewPage(rooms).get),
        },
    )


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204)


async def _no_robots(request: Request) -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")
