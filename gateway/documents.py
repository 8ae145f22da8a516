"""Bytes that do not change while we run, served with ETag, gzip and conditional answers."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

SMALLEST_GZIP = 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document in both encodings and its tag."""

    plain: bytes
    packed: bytes | None
    tag: str


def prepare(content: bytes) -> Prepared:
    packed = gzip.compress(content, 6, mtime=0) if len(content) >= SMALLEST_GZIP else None
    return Prepared(content, packed, hashlib.sha256(content).hexdigest()[:32])


class Document:
    """One such document, read and packed when it is first asked for."""

    def __init__(self, load: Callable[[], bytes], media_type: str, cache: str = "no-cache") -> None:
        self._load = load
        self._media_type = media_type
        self._cache = cache
        self._prepared: Prepared | None = None

    async def get(self, request: Request) -> Response:
        if self._prepared is None:
            self._prepared = await asyncio.to_thread(lambda: prepare(self._load()))
        ready = self._prepared
        packed = ready.packed if _takes_gzip(request.headers.get("accept-encoding", "")) else None
        # The two encodings are two representations, so each has its own tag.
        tag = f'"{ready.tag}-gz"' if packed is not None else f'"{ready.tag}"'
        headers = {"ETag": tag, "Cache-Control": self._cache, "Vary": "Accept-Encoding"}
        if _names(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        if packed is None:
            return Response(ready.plain, headers=headers, media_type=self._media_type)
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=self._media_type)


def _takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _names(if_none_match: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 wants for If-None-Match."""
    return any(part.strip().removeprefix("W/") in {tag, "*"} for part in if_none_match.split(","))
