"""Whether a database holds the invented sample compound or a real house: written once, never changed."""

from dataclasses import dataclass
from enum import StrEnum

import psycopg

from migrations.heads import ROOMS

# The comment says it to the rooms, whose roles may read nothing outside their schema but the catalog.
TABLE = """
CREATE SCHEMA IF NOT EXISTS house;
CREATE TABLE IF NOT EXISTS house.origin (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    kind text NOT NULL CHECK (kind IN ('SAMPLE', 'REAL')),
    is_whole boolean NOT NULL
)
"""


class Kind(StrEnum):
    SAMPLE = "SAMPLE"
    REAL = "REAL"


@dataclass(frozen=True, slots=True)
class Origin:
    """`is_whole` is False while the sample is being loaded: a load that was cut short is begun anew."""

    kind: Kind
    is_whole: bool


WORD = """
DO $$ BEGIN
    EXECUTE format('COMMENT ON SCHEMA house IS %L', (SELECT kind FROM house.origin));
END $$
"""


def origin_of(url: str) -> Origin | None:
    """None for a database in which nothing happened yet; one with people and no word about them is real."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        row = connection.execute("SELECT kind, is_whole FROM house.origin").fetchone()
        if row is not None:
            connection.execute(WORD)
            return Origin(Kind(row[0]), row[1])
        return Origin(Kind.REAL, is_whole=True) if _is_used(connection) else None


def set_origin(url: str, origin: Origin) -> None:
    """The kind stands once written; only a cut sample may become whole."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        connection.execute(
            "INSERT INTO house.origin (kind, is_whole) VALUES (%s, %s) "
            "ON CONFLICT (only_row) DO UPDATE SET is_whole = excluded.is_whole WHERE origin.kind = excluded.kind",
            (origin.kind, origin.is_whole),
        )
        connection.execute(WORD)


def _is_used(connection: psycopg.Connection) -> bool:
    """Whether anything was ever written by a room: every write leaves an audit row."""
    for room in ROOMS:
        if connection.execute("SELECT to_regclass(%s)", (f"{room}.audit",)).fetchone() == (None,):
            continue
        found = connection.execute(f"SELECT EXISTS (SELECT FROM {room}.audit)").fetchone()
        if found == (True,):
            return True
    return False
