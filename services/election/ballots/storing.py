"""Writes a batch of ballots with their lines of the log: dense indexes and one statement, whatever the batch's size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from services.election.rules.casting import Channel
from services.election.rules.commitments import Said
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.tables import Ballot, BallotBox
from shared.days import day_of

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
LEAF_COLUMNS = {"log_index": "bigint", "type": "text", "body": "bytea", "hash": "bytea"}


def _rows(prefix: str, columns: dict[str, str]) -> str:
    arrays = ", ".join(f"%({prefix}{name})s::{type_}[]" for name, type_ in columns.items())
    return f"SELECT %(election)s, one.* FROM unnest({arrays}) AS one({', '.join(columns)})"


STORE = (
    f"WITH lines AS (INSERT INTO election.leaf (election_id, {', '.join(LEAF_COLUMNS)})"
    f" {_rows('leaf_', LEAF_COLUMNS)}),"
    " head AS (UPDATE election.ballot_box SET next_index = %(next)s WHERE election_id = %(election)s)"
    f" INSERT INTO election.ballot (election_id, {', '.join(COLUMNS)}) {_rows('', COLUMNS)}"
)
"""Ballots, lines and the head's next index: arrays cost one journey and are planned once."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch goes: the locked head of an election, its next index, and the instant that dates the lines."""

    election_id: UUID
    next_index: int
    now: datetime


async def driver_of(db: AsyncSession) -> AsyncConnection[Any]:
    """The driver's own connection, in the session's transaction: the hottest statements go past the layers above it."""
    raw = await (await db.connection()).get_raw_connection()
    assert isinstance(raw.driver_connection, AsyncConnection), "the house's one driver"
    return raw.driver_connection


async def store(db: AsyncSession, place: Place, ballots: Sequence[Ballot], batches: Sequence[str | None]) -> None:
    """Give each ballot its index and write it with its line: CAST, or RETURNED with the seal of its batch."""
    day = day_of(place.now).isoformat()
    lines = []
    for index, (ballot, batch) in enumerate(zip(ballots, batches, strict=True), place.next_index):
        ballot.log_index = index
        type_, said = _line(ballot, batch)
        body = leaf_body(type_, day, said)
        lines.append((index, str(type_), body, leaf_hash(body)))
    following = place.next_index + len(ballots)
    values: dict[str, Any] = {name: [getattr(ballot, name) for ballot in ballots] for name in COLUMNS}
    columns = zip(LEAF_COLUMNS, zip(*lines, strict=True), strict=True)
    values |= {f"leaf_{name}": list(column) for name, column in columns}
    driver = await driver_of(db)
    await driver.execute(STORE, values | {"election": place.election_id, "next": following})
    _tell_session(db, place.election_id, following)


def _tell_session(db: AsyncSession, election_id: UUID, following: int) -> None:
    """Whoever holds the head's row in this session goes on from here."""
    for known in db.identity_map.values():
        if isinstance(known, BallotBox) and known.election_id == election_id:
            set_committed_value(known, "next_index", following)


def _line(ballot: Ballot, batch: str | None) -> tuple[LeafType, Said]:
    if ballot.channel == Channel.PAPER:
        return LeafType.RETURNED, {"who": ballot.who.hex(), "batch": batch or ""}
    return LeafType.CAST, {"who": ballot.who.hex(), "what": (ballot.what or b"").hex()}
