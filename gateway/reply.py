"""What every answer carries on its way out, whoever wrote it: request id, security headers, CORS, what is left."""

from collections.abc import Iterable

from starlette.types import Message, Send

from gateway.visit import Visit

Headers = list[tuple[bytes, bytes]]

NEVER_FRAMED = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def house_headers(is_https: bool) -> Headers:
    """Headers an answer gets unless it brings its own."""
    always: Headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"content-security-policy", NEVER_FRAMED),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    # Only a house that is reached by https may promise it for a year.
    return [*always, (b"strict-transport-security", b"max-age=31536000")] if is_https else always


class Reply:
    """A `send` that dresses the head of an answer and counts its body."""

    __slots__ = ("_cors", "_house", "_send", "complete", "started", "visit")

    def __init__(self, visit: Visit, send: Send, house: Headers, cors: Headers) -> None:
        self.visit = visit
        self._send = send
        self._house = house
        self._cors = cors
        self.started = False
        self.complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.visit.sent += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        elif message["type"] == "http.response.start":
            self.started = True
            self.visit.status = message["status"]
            message = {**message, "headers": self._dressed(message.get("headers", ()))}
        await self._send(message)

    def _dressed(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        # The room's own lines stay as they are, in order: repeated Set-Cookie and Vary among them.
        dressed = [line for line in headers if line[0] != b"x-request-id"]
        named = {name for name, _ in dressed}
        dressed.extend(line for line in self._house if line[0] not in named)
        if b"cache-control" not in named:
            # Most answers hold personal data: nothing between us and the client keeps them.
            dressed.append((b"cache-control", b"private, no-cache" if b"etag" in named else b"no-store"))
        dressed.append((b"x-request-id", self.visit.trace.request_id.encode()))
        dressed.extend(self._cors)
        dressed.extend(self.visit.extra)
        return dressed
