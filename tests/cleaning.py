"""How a test database gets back to what the migrations left: delete what has rows, put the first rows back."""

from collections.abc import Iterable

import psycopg

CLEAN = "CALL cleaning.clean()"

REMEMBER = """
CREATE SCHEMA cleaning;
CREATE TABLE cleaning.tables (schema text, name text, columns text, seeded bool, PRIMARY KEY (schema, name));
DO $$
DECLARE t record; filled bool;
BEGIN
    FOR t IN
        SELECT n.nspname, c.relname,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ('{rooms}') AND c.relkind = 'r' AND c.relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', t.nspname, t.relname) INTO filled;
        INSERT INTO cleaning.tables VALUES (t.nspname, t.relname, t.columns, filled);
        IF filled THEN
            EXECUTE format('CREATE TABLE cleaning.%I AS SELECT %s FROM %I.%I',
                t.nspname || '.' || t.relname, t.columns, t.nspname, t.relname);
        END IF;
    END LOOP;
END $$;
CREATE PROCEDURE cleaning.clean() LANGUAGE plpgsql AS $$
DECLARE t cleaning.tables; filled bool;
BEGIN
    FOR t IN SELECT * FROM cleaning.tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', t.schema, t.name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I.%I', t.schema, t.name);
        END IF;
        IF t.seeded THEN
            EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT * FROM cleaning.%I',
                t.schema, t.name, t.columns, t.schema || '.' || t.name);
        END IF;
    END LOOP;
END $$;
"""


def remember_rows(connection: psycopg.Connection, rooms: Iterable[str]) -> None:
    """In the template, once, after the migrations."""
    connection.execute(REMEMBER.replace("{rooms}", "{" + ",".join(rooms) + "}").encode())
