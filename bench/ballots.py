"""A past election of so many ballots, for measuring."""

import time
from collections.abc import Iterator
from uuid import UUID

import psycopg

from services.election.ballots.sealed import seal_choice
from services.election.rules.commitments import Said
from shared.database import new_id
from shared.sealing import Keys
from tests.election.api.neighbour import CODE, COMPOUND
from tests.factories.open_ballots import enter_election

CHOICES = ([1, 2], [1, 3], [2], [3, 4])


def fill(connection: psycopg.Connection, keys: Keys, ballots: int) -> UUID:
    """A closed household ballot in which so many households have cast, sealed as true ones are; its id."""
    connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys: only the size
    election = new_id()
    enter_election(connection, election, (COMPOUND, CODE), is_open=False)
    with connection.transaction():
        for text in (ELECTION, NAMES, ENTRIES):
            connection.execute(text, {"election": election, "many": ballots})
        _seal(connection, keys, election)
        connection.execute(BALLOTS, {"election": election})
        connection.execute(LEAVES, {"election": election})
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
    return election


def _seal(connection: psycopg.Connection, keys: Keys, election: UUID) -> None:
    connection.execute("CREATE TEMPORARY TABLE sealed (entry_id uuid, choice bytea) ON COMMIT DROP")
    entries = connection.execute("SELECT id FROM election.roll_entry WHERE election_id = %s", (election,)).fetchall()
    with connection.cursor().copy("COPY sealed FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(("uuid", "bytea"))
        for row in _sealed(keys, election, entries):
            copy.write_row(row)


def _sealed(keys: Keys, election: UUID, entries: list[tuple[UUID]]) -> Iterator[tuple[UUID, bytes]]:
    salt = time.time_ns().to_bytes(32, "big")
    for place, (entry,) in enumerate(entries):
        said: Said = {"election": str(election), "marks": CHOICES[place % len(CHOICES)]}
        yield entry, seal_choice(keys, election, entry, 1, salt, said)


ELECTION = "UPDATE election.election SET entries = %(many)s, seed = 'bench' WHERE id = %(election)s"
NAMES = """
INSERT INTO election.nominee (election_id, number, key_wrapped, name_sealed, words_sealed)
SELECT %(election)s, n, '', '', '' FROM generate_series(1, 4) AS n
"""
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
    sealed.choice, salt, sha256(salt), sha256(head_key),
    left(upper(md5(id::text)), 10), md5(id::text), sha256(head_key)
FROM election.roll_entry JOIN sealed ON sealed.entry_id = id WHERE election_id = %(election)s
ON CONFLICT DO NOTHING
"""
LEAVES = """
INSERT INTO election.leaf (election_id, log_index, type, body, hash)
SELECT election_id, log_index, 'CAST', (encode(who, 'hex') || encode(what, 'hex'))::bytea, sha256(who)
FROM election.ballot WHERE election_id = %(election)s
"""
