"""Writes what a sitting came to: a thousand rows of a table in one statement, each column as an array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.storing import driver_of


@dataclass(frozen=True, slots=True)
class Rows:
    """A table, and its columns with the type of the array that each comes in."""

    table: str
    columns: Mapping[str, str]

    @property
    def statement(self) -> str:
        arrays = ", ".join(f"%({name})b::{type_}[]" for name, type_ in self.columns.items())
        return f"INSERT INTO election.{self.table} ({', '.join(self.columns)}) SELECT * FROM unnest({arrays})"


KEYINGS = Rows(
    "keying",
    {
        "election_id": "uuid",
        "number": "int",
        "turn": "int",
        "keyer_id": "uuid",
        "choice_sealed": "bytea",
        "at": "timestamptz",
    },
)
SETTLEMENTS = Rows(
    "settlement",
    {"election_id": "uuid", "number": "int", "agreed": "bool", "settled_by": "uuid", "at": "timestamptz"},
)
TRANSCRIPTIONS = Rows(
    "transcription",
    {
        "election_id": "uuid",
        "entry_id": "uuid",
        "revision": "smallint",
        "log_index": "bigint",
        "choice_sealed": "bytea",
        "what": "bytea",
        "at": "timestamptz",
    },
)


async def insert_rows(db: AsyncSession, into: Rows, rows: Sequence[Mapping[str, Any]]) -> None:
    driver = await driver_of(db)
    await driver.execute(into.statement, {name: [row[name] for row in rows] for name in into.columns})
