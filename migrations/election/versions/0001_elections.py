"""Elections with their frozen rolls, ballots and results; what was cast, counted or stepped is only ever added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import create_queue, insert_only, read_write, technique
from shared.database import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DURABLE = """
CREATE FUNCTION election.refuse_undurable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        RAISE EXCEPTION 'a ballot is acknowledged only once it is durable';
    END IF;
    RETURN NULL;
END $$
"""
"""A role can always lower synchronous_commit for itself; a ballot then refuses to be written."""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("subject_kind", sa.String(length=50), nullable=True),
        sa.Column("subject_id", sa.String(length=100), nullable=True),
        sa.Column("compound_code", sa.String(length=15), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("origin", sa.String(length=100), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema="election",
    )
    op.create_index(op.f("ix_audit_xid_id"), "audit", ["xid", "id"], unique=False, schema="election")
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
        schema="election",
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="election",
    )
    op.create_table(
        "election",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("buildings", sa.ARRAY(sa.String(length=10)), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("opens_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closes_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("nominees", sa.SmallInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("text_digest", sa.LargeBinary(), nullable=True),
        sa.Column("announced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("compound_code ~ '^[0-9]{15}$'", name=op.f("ck_election_compound_code_digits")),
        sa.CheckConstraint("kind IN ('T1', 'T2', 'T3', 'T4', 'T5', 'T6')", name=op.f("ck_election_kind")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'ANNOUNCED', 'OPEN', 'CLOSED', 'COUNTED', 'POSTED', 'FINAL',"
            " 'CANCELLED', 'REPEATED')",
            name=op.f("ck_election_state"),
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'CANCELLED') OR text_digest IS NOT NULL",
            name=op.f("ck_election_announced_is_hashed"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_election_window")),
        sa.CheckConstraint("nominees >= 0 AND entries >= 0", name=op.f("ck_election_counted")),
        sa.CheckConstraint(
            "round BETWEEN 1 AND 2 AND (round = 2) = (repeats_id IS NOT NULL)", name=op.f("ck_election_repeated_once")
        ),
        sa.CheckConstraint("seats BETWEEN 1 AND 50", name=op.f("ck_election_seats")),
        sa.ForeignKeyConstraint(["repeats_id"], ["election.election.id"], name=op.f("fk_election_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_election")),
        sa.UniqueConstraint("repeats_id", name=op.f("uq_election_repeats_id")),
        schema="election",
    )
    op.create_index("ix_election_made", "election", ["made_at", "id"], unique=False, schema="election")
    op.create_index(
        "ix_election_newest", "election", ["compound_code", "made_at", "id"], unique=False, schema="election"
    )
    op.create_table(
        "idempotency",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reply_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "key", name=op.f("pk_idempotency")),
        schema="election",
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False, schema="election")
    op.create_table(
        "idempotency_replay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_replay")),
        schema="election",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
        schema="election",
    )
    op.create_index(op.f("ix_outbox_xid_id"), "outbox", ["xid", "id"], unique=False, schema="election")
    op.create_table(
        "outbox_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xid", TransactionId(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_cursor")),
        schema="election",
    )
    op.create_table(
        "ballot_box",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("next_index", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_ballot_box_election_id")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_ballot_box")),
        schema="election",
    )
    op.create_table(
        "nominee",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 200", name=op.f("ck_nominee_number")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_nominee_election_id")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_nominee")),
        schema="election",
    )
    op.create_table(
        "result",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("ranking", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("counted_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("outcome IN ('RANKED', 'REPEAT', 'RANKED_LOW_TURNOUT')", name=op.f("ck_result_outcome")),
        sa.CheckConstraint("returned <= households AND valid + invalid = returned", name=op.f("ck_result_adds_up")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_result_election_id")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_result")),
        schema="election",
    )
    op.create_table(
        "roll_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=10), nullable=False),
        sa.Column("entrance", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=45), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=False),
        sa.Column("head_group", sa.LargeBinary(), nullable=False),
        sa.Column("area_hundredths", sa.Integer(), nullable=True),
        sa.Column("owner_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("area_hundredths > 0", name=op.f("ck_roll_entry_area_positive")),
        sa.CheckConstraint("octet_length(salt) = 32", name=op.f("ck_roll_entry_salt_length")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_roll_entry_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint("election_id", "home_id", name=op.f("uq_roll_entry_election_id_home_id")),
        sa.UniqueConstraint("election_id", "id", name=op.f("uq_roll_entry_election_id_id")),
        sa.UniqueConstraint("election_id", "place", name=op.f("uq_roll_entry_election_id_place")),
        schema="election",
    )
    op.create_table(
        "step",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_step_election_id")),
        sa.PrimaryKeyConstraint("election_id", "position", name=op.f("pk_step")),
        schema="election",
    )
    op.create_table(
        "ballot",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("caster_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=10), nullable=False),
        sa.Column("marks", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("cast_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("who_salt", sa.LargeBinary(), nullable=False),
        sa.Column("what_salt", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("capacity IN ('OWNER', 'RESIDENT')", name=op.f("ck_ballot_capacity")),
        sa.CheckConstraint(
            "octet_length(who_salt) = 32 AND octet_length(what_salt) = 32", name=op.f("ck_ballot_salt_length")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_ballot_revision")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_ballot_election_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.ballot_box.election_id"], name="fk_ballot_box"),
        sa.PrimaryKeyConstraint("election_id", "entry_id", "revision", name=op.f("pk_ballot")),
        sa.UniqueConstraint("election_id", "log_index", name=op.f("uq_ballot_election_id_log_index")),
        schema="election",
    )
    op.create_index("ix_ballot_time", "ballot", ["election_id", "cast_at"], unique=False, schema="election")
    technique("election")
    create_queue("election")
    read_write("election", "election", "nominee", "ballot_box")
    insert_only("election", "step", "roll_entry", "ballot", "result")
    op.execute(DURABLE)
    op.execute(
        "CREATE TRIGGER ballot_is_durable BEFORE INSERT ON election.ballot"
        " FOR EACH STATEMENT EXECUTE FUNCTION election.refuse_undurable()"
    )


def downgrade() -> None:
    op.drop_index("ix_ballot_time", table_name="ballot", schema="election")
    op.drop_table("ballot", schema="election")
    op.drop_table("step", schema="election")
    op.drop_table("roll_entry", schema="election")
    op.drop_table("result", schema="election")
    op.drop_table("nominee", schema="election")
    op.drop_table("ballot_box", schema="election")
    op.drop_table("outbox_cursor", schema="election")
    op.drop_index(op.f("ix_outbox_xid_id"), table_name="outbox", schema="election")
    op.drop_table("outbox", schema="election")
    op.drop_table("idempotency_replay", schema="election")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency", schema="election")
    op.drop_table("idempotency", schema="election")
    op.drop_index("ix_election_newest", table_name="election", schema="election")
    op.drop_index("ix_election_made", table_name="election", schema="election")
    op.drop_table("election", schema="election")
    op.drop_table("clock", schema="election")
    op.drop_table("audit_seal", schema="election")
    op.drop_index(op.f("ix_audit_xid_id"), table_name="audit", schema="election")
    op.drop_table("audit", schema="election")
    op.execute("DROP FUNCTION election.refuse_undurable()")
