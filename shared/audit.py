"""Who did what, when, from where and with what outcome: one row a write, chained by a sealer within a second."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, Row, Select, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import XMIN

ALGORITHM = "SHA-256"
BATCH = 1000
SEALER_LOCK = 7_315_001
GENESIS = bytes(32)


@dataclass(slots=True)
class Noted:
    """What an action adds to the audit row of its request. No personal values: ids, codes and digests only."""

    subject_kind: str | None = None
    subject_id: str | None = None
    compound_code: str | None = None
    purpose: str | None = None
    details: dict[str, str | int | bool | None] = field(default_factory=dict)


def note(
    session: AsyncSession,
    subject_kind: str,
    subject_id: object,
    compound_code: str | None = None,
    purpose: str | None = None,
    **details: str | int | bool | None,
) -> None:
    """Say what this request is about; the edge writes the row. A later note of the same request replaces the first."""
    session.info["audit"] = Noted(subject_kind, str(subject_id), compound_code, purpose, details)


@dataclass(frozen=True, slots=True)
class Done:
    """The part of an audit row that the edge knows."""

    actor: str
    operation: str
    origin: str
    request_id: str
    outcome: int


async def record(session: AsyncSession, metadata: MetaData, done: Done) -> None:
    """PRI-7. Insert the row in the transaction of the write itself."""
    noted: Noted = session.info.pop("audit", None) or Noted()
    await record_all(session, metadata, [(done, noted)])


async def record_all(session: AsyncSession, metadata: MetaData, rows: Sequence[tuple[Done, Noted]]) -> None:
    """PRI-7. The rows of several requests that share a transaction."""
    if not rows:
        return
    audit = metadata.tables[f"{metadata.schema}.audit"]
    at = datetime.now(UTC)
    values = [
        {
            "at": at,
            "actor": done.actor,
            "operation": done.operation,
            "origin": done.origin,
            "request_id": done.request_id,
            "outcome": done.outcome,
            "subject_kind": noted.subject_kind,
            "subject_id": noted.subject_id,
            "compound_code": noted.compound_code,
            "purpose": noted.purpose,
            "details": noted.details,
        }
        for done, noted in rows
    ]
    await session.execute(insert(audit), values)


def digest(previous: bytes, row: Row[Any]) -> bytes:
    """The link of one audit row to the one before it."""
    said = {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(),
        "actor": row.actor,
        "operation": row.operation,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "compound_code": row.compound_code,
        "purpose": row.purpose,
        "origin": row.origin,
        "request_id": row.request_id,
        "outcome": row.outcome,
        "details": row.details,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(previous + canonical).digest()


async def seal(session: AsyncSession, metadata: MetaData) -> int:
    """Chain what is not chained yet, in transaction order; the rows sealed. One sealer of a room at a time."""
    lock = text(f"SELECT pg_try_advisory_xact_lock({SEALER_LOCK}, hashtext(:room))")
    if not (await session.execute(lock, {"room": metadata.schema})).scalar_one():
        return 0
    seals = metadata.tables[f"{metadata.schema}.audit_seal"]
    head = (await session.execute(select(seals).order_by(seals.c.position.desc()).limit(1))).first()
    position, previous = (head.position, head.digest) if head else (0, GENESIS)
    rows = await session.execute(unsealed(metadata, head.audit_id if head else None))
    links = []
    for row in rows:
        position, link = position + 1, digest(previous, row)
        links.append(
            {"position": position, "audit_id": row.id, "previous": previous, "digest": link, "algorithm": ALGORITHM}
        )
        previous = link
    if links:
        await session.execute(insert(seals), links)
    return len(links)


def unsealed(metadata: MetaData, last: int | None) -> Select[Any]:
    """The next rows after this one, which has the newest link; None: from the first one on.

    What is sealed lies behind that edge: nothing can appear before it, so history is never walked again. The edge is a
    value to compare with, no table to join: there the index was read from its beginning (173 ms of 300,000 rows).
    """
    audit = metadata.tables[f"{metadata.schema}.audit"]
    place = tuple_(audit.c.xid, audit.c.id)
    found = select(audit).where(audit.c.xid < XMIN).order_by(audit.c.xid, audit.c.id).limit(BATCH)
    if last is None:
        return found
    edge = audit.alias("edge")
    return found.where(place > tuple_(select(edge.c.xid).where(edge.c.id == last).scalar_subquery(), last))


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold; position None: no link of the chain, but a row that should have one."""

    position: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """How far a chain had come: the number of its links and the digest of the last."""

    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk along one room's chain found. `waiting` rows were written a moment ago and have no link yet."""

    last: Link
    waiting: int
    faults: tuple[Fault, ...]


async def verify(session: AsyncSession, metadata: MetaData, earlier: Link | None = None) -> Walked:
    """Walk the chain and name every row that was changed, removed, moved or slipped in.

    Whoever owns the database can cut the end off, or write all of it anew; only a link that left the house earlier
    tells that. Errors: none; what does not hold is in `faults`.
    """
    audit = metadata.tables[f"{metadata.schema}.audit"]
    seals = metadata.tables[f"{metadata.schema}.audit_seal"]
    columns = select(seals.c.position, seals.c.previous, seals.c.digest, audit)
    rows = await session.stream(columns.outerjoin(audit, audit.c.id == seals.c.audit_id).order_by(seals.c.position))
    faults: list[Fault] = []
    expected, last, met = 1, Link(0, GENESIS), earlier is None or earlier.position == 0
    async for row in rows:
        if reason := _fault(row, expected, last.digest):
            faults.append(Fault(row.position, reason))
        expected, last = row.position + 1, Link(row.position, row.digest)
        if earlier is not None and row.position == earlier.position:
            met = True
            if row.digest != earlier.digest:
                faults.append(Fault(row.position, "it is not the link that was signed earlier"))
    if earlier is not None and not met:
        faults.append(Fault(earlier.position, f"the chain was cut: {last.position} links are left"))
    waiting, slipped_in = await _without_link(session, metadata)
    return Walked(last, waiting, (*faults, *slipped_in))


async def _without_link(session: AsyncSession, metadata: MetaData) -> tuple[int, list[Fault]]:
    """How many rows wait for the sealer, and those that the sealer has passed: no transaction put them there then."""
    audit = metadata.tables[f"{metadata.schema}.audit"]
    seals = metadata.tables[f"{metadata.schema}.audit_seal"]
    head = select(seals.c.audit_id).order_by(seals.c.position.desc()).limit(1).scalar_subquery()
    edge = select(audit.c.xid, audit.c.id).where(audit.c.id == head).cte("edge")
    passed = tuple_(audit.c.xid, audit.c.id) <= select(edge.c.xid, edge.c.id).scalar_subquery()
    unlinked = select(audit.c.id).outerjoin(seals, seals.c.audit_id == audit.c.id).where(seals.c.audit_id.is_(None))
    found = list((await session.execute(unlinked.where(passed).order_by(audit.c.id))).scalars())
    count = (await session.execute(select(func.count()).select_from(unlinked.subquery()))).scalar_one()
    return count - len(found), [
        Fault(None, f"audit row {one} has no link, and the chain has gone past it") for one in found
    ]


def _fault(row: Row[Any], expected: int, previous: bytes) -> str | None:
    if row.position != expected:
        return f"a link is missing before position {row.position}"
    if row.id is None:
        return "its audit row was removed"
    if row.previous != previous:
        return "it does not follow the link before it"
    if digest(previous, row) != row.digest:
        return f"audit row {row.id} was changed"
    return None
