"""Ways out of a room's database role, each tried: by the catalogue, and by what an attacker would say."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg import errors

from migrations.heads import ROOMS
from shared.database import INSERT_ONLY

NEIGHBOURS: Mapping[str, str] = dict(zip(ROOMS, (*ROOMS[1:], ROOMS[0]), strict=True))
HISTORY: Mapping[str, frozenset[str]] = {
    "registry": frozenset({"door_try", "feed", "home_area", "revocation", "roll_finding"}),
    "ticket": frozenset({"overdue_notice", "ticket_callback", "ticket_move"}),
    "survey": frozenset({"submission_edition", "survey_version", "visit_edition"}),
    "election": frozenset({"ballot", "leaf", "result", "step", "transcription"}),
    "meeting": frozenset({"attendance", "minutes", "signature", "step", "task_report", "vote"}),
}
"""Tables of the field in which a row, once written, stands; beside those that every room has."""
EVERY_ROOMS = frozenset(INSERT_ONLY)

REACHED = """
    SELECT n.nspname || '.' || k.relname FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
    AND n.nspname <> {room} AND k.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (
        CASE WHEN k.relkind = 'S' THEN has_sequence_privilege({room}, k.oid, 'USAGE, SELECT, UPDATE')
        ELSE has_table_privilege({room}, k.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            OR has_any_column_privilege({room}, k.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END)
"""
TOO_MUCH = """
    SELECT k.relname FROM pg_class k WHERE k.relnamespace = {room}::regnamespace AND (
        k.relowner = {room}::regrole
        OR (k.relkind = 'r' AND has_table_privilege({room}, k.oid, 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')))
"""
STANDING = """
    SELECT relname FROM pg_class WHERE relnamespace = {room}::regnamespace AND relkind = 'r'
    AND has_table_privilege({room}, oid, 'INSERT')
    AND NOT has_any_column_privilege({room}, oid, 'UPDATE') AND NOT has_table_privilege({room}, oid, 'DELETE')
"""
BORROWED = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND n.nspname <> 'pg_catalog'
"""
OTHER_SCHEMAS = """
    SELECT nspname FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', {room})
    AND has_schema_privilege({room}, oid, 'USAGE, CREATE')
"""
MEMBER_OF = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = {room}::regrole"
POWERS = """
    SELECT rolname FROM pg_roles WHERE rolname IN ({room}, {room} || '_owner')
    AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolinherit)
"""


@pytest.fixture
def admin(admin_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        yield connection


def _names(admin: psycopg.Connection, query: str, room: str) -> set[str]:
    return {str(row[0]) for row in admin.execute(query.format(room=f"'{room}'").encode())}


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("query", [REACHED, TOO_MUCH, BORROWED, OTHER_SCHEMAS, MEMBER_OF, POWERS])
def test_the_catalogue_knows_no_way_out(admin: psycopg.Connection, room: str, query: str) -> None:
    """No relation or sequence of others, no ownership, no borrowed rights, no membership, no powers."""
    assert _names(admin, query, room) == set()


@pytest.mark.parametrize("room", ROOMS)
def test_where_history_stands_the_room_may_only_add(admin: psycopg.Connection, room: str) -> None:
    assert _names(admin, STANDING, room) >= HISTORY[room] | EVERY_ROOMS


def test_a_way_that_is_opened_is_found(admin: psycopg.Connection) -> None:
    opened = (
        ("GRANT SELECT (words) ON ticket.ticket TO survey", "REVOKE ALL ON ticket.ticket FROM survey", REACHED),
        ("GRANT TRIGGER ON survey.audit TO survey", "REVOKE TRIGGER ON survey.audit FROM survey", TOO_MUCH),
        ("GRANT ticket_owner TO survey", "REVOKE ticket_owner FROM survey", MEMBER_OF),
        ("GRANT USAGE ON SCHEMA public TO survey", "REVOKE USAGE ON SCHEMA public FROM survey", OTHER_SCHEMAS),
    )
    for opens, closes, query in opened:
        admin.execute(opens.encode())
        try:
            assert _names(admin, query, "survey") != set(), opens
        finally:
            admin.execute(closes.encode())


ESCAPES = (
    # becoming somebody
    "SET ROLE postgres",
    "SET ROLE {other}",
    "SET ROLE {other}_owner",
    "SET ROLE {room}_owner",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER ROLE {room} SUPERUSER",
    "ALTER ROLE {room} CREATEROLE",
    "ALTER ROLE {other} SET search_path = public",
    "GRANT {other} TO {room}",
    "GRANT pg_read_all_data TO {room}",
    "GRANT {room}_owner TO {room}",
    "CREATE ROLE mine",
    "REASSIGN OWNED BY {other} TO {room}",
    # making something of one's own
    "CREATE TEMP TABLE mine (x int)",
    "CREATE TEMP VIEW mine AS SELECT 1",
    "CREATE TEMP SEQUENCE mine",
    "SELECT 1 INTO TEMP mine",
    "CREATE TABLE {room}.mine (x int)",
    "CREATE VIEW {room}.mine AS SELECT * FROM {room}.audit",
    "CREATE FUNCTION {room}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE FUNCTION {other}.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE SCHEMA AUTHORIZATION {room}",
    "CREATE DATABASE mine",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION {room}.mine()",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1' PUBLICATION mine",
    "CREATE FOREIGN DATA WRAPPER mine",
    "CREATE TABLESPACE mine LOCATION '/tmp'",
    # files, programs, large objects
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY {room}.audit FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/linli-should-not-be'",
    "COPY {room}.clock FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_ls_waldir()",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/linli-should-not-be')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_get(1)",
    "SELECT lo_put(1, 0, 'x')",
    "SELECT lo_unlink(1)",
    # the server
    "ALTER SYSTEM SET fsync = off",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT pg_logical_emit_message(true, 'mine', 'x')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_hba_file_rules",
    "SET session_preload_libraries = 'mine'",
    "LOAD 'mine'",
    # out of the rules of the own schema
    "SET session_replication_role = replica",
    "ALTER TABLE {room}.audit DISABLE TRIGGER ALL",
    "ALTER TABLE {room}.audit DROP CONSTRAINT pk_audit",
    "ALTER TABLE {room}.audit OWNER TO {room}",
    "ALTER TABLE {room}.audit ALTER COLUMN id SET DEFAULT 1",
    "CREATE RULE mine AS ON INSERT TO {room}.audit DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON {room}.audit EXECUTE FUNCTION {room}.mine()",
    "CREATE POLICY mine ON {room}.audit",
    "DROP TABLE {room}.audit",
    "DROP SCHEMA {room} CASCADE",
    "TRUNCATE {room}.outbox",
    "TRUNCATE {room}.idempotency",
    "MERGE INTO {room}.audit a USING {room}.audit b ON a.id = b.id WHEN MATCHED THEN UPDATE SET actor = ''",
    "INSERT INTO {room}.audit_seal SELECT * FROM {room}.audit_seal ON CONFLICT (position) DO UPDATE SET digest = ''",
    "WITH gone AS (DELETE FROM {room}.audit RETURNING 1) SELECT * FROM gone",
    "SELECT * FROM {room}.audit FOR UPDATE",
    "SELECT setval(pg_get_serial_sequence('{room}.audit', 'id'), 1)",
    "COMMENT ON TABLE {room}.audit IS 'mine'",
    # into another's
    "SELECT * FROM {other}.audit",
    "SELECT query_to_xml('SELECT * FROM {other}.audit', true, false, '')",
    "SELECT table_to_xml('{other}.audit', true, false, '')",
    "DO $$ BEGIN PERFORM 1 FROM {other}.audit; END $$",
    "DO $$ BEGIN EXECUTE 'SELECT 1 FROM {other}.audit'; END $$",
    "BEGIN; LOCK TABLE {other}.audit",
    "SELECT {other}.procrastinate_defer_job_v1(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    "SELECT '{other}.audit'::regclass",
    "SELECT nextval('{other}.procrastinate_jobs_id_seq')",
    "EXPLAIN SELECT * FROM {other}.audit",
    "ANALYZE {other}.audit",
    "VACUUM {other}.audit",
)


def _outcome(url: str, statement: str) -> str:
    """`refused` for want of rights, or what happened instead."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(statement.encode())
        except errors.InsufficientPrivilege:
            return "refused"
        except psycopg.Error as error:
            return f"{type(error).__name__}: {error}"
    return "done"


@pytest.mark.parametrize("statement", ESCAPES)
def test_every_escape_is_refused_for_want_of_rights(database_urls: Mapping[str, str], statement: str) -> None:
    for room, other in NEIGHBOURS.items():
        assert _outcome(database_urls[room], statement.format(room=room, other=other)) == "refused", room


def test_a_path_of_names_leads_to_nothing_of_others(database_urls: Mapping[str, str]) -> None:
    """With another's schema in front of one's own, a name still means one's own table or none."""
    for room, other in NEIGHBOURS.items():
        with psycopg.connect(database_urls[room], autocommit=True) as connection:
            connection.execute(f"SET search_path = {other}, pg_temp, public, {room}".encode())
            met = connection.execute("SELECT 'audit'::regclass::oid = to_regclass(%s)::oid", (f"{room}.audit",))
            assert met.fetchone() == (True,)


def test_a_room_cannot_give_away_what_it_was_lent(database_urls: Mapping[str, str], admin: psycopg.Connection) -> None:
    """PostgreSQL answers these with a warning; what counts is that nothing was given."""
    for room, other in NEIGHBOURS.items():
        with psycopg.connect(database_urls[room], autocommit=True) as connection:
            connection.execute(f"GRANT SELECT ON {room}.audit TO PUBLIC".encode())
            connection.execute(f"GRANT USAGE ON SCHEMA {room} TO {other}".encode())
        assert _names(admin, REACHED, other) | _names(admin, OTHER_SCHEMAS, other) == set()


def test_a_room_neither_stops_another_nor_sees_what_it_asks(database_urls: Mapping[str, str]) -> None:
    for room, other in NEIGHBOURS.items():
        with psycopg.connect(database_urls[other]) as busy, psycopg.connect(database_urls[room], autocommit=True) as me:
            busy.execute("SELECT 'a name'")
            pid = busy.info.backend_pid
            for function in ("pg_terminate_backend", "pg_cancel_backend"):
                with pytest.raises(errors.InsufficientPrivilege):
                    me.execute(f"SELECT {function}(%s)".encode(), (pid,))
            seen = me.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
            assert seen == ("<insufficient privilege>",)
            assert busy.execute("SELECT 1").fetchone() == (1,)
