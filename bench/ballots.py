"""A past with so many ballots, for measuring."""

import psycopg

from shared.database import new_id
from tests.election.api.neighbour import CODE, COMPOUND
from tests.factories.open_ballots import enter_election

PER_ELECTION = 20_000


def fill(connection: psycopg.Connection, ballots: int) -> None:
    """So many ballots of closed elections, with their entries and lines, of the size that true ones have."""
    connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys: only the size
    for start in range(0, ballots, PER_ELECTION):
        election = new_id()
        enter_election(connection, election, (COMPOUND, CODE), is_open=False)
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
