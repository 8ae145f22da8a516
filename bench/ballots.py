"""Rows for measuring: an open household ballot of so many homes, and a past with so many ballots."""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from services.election.rules.parameters import DEFAULTS, Preset, kept
from shared.database import new_id
from tests.election.api.neighbour import CODE, COMPOUND

PER_ELECTION = 20_000


def open_election(connection: psycopg.Connection, homes: Sequence[UUID], owners: Sequence[UUID]) -> UUID:
    """An open election with one home of each owner; its id."""
    election = new_id()
    _election(connection, election)
    entries = [new_id() for _ in owners]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO election.roll_entry (id, election_id, place, head_key, heads, area_hundredths, area_unknown,"
            " owner_ids, building, entrance, label, basis, salt)"
            " VALUES (%s, %s, %s, %s, 1, 8000, 0, %s, '1', '1', %s, 'REGISTERED', %s)",
            [
                (entry, election, place, secrets.token_bytes(32), [owner], str(place), secrets.token_bytes(32))
                for place, (entry, owner) in enumerate(zip(entries, owners, strict=True))
            ],
        )
        cursor.executemany(
            "INSERT INTO election.roll_home (election_id, home_id, entry_id, place, building, entrance, label, kind,"
            " delivery, area_hundredths, owner_known, owner_ids)"
            " VALUES (%s, %s, %s, %s, '1', '1', %s, 'DWELLING', 'DELIVERED', 8000, true, '{}')",
            [
                (election, home, entry, place, str(place))
                for place, (home, entry) in enumerate(zip(homes, entries, strict=True))
            ],
        )
        cursor.executemany(
            "INSERT INTO election.nominee (election_id, number, key_wrapped, name_sealed, words_sealed)"
            " VALUES (%s, %s, '', '', '')",
            [(election, number) for number in range(1, 5)],
        )
    return election


def _election(connection: psycopg.Connection, election: UUID, is_open: bool = True) -> None:
    now = datetime.now(UTC)
    row = {
        "id": election,
        "compound_id": COMPOUND,
        "compound_code": CODE,
        "kind": "T2",
        "preset": "HOUSEHOLD_BALLOT",
        "rules": json.dumps(kept(Preset.HOUSEHOLD_BALLOT, DEFAULTS[Preset.HOUSEHOLD_BALLOT])),
        "state": "OPEN" if is_open else "CLOSED",
        "title": "",
        "words": "",
        "seats": 2,
        "buildings": [],
        "entrances": [],
        "seed": "",
        "founding_pmc": True,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=9),
        "round": 1,
        "nominees": 4,
        "items": 0,
        "entries": 1,
        "heads": 1,
        "area_hundredths": 1,
        "area_unknown": 0,
        "owner_unknown": 0,
        "roll_root": bytes(32),
        "text_digest": bytes(32),
        "announced_at": now,
        "made_at": now,
        "version": 1,
    }
    names = ", ".join(row)
    values = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO election.election ({names}) VALUES ({values})", row)  # type: ignore[arg-type]
    connection.execute(
        "INSERT INTO election.ballot_box (election_id, next_index, open) VALUES (%s, 0, %s)", (election, is_open)
    )


def fill(connection: psycopg.Connection, ballots: int) -> None:
    """So many ballots of closed elections, with their entries and lines, of the size that true ones have."""
    connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys: only the size
    for start in range(0, ballots, PER_ELECTION):
        election = new_id()
        _election(connection, election, is_open=False)
        many = min(PER_ELECTION, ballots - start)
        with connection.transaction():
            connection.execute(ENTRIES, {"election": election, "many": many})
            connection.execute(BALLOTS, {"election": election})
            connection.execute(LEAVES, {"election": election})
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


ENTRIES = """
INSERT INTO election.roll_entry (id, election_id, place, head_key, heads, area_hundredths, area_unknown, owner_ids,
    building, entrance, label, basis, salt)
SELECT gen_random_uuid(), %(election)s, n, sha256(n::text::bytea || uuid_send(%(election)s)), 1, 8000, 0, '{}',
    '1', '1', '1-1-101', 'REGISTERED', sha256(n::text::bytea)
FROM generate_series(1, %(many)s) AS n
"""
BALLOTS = """
INSERT INTO election.ballot (election_id, entry_id, revision, log_index, channel, caster_id, capacity, cast_at,
    choice_sealed, who_salt, who, what, code, key, body_digest)
SELECT election_id, id, 1, place, 'ONLINE', gen_random_uuid(), 'OWNER', now(),
    sha256(salt) || sha256(head_key) || sha256(salt), salt, sha256(salt), sha256(head_key),
    left(upper(md5(id::text)), 10), md5(id::text), sha256(head_key)
FROM election.roll_entry WHERE election_id = %(election)s
ON CONFLICT DO NOTHING
"""
LEAVES = """
INSERT INTO election.leaf (election_id, log_index, type, body, hash)
SELECT election_id, log_index, 'CAST', (encode(who, 'hex') || encode(what, 'hex'))::bytea, sha256(who)
FROM election.ballot WHERE election_id = %(election)s
"""
