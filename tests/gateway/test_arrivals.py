"""Bodies that come slowly or never: what they hold, and what they keep others from."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.arrivals import Arrivals, Counted
from gateway.body import Incoming, Patience
from gateway.errors import BodySlow
from shared.problems import Busy, TooMany
from tests.gateway.planted import PlantedRoom, Waiting, calling, living, measure, plan, saying, settings

BODY = b"{}"
PHOTO = "/v1/tickets/7/photos"
PATIENT = Patience(60.0, 60.0)


class Stuck:
    """A request whose body never comes, until its client leaves."""

    def __init__(self, app: Any, path: str, client: str) -> None:
        self._gone = asyncio.Event()
        self.waits = asyncio.Event()
        self.status = 0
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": path, "query_string": b"",
            "headers": [(b"host", b"linli.test"), (b"content-length", b"100")], "client": (client, 1), "state": {},
        }  # fmt: skip
        self._task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        self.waits.set()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)

    async def decided(self) -> None:
        """Until it waits for its body or is refused."""
        waits = asyncio.ensure_future(self.waits.wait())
        await asyncio.wait({waits, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()

    async def leave(self) -> None:
        self._gone.set()
        await self._task


@contextlib.asynccontextmanager
async def _besieged(
    path: str, sockets: int, answer: Any = measure, client: str = "203.0.113.9", **changes: Any
) -> AsyncIterator[tuple[Any, list[Stuck]]]:
    """A client of a house at which one address keeps so many bodies waiting."""
    room = PlantedRoom(answer)
    app = Gateway(settings(**changes), plan(room))
    async with asyncio.timeout(20), living(app), calling(app) as caller:
        stuck = [Stuck(app, path, client) for _ in range(sockets)]
        for one in stuck:
            await one.decided()
        yield caller, stuck
        for one in stuck:
            await one.leave()


@pytest.mark.parametrize("path", ["/v1/tickets", PHOTO, "/v1/ballots"])
async def test_bodies_that_never_come_keep_nobody_out(path: str) -> None:
    async with _besieged(path, 200) as (caller, _):
        replies = [
            await caller.get("/v1/tickets/7"),
            await caller.post("/v1/tickets", content=BODY),
            await caller.post("/v1/ballots", content=BODY),
            await caller.post(PHOTO, content=BODY),
        ]

    assert [reply.status_code for reply in replies] == [201] * 4


async def test_one_address_keeps_only_so_many_bodies_waiting() -> None:
    async with _besieged("/v1/tickets", 5, arriving_per_address=3) as (caller, stuck):
        here = [one.status for one in stuck]
        elsewhere = await caller.post("/v1/tickets", content=BODY)

    assert here == [0, 0, 0, 429, 429]
    assert elsewhere.status_code == 201


async def test_an_address_that_has_left_may_send_again() -> None:
    app = Gateway(settings(arriving_per_address=1), plan(PlantedRoom(measure)))
    async with asyncio.timeout(20), living(app), calling(app, "203.0.113.9") as caller:
        stuck = Stuck(app, "/v1/tickets", "203.0.113.9")
        await stuck.decided()
        refused = await caller.post("/v1/tickets", content=BODY)
        await stuck.leave()
        taken = await caller.post("/v1/tickets", content=BODY)

    assert (refused.status_code, refused.headers["retry-after"], taken.status_code) == (429, "2", 201)


async def test_one_address_uploads_a_third_at_most_of_what_is_uploaded_at_once() -> None:
    async with _besieged(PHOTO, 3, admit_uploads=6) as (caller, stuck):
        here = [one.status for one in stuck]
        elsewhere = await caller.post(PHOTO, content=BODY)

    assert here == [0, 0, 429]
    assert elsewhere.status_code == 201


async def test_a_full_house_does_not_wait_for_a_body_first() -> None:
    waiting = Waiting()
    app = Gateway(settings(admit=6), plan(PlantedRoom(waiting)))
    async with asyncio.timeout(20), living(app), calling(app) as caller:
        working = [asyncio.ensure_future(caller.get("/v1/tickets/7")) for _ in range(3)]
        for _ in working:
            await waiting.entered.acquire()
        late = Stuck(app, "/v1/tickets", "203.0.113.9")
        await late.decided()
        waiting.go_on.set()
        await asyncio.gather(*working)
        await late.leave()

    assert late.status == 503
    assert not late.waits.is_set()


async def test_a_client_that_leaves_while_sending_reaches_no_room() -> None:
    room = PlantedRoom(saying())
    app = Gateway(settings(), plan(room))
    async with asyncio.timeout(20), living(app):
        stuck = Stuck(app, "/v1/tickets", "203.0.113.9")
        await stuck.decided()
        await stuck.leave()

    assert (room.seen, stuck.status) == ([], 0)


def _sending(*pieces: bytes, dawdles: asyncio.Semaphore | None = None) -> Incoming:
    """A body of these pieces; one that dawdles says so where its end should be, and never comes to it."""
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        if not left and dawdles is not None:
            dawdles.release()
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left or dawdles)}

    return Incoming(receive, 1_000, PATIENT)


async def test_when_the_house_is_full_of_bodies_the_one_longest_on_its_way_gives_way() -> None:
    arrivals, dawdling = Arrivals(per_address=9, most_held=250), asyncio.Semaphore(0)
    slow = [asyncio.ensure_future(arrivals.gathered(_sending(b"x" * 100, dawdles=dawdling), "a")) for _ in range(2)]
    for _ in slow:
        await dawdling.acquire()

    receive = await arrivals.gathered(_sending(b"y" * 60, b"z" * 40), "b")
    done, waits = await asyncio.wait(slow, timeout=5, return_when=asyncio.FIRST_COMPLETED)

    assert (await receive())["body"] == b"y" * 60 + b"z" * 40
    assert [type(one.exception()) for one in done] == [BodySlow]
    assert (done, waits) == ({slow[0]}, {slow[1]})
    slow[1].cancel()


async def test_nothing_is_held_of_bodies_that_are_through() -> None:
    arrivals = Arrivals(per_address=1)

    for _ in range(3):
        await arrivals.gathered(_sending(b"x" * 100), "a")

    assert (arrivals.counted.now, arrivals._held) == (0, 0)


def test_places_are_counted_by_address_and_altogether() -> None:
    counted = Counted(most=3, per_address=2)

    with counted.one("a"), counted.one("a"):
        with pytest.raises(TooMany), counted.one("a"):
            pass
        with counted.one("b"), pytest.raises(Busy), counted.one("c"):
            pass

    assert counted.now == 0
