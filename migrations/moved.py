"""Whether a schema came from another PostgreSQL, and what then has to be said anew: the numbers of its transactions.

Audit and events are ordered by transaction (ADR 6). A dump keeps those numbers, and another cluster counts from its own
beginning: until it had caught up nothing would be sealed or told any more, without a word. No digest covers them.
"""

import psycopg
from psycopg import sql

# 4 is the edge: what was done stays behind it, what was still to do comes after it, each in the order of its rows.
IS_MOVED = """
    SELECT greatest(
        (SELECT xid FROM {room}.audit ORDER BY xid DESC LIMIT 1),
        (SELECT xid FROM {room}.outbox ORDER BY xid DESC LIMIT 1),
        (SELECT xid FROM {room}.outbox_cursor ORDER BY xid DESC LIMIT 1)
    ) > pg_current_xact_id()
"""
SEALED = """
    UPDATE {room}.audit SET xid = (CASE
        WHEN id = (SELECT audit_id FROM {room}.audit_seal ORDER BY position DESC LIMIT 1) THEN '4'
        WHEN EXISTS (SELECT FROM {room}.audit_seal WHERE audit_id = audit.id) THEN '3'
        ELSE '5' END)::xid8
"""
# A window that was half handed over is handed over again from its beginning: the feed knows what it has.
TOLD = """
    UPDATE {room}.outbox SET xid = (CASE
        WHEN xid < (SELECT xid FROM {room}.outbox_cursor WHERE id = 1) THEN '3' ELSE '5' END)::xid8
"""
CURSOR = "UPDATE {room}.outbox_cursor SET xid = '4', outbox_id = 0"


def settle(connection: psycopg.Connection, room: str) -> bool:
    """Number a moved schema's transactions anew, in one transaction; whether there was need."""
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"{room}_owner")))
        found = connection.execute(sql.SQL(IS_MOVED).format(room=sql.Identifier(room))).fetchone()
        if found is None or not found[0]:
            return False
        for statement in (SEALED, TOLD, CURSOR):
            connection.execute(sql.SQL(statement).format(room=sql.Identifier(room)))
        return True
