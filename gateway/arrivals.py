"""Bodies on their way in: awaited before a place in the house is taken, so that whoever sends none holds none."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from gateway.body import BodyCut, Incoming
from gateway.errors import BodySlow
from shared.problems import Busy, TooMany

MOST_HELD = 64 * 1024 * 1024
"""Bytes of all bodies that are still on their way; beyond it the one that has been longest on its way gives way."""


class Counted:
    """How many are here at once, altogether and of each address. `most` None: bounded by address only."""

    def __init__(self, most: int | None, per_address: int) -> None:
        self._most = most
        self._per_address = per_address
        self._here: dict[str, int] = {}
        self.now = 0

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """Count one in for as long as it is here. Errors: TooMany (of this address), Busy (of all)."""
        if self._here.get(address, 0) >= self._per_address:
            raise TooMany(retry_after=2)
        if self._most is not None and self.now >= self._most:
            raise Busy(retry_after=5)
        self._here[address] = self._here.get(address, 0) + 1
        self.now += 1
        try:
            yield
        finally:
            self.now -= 1
            self._here[address] -= 1
            if not self._here[address]:
                del self._here[address]


@dataclass(eq=False, slots=True)
class _Arriving:
    body: bytearray = field(default_factory=bytearray)
    patience: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))


class Arrivals:
    """Small bodies, each gathered whole before its request goes further."""

    def __init__(self, per_address: int, most_held: int = MOST_HELD) -> None:
        self.counted = Counted(None, per_address)
        self._most_held = most_held
        self._held = 0
        self._arriving: dict[_Arriving, None] = {}
        """In the order in which they began."""

    async def gathered(self, incoming: Incoming, address: str) -> Receive:
        """A `receive` that has the whole body at hand.

        Errors: TooMany, TooLarge, BodySlow (too slow, or it had to give way), ClientDisconnect (nobody is there).
        """
        one = _Arriving()
        with self.counted.one(address):
            self._arriving[one] = None
            try:
                async with one.patience:
                    await self._fill(one, incoming)
                return _at_hand(bytes(one.body), incoming)
            except TimeoutError:
                raise BodySlow from None
            except BodyCut:
                raise incoming.cut or BodySlow from None
            finally:
                self._let_go(one)

    async def _fill(self, one: _Arriving, incoming: Incoming) -> None:
        more = True
        while more:
            message = await incoming()
            if one not in self._arriving:  # it had to give way just as this piece came
                raise TimeoutError
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece = message.get("body", b"")
            one.body += piece
            self._held += len(piece)
            self._make_room()
            more = message.get("more_body", False)
        if one not in self._arriving:
            raise TimeoutError

    def _make_room(self) -> None:
        """Who sends at once is through before long; who dawdles until the house is full of bodies is not."""
        while self._held > self._most_held:
            longest = next(iter(self._arriving))
            self._let_go(longest)
            longest.patience.reschedule(asyncio.get_running_loop().time())

    def _let_go(self, one: _Arriving) -> None:
        if one in self._arriving:
            del self._arriving[one]
            self._held -= len(one.body)
            one.body.clear()


def _at_hand(body: bytes, rest: Receive) -> Receive:
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return whole.pop() if whole else await rest()

    return receive
