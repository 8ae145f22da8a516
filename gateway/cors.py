"""Which browser pages of other origins may call: those of the setting, without cookies, answered at the door."""

from gateway.settings import GatewaySettings
from gateway.visit import Visit

EXPOSED = (
    b"ETag, Location, Link, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, "
    b"Idempotency-Replayed, Deprecation, Sunset"
)
METHODS = b"GET, HEAD, POST, PUT, DELETE"
HEADERS = (
    b"Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
    b"X-Request-Id, traceparent, tracestate"
)
SECONDS = b"600"


class Cors:
    """Answers preflights and marks answers. Off (no header at all) while no origin is set."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._any = "*" in settings.cors_origins
        self._origins = frozenset(origin.encode() for origin in settings.cors_origins)

    def is_preflight(self, visit: Visit) -> bool:
        """Whether this is a browser's question to the door, not a call of the room's OPTIONS."""
        asks = visit.method == "OPTIONS" and b"access-control-request-method" in visit.headers
        return bool(self._origins) and asks and b"origin" in visit.headers

    def headers(self, visit: Visit) -> list[tuple[bytes, bytes]]:
        """What lets the page read this answer; `Vary` also where it may not, since the answer depends on it."""
        if not self._origins:
            return []
        if self._any:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
        origin = visit.headers.get(b"origin")
        if origin not in self._origins:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin or b""),
            (b"access-control-expose-headers", EXPOSED),
            (b"vary", b"Origin"),
        ]

    def preflight(self, visit: Visit) -> list[tuple[bytes, bytes]]:
        """The answer's own headers beside `headers`; a foreign origin gets none and its browser stops."""
        if not self._any and visit.headers[b"origin"] not in self._origins:
            return []
        return [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", HEADERS),
            (b"access-control-max-age", SECONDS),
        ]
