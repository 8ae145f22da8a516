"""When a request is a repetition: the same caller, the same key; the stored reply is its answer."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, MetaData, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from shared.problems import KeyReused, Malformed, StillRunning
from shared.sealing import Keys, Label

KEPT = timedelta(hours=48)
"""How long a key holds. The row of a repetition only had to be written, and goes when its key may have gone too."""
KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
KEPT_HEADERS = ("content-type", "location", "etag", "content-language")
REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request under its key: whose, which, and the digest of what it asks."""

    subject: str
    key: str
    digest: bytes

    def lock_in(self, room: str | None) -> int:
        """The number to lock while it is at work in this room, whose database may be others' too."""
        whole = hashlib.sha256(f"{room}\0{self.subject}\0{self.key}".encode()).digest()
        return int.from_bytes(whole[:8], "big", signed=True)


class Repeated(Exception):
    """The reply exists already; the edge answers it instead."""

    def __init__(self, reply: Response) -> None:
        super().__init__("repeated")
        self.reply = reply


async def repeatable(request: Request, subject: str) -> Repeatable | None:
    """The key of this request, if it carries one. Multipart bodies differ in their boundaries, so only
    the place they are sent to counts for them."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise Malformed(
            reason_zh="Idempotency-Key 应为 1 至 200 个可见 ASCII 字符。",
            reason_en="Idempotency-Key takes 1 to 200 visible ASCII characters.",
        )
    # Not `request.url`, which the Host header takes part in.
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    told = hashlib.sha256(f"{request.method} {path}?{query}\0".encode())
    if not request.headers.get("content-type", "").lower().startswith("multipart/"):
        told.update(await request.body())
    return Repeatable(subject, key, told.digest())


def begin(connection: Connection, metadata: MetaData, keys: Keys, asked: Repeatable) -> None:
    """Take the key for this transaction, as its first statement.

    Errors: Repeated with the stored reply, KeyReused, StillRunning.
    """
    locked = connection.execute(
        text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": asked.lock_in(metadata.schema)}
    )
    if not locked.scalar_one():
        raise StillRunning(retry_after=1)
    table = metadata.tables[f"{metadata.schema}.idempotency"]
    row = connection.execute(select(table).where(table.c.subject == asked.subject, table.c.key == asked.key)).first()
    if row is None:
        return
    if row.request_digest != asked.digest:
        raise KeyReused
    # A replay writes before it answers: with a synchronous standby a reply that was only read
    # might acknowledge what was never replicated.
    replay = metadata.tables[f"{metadata.schema}.idempotency_replay"]
    connection.execute(insert(replay).values(subject=asked.subject, key=asked.key, at=datetime.now(UTC)))
    body = keys.ring.open(row.reply_sealed, _label(asked))
    raise Repeated(Response(body, row.status, dict(row.headers) | {REPLAYED: "true"}))


async def store(session: AsyncSession, metadata: MetaData, keys: Keys, asked: Repeatable, reply: Response) -> None:
    """Keep the reply, sealed (it may hold personal data), in the transaction of the write."""
    table = metadata.tables[f"{metadata.schema}.idempotency"]
    headers = {name: reply.headers[name] for name in KEPT_HEADERS if name in reply.headers}
    values = {
        "subject": asked.subject,
        "key": asked.key,
        "request_digest": asked.digest,
        "status": reply.status_code,
        "headers": headers,
        "reply_sealed": keys.ring.seal(bytes(reply.body), _label(asked)),
        "at": datetime.now(UTC),
    }
    await session.execute(insert(table).values(values))


async def purge(session: AsyncSession, metadata: MetaData) -> None:
    """Forget replies older than they need be kept, and that they were repeated."""
    for name in ("idempotency", "idempotency_replay"):
        table = metadata.tables[f"{metadata.schema}.{name}"]
        await session.execute(delete(table).where(table.c.at < datetime.now(UTC) - KEPT))


def _label(asked: Repeatable) -> Label:
    return Label("idempotency", f"{asked.subject}\0{asked.key}")
