"""Writes a batch of ballots with their lines of the log: dense indexes and one statement, whatever the batch's size."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from services.election.rules.casting import Channel
from services.election.rules.commitments import Said
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.tables import Ballot, BallotBox

COLUMNS = {
    "entry_id": "uuid",
    "revision": "smallint",
    "log_index": "bigint",
    "channel": "text",
    "caster_id": "uuid",
    "capacity": "text",
    "proxy_id": "uuid",
    "paper_number": "int",
    "cast_at": "timestamptz",
    "step_up": "text",
    "choice_sealed": "bytea",
    "who_salt": "bytea",
    "who": "bytea",
    "what": "bytea",
    "code": "text",
    "key": "text",
    "body_digest": "bytea",
}
"""The ballot's columns beside `election_id`, and the type of the array that each comes in."""
LEAF_COLUMNS = {"type": "text", "body": "bytea", "hash": "bytea"}


class Stored(NamedTuple):
    """A row of `ballot`, column by column: no object of the mapper, which costs more than all that is hashed and
    sealed for a cast."""

    entry_id: UUID
    revision: int
    log_index: int
    channel: str
    caster_id: UUID | None
    capacity: str
    proxy_id: UUID | None
    paper_number: int | None
    cast_at: datetime
    step_up: str | None
    choice_sealed: bytes | None
    who_salt: bytes
    who: bytes
    what: bytes | None
    code: str
    key: str | None
    body_digest: bytes | None

    @classmethod
    def of(cls, ballot: Ballot) -> "Stored":
        return cls(*(getattr(ballot, name) for name in COLUMNS))


def _arrays() -> str:
    """In binary: a text of an array is escaped here and parsed there, byte by byte."""
    return ", ".join(f"%({name})b::{type_}[]" for name, type_ in {**COLUMNS, **LEAF_COLUMNS}.items())


STORE = (
    f"WITH came AS (SELECT * FROM unnest({_arrays()}) AS one({', '.join((*COLUMNS, *LEAF_COLUMNS))})),"
    f" lines AS (INSERT INTO election.leaf (election_id, log_index, {', '.join(LEAF_COLUMNS)})"
    f" SELECT %(election)b, log_index, {', '.join(LEAF_COLUMNS)} FROM came),"
    " head AS (UPDATE election.ballot_box SET next_index = %(next)b WHERE election_id = %(election)b)"
    f" INSERT INTO election.ballot (election_id, {', '.join(COLUMNS)})"
    f" SELECT %(election)b, {', '.join(COLUMNS)} FROM came"
)
"""Ballots, lines and the head's next index: arrays cost one journey and are planned once."""


async def driver_of(db: AsyncSession) -> AsyncConnection[Any]:
    """The driver's own connection, in the session's transaction: the hottest statements go past the layers above it."""
    raw = await (await db.connection()).get_raw_connection()
    assert isinstance(raw.driver_connection, AsyncConnection), "the house's one driver"
    return raw.driver_connection


async def store(
    db: AsyncSession, election_id: UUID, ballots: Sequence[Stored], batches: Sequence[str | None], day: str
) -> None:
    """Write ballots of consecutive indexes, each with its line: CAST, or RETURNED with the seal of its batch. `day`:
    YYYY-MM-DD, which dates the lines."""
    lines = [_line(ballot, batch, day) for ballot, batch in zip(ballots, batches, strict=True)]
    following = ballots[-1].log_index + 1
    values: dict[str, Any] = {"election": election_id, "next": following}
    values |= zip(COLUMNS, map(list, zip(*ballots, strict=True)), strict=True)
    values |= zip(LEAF_COLUMNS, map(list, zip(*lines, strict=True)), strict=True)
    driver = await driver_of(db)
    await driver.execute(STORE, values)
    _tell_session(db, election_id, following)


def _tell_session(db: AsyncSession, election_id: UUID, following: int) -> None:
    """Whoever holds the head's row in this session goes on from here."""
    for known in db.identity_map.values():
        if isinstance(known, BallotBox) and known.election_id == election_id:
            set_committed_value(known, "next_index", following)


def _line(ballot: Stored, batch: str | None, day: str) -> tuple[str, bytes, bytes]:
    type_, said = _said(ballot, batch)
    body = leaf_body(type_, day, said)
    return str(type_), body, leaf_hash(body)


def _said(ballot: Stored, batch: str | None) -> tuple[LeafType, Said]:
    if ballot.channel == Channel.PAPER:
        return LeafType.RETURNED, {"who": ballot.who.hex(), "batch": batch or ""}
    return LeafType.CAST, {"who": ballot.who.hex(), "what": (ballot.what or b"").hex()}
