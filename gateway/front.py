"""How one request passes the door: its gates in order, the room or page that answers, and the line that is left."""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.admission import Admission
from gateway.arrivals import Arrivals, Counted
from gateway.body import Incoming, Patience, check_length, limit_of, say_and_close
from gateway.cors import Cors
from gateway.dispatch import Table, family_of
from gateway.errors import BodySlow, OriginForbidden, answer_for
from gateway.metrics import Metrics
from gateway.operations import Operations, Priority
from gateway.rate import Buckets, Subjects, address_key
from gateway.reply import Headers, Reply, house_headers
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream
from gateway.visit import Visit, check_head, network_of, visit_of
from shared.problems import Asked, Crashed, Refusal, TooLarge, TooMany, render
from shared.telemetry import enter, log

# Asked by monitors all the time and at the worst of times: neither counted against a client nor queued.
UNCOUNTED = frozenset({"/health/live", "/health/ready", "/metrics"})


LEFT = 499
"""In the books of one who left before his request was whole; nobody is there to be answered."""


UNSURE_ENDS = frozenset({b"transfer-encoding", b"upgrade"})
"""With one of these nobody knows where a refused request ends and the next begins: the connection ends with it."""


class ClientLeft(Exception):
    """The client went away while its body was awaited."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands behind the door: the gateway's own pages, the rooms, and who answers which path."""

    pages: ASGIApp
    own_families: frozenset[str]
    """The families of the gateway's own pages."""
    rooms: Mapping[str, Upstream]
    table: Table
    operations: Operations


