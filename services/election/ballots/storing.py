"""Writes a batch of ballots with their lines of the log: dense indexes and one statement, whatever the batch's size."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
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
    arrays = ", ".join(f"CAST(:{prefix}{name} AS {type_}[])" for name, type_ in columns.items())
    return f"SELECT :election, one.* FROM unnest({arrays}) AS one({', '.join(columns)})"


STORE = text(
    f"WITH lines AS (INSERT INTO election.leaf (election_id, {', '.join(LEAF_COLUMNS)})"
    f" {_rows('leaf_', LEAF_COLUMNS)}),"
    " head AS (UPDATE election.ballot_box SET next_index = :next WHERE election_id = :election)"
    f" INSERT INTO election.ballot (election_id, {', '.join(COLUMNS)}) {_rows('', COLUMNS)}"
)
"""Ballots, lines and the head's next index: arrays cost one round trip and are parsed once."""


async def store(
    db: AsyncSession, box: BallotBox, ballots: Sequence[Ballot], batches: Sequence[str | None], now: datetime
) -> None:
    """Give each ballot its index and write it with its line: CAST, or RETURNED with the seal of its batch."""
    first, day = box.next_index, day_of(now).isoformat()
    lines = []
    for place, (ballot, batch) in enumerate(zip(ballots, batches, strict=True)):
        ballot.log_index = first + place
        type_, said = _line(ballot, batch)
        body = leaf_body(type_, day, said)
        lines.append((ballot.log_index, str(type_), body, leaf_hash(body)))
    following = first + len(ballots)
    values = {name: [getattr(ballot, name) for ballot in ballots] for name in COLUMNS}
    values |= {
        f"leaf_{name}": list(column) for name, column in zip(LEAF_COLUMNS, zip(*lines, strict=True), strict=True)
    }
    await db.execute(STORE, values | {"election": box.election_id, "next": following})
    set_committed_value(box, "next_index", following)


def _line(ballot: Ballot, batch: str | None) -> tuple[LeafType, Said]:
    if ballot.channel == Channel.PAPER:
        return LeafType.RETURNED, {"who": ballot.who.hex(), "batch": batch or ""}
    return LeafType.CAST, {"who": ballot.who.hex(), "what": (ballot.what or b"").hex()}
