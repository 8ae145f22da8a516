"""How many requests one client may send: a bucket per signed-in subject and one per network address, in this process.

Counted per process: with several gateways behind a balancer each grants the whole rate (ADR 0020).
"""

import base64
import hashlib
import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

MOST_CLIENTS = 50_000
MOST_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of a bucket after a request: `wait` seconds until the next one is granted, 0 when this one was."""

    granted: bool
    left: int
    wait: int
    full_in: int


class Buckets:
    """The generic cell rate algorithm: one instant per client, no timers, nothing to sweep while there is room."""

    def __init__(self, per_minute: int, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._each = 60.0 / per_minute
        self._depth = self._each * burst
        self._now = now
        self._due: dict[str, float] = {}

    def take(self, client: str) -> Share:
        """Take one request from the client's bucket; a refused one costs nothing."""
        now = self._now()
        due = max(self._due.get(client, now), now) + self._each
        ahead = due - now
        if ahead > self._depth + 1e-9:
            wait = max(1, ceil(ahead - self._depth))
            return Share(granted=False, left=0, wait=wait, full_in=ceil(ahead - self._each))
        if client not in self._due and len(self._due) >= MOST_CLIENTS:
            self._forget(now)
        self._due[client] = due
        return Share(granted=True, left=int((self._depth - ahead) / self._each + 1e-6), wait=0, full_in=ceil(ahead))

    def _forget(self, now: float) -> None:
        """Drop full buckets; in a flood of new clients the fullest half as well."""
        self._due = {client: due for client, due in self._due.items() if due > now}
        if len(self._due) >= MOST_CLIENTS:
            emptiest = sorted(self._due.items(), key=lambda entry: entry[1])[MOST_CLIENTS // 2 :]
            self._due = dict(emptiest)


class Subjects:
    """Tokens that a room has accepted, by digest: only those have a bucket of their own.

    The gateway checks no signature (each room does), so an invented token must not buy a fresh bucket.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def of(self, authorization: bytes) -> str | None:
        """The client a believed token stands for."""
        return self._known.get(_digest(authorization))

    def believe(self, authorization: bytes) -> None:
        """A room answered this token on an operation that needs one."""
        digest = _digest(authorization)
        if digest in self._known:
            return
        if len(self._known) >= MOST_TOKENS:
            self._known.clear()
        self._known[digest] = _subject(authorization) or digest.hex()

    def doubt(self, authorization: bytes) -> None:
        """A room refused this token."""
        self._known.pop(_digest(authorization), None)


def _digest(authorization: bytes) -> bytes:
    return hashlib.blake2b(authorization, digest_size=16).digest()


def _subject(authorization: bytes) -> str | None:
    """A hash of the token's `sub`; None for what is no JWT."""
    try:
        payload = authorization.split(b".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
        return _digest(str(claims["sub"]).encode()).hex()
    except (IndexError, ValueError, KeyError, TypeError):
        return None


def address_key(client: str) -> str:
    """What counts as one address: IPv4 whole (also as a socket for both families shows it), IPv6 by its /64, which
    one subscriber holds."""
    if ":" not in client:
        return client
    try:
        address = ipaddress.IPv6Address(client.partition("%")[0])
    except ValueError:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