@dataclass(frozen=True, slots=True)
class Places:
    """Who may be inside at once: of the rooms of this process together, of each room apart by itself."""

    admission: Admission
    uploads: Counted
    streams: Counted
    """By address; all of them are the admission's to count."""

    @classmethod
    def of(cls, most: int, settings: GatewaySettings, shared: bool) -> "Places":
        admission = Admission(most, settings.admit_streams, shared=shared)
        uploads = Counted(settings.admit_uploads, settings.admit_uploads // 3)
        return cls(admission, uploads, Counted(None, max(1, settings.admit_streams // 3)))


class Front:
    """The door. One instance a process; all it remembers is counters and buckets."""

    def __init__(self, settings: GatewaySettings, inside: Inside, metrics: Metrics) -> None:
        self._settings = settings
        self._inside = inside
        self._metrics = metrics
        self._house = house_headers(settings.url.startswith("https://"))
        self._cors = Cors(settings)
        self._patience = Patience(settings.body_piece_seconds, settings.body_seconds)
        self._places = Places.of(settings.admit, settings, shared=True)
        self._of_rooms = {
            name: Places.of(room.most, settings, shared=False) if room.most is not None else self._places
            for name, room in inside.rooms.items()
        }
        self._arrivals = Arrivals(settings.arriving_per_address)
        self._people = Buckets(settings.rate_per_minute, settings.rate_burst)
        self._addresses = Buckets(settings.address_rate_per_minute, settings.address_rate_burst)
        self._subjects = Subjects()
        everywhere = {id(one): one for one in (self._places, *self._of_rooms.values())}.values()
        self._turned_away, self._said_full_at = 0, float("-inf")
        metrics.limit.set_function(lambda: sum(one.admission.limit for one in everywhere))
        metrics.working.set_function(lambda: sum(one.admission.working for one in everywhere))
        metrics.streaming.set_function(lambda: sum(one.admission.streaming for one in everywhere))
        metrics.arriving.set_function(lambda: self._arrivals.counted.now)
        metrics.uploading.set_function(lambda: sum(one.uploads.now for one in everywhere))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The server adds the trailers of a body to this very list: what was not there to be judged is not read later.
        scope = {**scope, "headers": list(scope["headers"])}
        visit = visit_of(scope)
        enter(visit.trace)
        reply = Reply(visit, send, self._house, self._cors.headers(visit))
        try:
            await self._pass(visit, scope, receive, reply)
        except Refusal as refusal:
            visit.refused = answer_for(refusal).slug
            await self._refuse(refusal, visit, scope, receive, reply)
        except (ClientLeft, ClientDisconnect):
            visit.status = LEFT
        except Exception:
            await self._crashed(visit, scope, receive, reply)
        finally:
            self._leave_line(visit)

    async def _pass(self, visit: Visit, scope: Scope, receive: Receive, reply: Reply) -> None:
        check_head(visit, scope)
        if self._cors.is_preflight(visit):
            await self._preflight(visit, reply)
            return
        visit.operation = self._inside.operations.find(visit.method, visit.path)
        limit = limit_of(visit.operation, self._settings)
        if check_length(visit, limit):
            receive = Incoming(receive, limit, self._patience)
        if visit.path not in UNCOUNTED:
            self._take_share(visit)
        if family_of(visit.path) in self._inside.own_families:
            await self._show_page(visit, scope, receive, reply)
            return
        visit.room = self._inside.table.room_of(visit.path)
        await self._enter_room(visit, scope, receive, reply)

    async def _show_page(self, visit: Visit, scope: Scope, receive: Receive, reply: Reply) -> None:
        """What is composed of several rooms takes a place as a room does; the other pages cost nothing."""
        if visit.operation is not None and visit.operation.secured:
            await self._work(self._inside.pages, self._places, visit, scope, receive, reply)
        else:
            await _call(self._inside.pages, scope, receive, reply)

    async def _enter_room(self, visit: Visit, scope: Scope, receive: Receive, reply: Reply) -> None:
        """A file streams through to its room and counts as an upload; all else takes a place once its body is here."""
        room, places = self._inside.rooms[visit.room], self._of_rooms[visit.room]
        scope = {**scope, "headers": _passed_headers(scope, visit)}
        if isinstance(receive, Incoming) and receive.limit > self._settings.body_limit:
            with places.uploads.one(address_key(visit.client)):
                await _call(room, scope, receive, reply)
        else:
            await self._work(room, places, visit, scope, receive, reply)
        self._learn(visit)

    async def _work(
        self, app: ASGIApp, places: Places, visit: Visit, scope: Scope, receive: Receive, reply: Reply
    ) -> None:
        priority = visit.operation.priority if visit.operation is not None else Priority.NORMAL
        admission, address = places.admission, address_key(visit.client)
        admission.check(priority, visit.room)
        if isinstance(receive, Incoming):
            receive = await self._gathered(receive, address)
        entered = admission.enter(priority, visit.room)
        try:
            with places.streams.one(address) if priority is Priority.STREAM else nullcontext():
                await app(scope, receive, reply)
        finally:
            done = visit.operation.name if visit.operation is not None and 200 <= visit.status < 300 else ""
            admission.leave(priority, visit.room, done, entered)

    async def _gathered(self, receive: Incoming, address: str) -> Receive:
        try:
            return await self._arrivals.gathered(receive, address)
        except ClientDisconnect:
            raise ClientLeft from None

    def _take_share(self, visit: Visit) -> None:
        """Charge the address and, where a room has believed the token, the subject."""
        token = visit.headers.get(b"authorization")
        subject = self._subjects.of(token) if token is not None else None
        share = self._addresses.take(address_key(visit.client))
        policy, quota = "address", self._settings.address_rate_burst
        if share.granted and subject is not None:
            share = self._people.take(subject)
            policy, quota = "person", self._settings.rate_burst
        visit.extra += [
            (b"ratelimit-policy", f'"{policy}";q={quota};w={max(1, self._window(policy, quota))}'.encode()),
            (b"ratelimit", f'"{policy}";r={share.left};t={share.full_in}'.encode()),
        ]
        if not share.granted:
            raise TooMany(retry_after=share.wait)

    def _window(self, policy: str, quota: int) -> int:
        """Seconds in which an empty bucket fills up."""
        own = policy == "person"
        return quota * 60 // (self._settings.rate_per_minute if own else self._settings.address_rate_per_minute)

    def _learn(self, visit: Visit) -> None:
        """Believe or doubt a token by what the room made of it."""
        token = visit.headers.get(b"authorization")
        if token is None or visit.operation is None or not visit.operation.secured:
            return
        if visit.status == 401:
            self._subjects.doubt(token)
        elif visit.status < 400:
            self._subjects.believe(token)

    async def _preflight(self, visit: Visit, reply: Reply) -> None:
        headers = self._cors.preflight(visit)
        if not headers:
            raise OriginForbidden
        await reply({"type": "http.response.start", "status": 204, "headers": headers})
        await reply({"type": "http.response.body", "body": b""})

    async def _refuse(self, refusal: Refusal, visit: Visit, scope: Scope, receive: Receive, reply: Reply) -> None:
        if reply.started:
            return  # the head is out: leaving the body unfinished makes the server cut the connection
        asked = Asked(visit.language, self._settings.url, visit.trace.trace_id)
        response = render(answer_for(refusal), refusal.facts, asked)
        if isinstance(refusal, TooLarge | BodySlow) or not visit.headers.keys().isdisjoint(UNSURE_ENDS):
            await say_and_close(response, receive, reply)
        else:
            await response(scope, receive, reply)

    async def _crashed(self, visit: Visit, scope: Scope, receive: Receive, reply: Reply) -> None:
        """An exception nobody foresaw: on record once, told without details."""
        log.exception("crashed", room=visit.room, method=visit.method, route=visit.route)
        await self._refuse(Crashed(), visit, scope, receive, reply)

    def _leave_line(self, visit: Visit) -> None:
        """One line a request; of those that found no place one line a second, or writing would take what is left."""
        seconds = time.perf_counter() - visit.started
        self._metrics.count(visit, seconds)
        if visit.refused == "busy":
            self._turned_away += 1
            if time.monotonic() < self._said_full_at + 1:
                return
            limit = self._of_rooms.get(visit.room, self._places).admission.limit
            log.warning("house is full", turned_away=self._turned_away, limit=limit)
            self._turned_away, self._said_full_at = 0, time.monotonic()
            return
        line: dict[str, Any] = {
            "method": visit.method,
            "route": visit.route,
            "room": visit.room,
            "status": visit.status,
            "ms": round(seconds * 1000, 1),
            "bytes": visit.sent,
            "client": network_of(visit.client),
        }
        (log.debug if visit.path in UNCOUNTED else log.info)("request", **line)


async def _call(app: ASGIApp, scope: Scope, receive: Receive, reply: Reply) -> None:
    """Call a room or page; what it says after its body was stopped is replaced by our own refusal."""
    if not isinstance(receive, Incoming):
        await app(scope, receive, reply)
        return

    async def send(message: Message) -> None:
        if receive.cut is None:
            await reply(message)

    try:
        await app(scope, receive, send)
    except Exception:
        if receive.cut is None:
            raise
    if receive.cut is not None:
        raise receive.cut


def _passed_headers(scope: Scope, visit: Visit) -> Headers:
    """The request's headers as they came, with our id and trace in place of the caller's."""
    replaced = {b"x-request-id", b"traceparent"}
    if visit.trace.trace_id.encode() not in visit.headers.get(b"traceparent", b""):
        replaced.add(b"tracestate")  # it belongs to a trace that was not continued
    headers = [line for line in scope["headers"] if line[0] not in replaced]
    headers.append((b"x-request-id", visit.trace.request_id.encode()))
    headers.append((b"traceparent", visit.trace.traceparent.encode()))
    return headers
