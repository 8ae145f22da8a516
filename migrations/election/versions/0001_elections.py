"""Elections with rule sets, rolls, ballots, papers, log and results; what was written is only ever added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import create_queue, insert_only, read_only, read_write, technique
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

FROZEN = """
CREATE FUNCTION election.refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.commitment IS NOT NULL THEN
        RAISE EXCEPTION 'the roll is frozen: an entry changes no more';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""
"""VOTE-7. Once an entry is committed to, neither it nor its homes change."""

FROZEN_HOME = """
CREATE FUNCTION election.refuse_frozen_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM election.roll_entry WHERE id = OLD.entry_id AND commitment IS NOT NULL) THEN
        RAISE EXCEPTION 'the roll is frozen: a home changes no more';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""


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
        "ballot_replay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_replay")),
        schema="election",
    )
    op.create_table(
        "checkpoint",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_checkpoint_root_length")),
        sa.CheckConstraint("size >= 1", name=op.f("ck_checkpoint_size")),
        sa.PrimaryKeyConstraint("election_id", "size", name=op.f("pk_checkpoint")),
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
        "rule_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=15), nullable=False),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "preset IN ('ORDINARY', 'SPECIAL', 'UNANIMOUS', 'HOUSEHOLD_BALLOT', 'CANDIDATES', 'MEMBERS_VOTE')",
            name=op.f("ck_rule_set_preset"),
        ),
        sa.CheckConstraint("scope ~ '^[0-9]{2,15}$'", name=op.f("ck_rule_set_scope_digits")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rule_set_version")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_rule_set")),
        schema="election",
    )
    op.create_table(
        "election",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("rule_set_id", sa.Uuid(), nullable=True),
        sa.Column("rule_set_version", sa.Integer(), nullable=True),
        sa.Column("unsigned", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("buildings", sa.ARRAY(sa.String(length=10)), nullable=False),
        sa.Column("entrances", sa.ARRAY(sa.String(length=21)), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("founding_pmc", sa.Boolean(), nullable=False),
        sa.Column("silence_adopted", sa.String(length=500), nullable=True),
        sa.Column("opens_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closes_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("first_closes_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("nominees", sa.SmallInteger(), nullable=False),
        sa.Column("items", sa.SmallInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("area_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("area_unknown", sa.Integer(), nullable=False),
        sa.Column("owner_unknown", sa.Integer(), nullable=False),
        sa.Column("roll_note", sa.String(length=1000), nullable=True),
        sa.Column("roll_note_by", sa.String(length=100), nullable=True),
        sa.Column("roll_root", sa.LargeBinary(), nullable=True),
        sa.Column("roll_posted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("repeat_due", sa.Boolean(), nullable=False),
        sa.Column("recount_due", sa.Boolean(), nullable=False),
        sa.Column("objections_open", sa.Integer(), nullable=False),
        sa.Column("corrections_due", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=True),
        sa.Column("announced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("posted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("posted_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("final_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("compound_code ~ '^[0-9]{15}$'", name=op.f("ck_election_compound_code_digits")),
        sa.CheckConstraint("kind IN ('T1', 'T2', 'T3', 'T4', 'T5', 'T6')", name=op.f("ck_election_kind")),
        sa.CheckConstraint(
            "preset IN ('ORDINARY', 'SPECIAL', 'UNANIMOUS', 'HOUSEHOLD_BALLOT', 'CANDIDATES', 'MEMBERS_VOTE')",
            name=op.f("ck_election_preset"),
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'ANNOUNCED', 'OPEN', 'CLOSED', 'COUNTED', 'POSTED', 'FINAL', 'CANCELLED', 'REPEATED')",
            name=op.f("ck_election_state"),
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ROLL_POSTED', 'CANCELLED') OR (text_digest IS NOT NULL AND roll_root IS NOT NULL)",
            name=op.f("ck_election_announced_is_hashed"),
        ),
        sa.CheckConstraint("(roll_note IS NULL) = (roll_note_by IS NULL)", name=op.f("ck_election_note_is_signed")),
        sa.CheckConstraint(
            "(rule_set_id IS NULL) = (rule_set_version IS NULL)", name=op.f("ck_election_rule_set_whole")
        ),
        sa.CheckConstraint("first_closes_at < closes_at", name=op.f("ck_election_extended")),
        sa.CheckConstraint(
            "nominees >= 0 AND items >= 0 AND entries >= 0 AND heads >= 0 AND area_hundredths >= 0 AND area_unknown >= 0 AND owner_unknown >= 0 AND objections_open >= 0 AND corrections_due >= 0",
            name=op.f("ck_election_counted"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_election_window")),
        sa.CheckConstraint("round >= 1 AND (round > 1) = (repeats_id IS NOT NULL)", name=op.f("ck_election_round")),
        sa.CheckConstraint("seats BETWEEN 0 AND 50", name=op.f("ck_election_seats")),
        sa.ForeignKeyConstraint(["repeats_id"], ["election.election.id"], name=op.f("fk_election_repeats_id")),
        sa.ForeignKeyConstraint(
            ["rule_set_id", "rule_set_version"],
            ["election.rule_set.id", "election.rule_set.version"],
            name=op.f("fk_election_rule_set_id_rule_set_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_election")),
        sa.UniqueConstraint("repeats_id", name=op.f("uq_election_repeats_id")),
        schema="election",
    )
    op.create_index("ix_election_made", "election", ["made_at", "id"], unique=False, schema="election")
    op.create_index(
        "ix_election_newest", "election", ["compound_code", "made_at", "id"], unique=False, schema="election"
    )
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parameter", sa.String(length=40), nullable=False),
        sa.Column("officer", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_set_id", "version"],
            ["election.rule_set.id", "election.rule_set.version"],
            name=op.f("fk_sign_off_rule_set_id_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint(
            "rule_set_id", "version", "parameter", name=op.f("uq_sign_off_rule_set_id_version_parameter")
        ),
        schema="election",
    )
    op.create_table(
        "ballot_box",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("next_index", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_ballot_box_election_id")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_ballot_box")),
        schema="election",
    )
    op.create_table(
        "ballot_notice",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_ballot_notice_election_id")),
        sa.PrimaryKeyConstraint("election_id", "log_index", "recipient_id", name=op.f("pk_ballot_notice")),
        schema="election",
    )
    op.create_index("ix_ballot_notice_recipient", "ballot_notice", ["recipient_id"], unique=False, schema="election")
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(public_key) = 32", name=op.f("ck_device_key_length")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_device_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        schema="election",
    )
    op.create_table(
        "item",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("matter", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "matter IN ('RULES_OF_PROCEDURE', 'COVENANT', 'COMMITTEE', 'MANAGER', 'USE_FUND', 'OTHER_COMMON', 'RAISE_FUND', 'REBUILD', 'CHANGE_COMMON_PARTS', 'HOUSING_TO_BUSINESS')",
            name=op.f("ck_item_matter"),
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 50", name=op.f("ck_item_number")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_item_election_id")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_item")),
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
        "notice_cursor",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("next_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_notice_cursor_election_id")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_notice_cursor")),
        schema="election",
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("objector_id", sa.Uuid(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("due", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("performed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("about IN ('ROLL', 'PROCEDURE', 'COUNT')", name=op.f("ck_objection_about")),
        sa.CheckConstraint(
            "effect IS NULL OR effect IN ('NONE', 'CORRECT', 'RECOUNT', 'REPEAT')", name=op.f("ck_objection_effect")
        ),
        sa.CheckConstraint(
            "(effect IS NULL) = (decided_at IS NULL) AND (effect IS NULL) = (decided_by IS NULL) AND (effect IS NULL) = (answer IS NULL)",
            name=op.f("ck_objection_decided_whole"),
        ),
        sa.CheckConstraint("effect IS NULL OR withdrawn_at IS NULL", name=op.f("ck_objection_withdrawn_or_decided")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_objection_election_id")),
        sa.ForeignKeyConstraint(["repeats_id"], ["election.objection.id"], name=op.f("fk_objection_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        schema="election",
    )
    op.create_table(
        "paper_box",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=40), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(length=100), nullable=True),
        sa.Column("seal_found", sa.String(length=40), nullable=True),
        sa.Column("witnesses", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_paper_box_counted")),
        sa.CheckConstraint("(opened_at IS NULL) = (seal_found IS NULL)", name=op.f("ck_paper_box_opened_whole")),
        sa.CheckConstraint("opened_at IS NULL OR cardinality(witnesses) >= 2", name=op.f("ck_paper_box_witnessed")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_paper_box_election_id")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_paper_box")),
        schema="election",
    )
    op.create_table(
        "print_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("first_paper", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("papers >= 1 AND first_paper >= 1", name=op.f("ck_print_run_papers")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_print_run_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.UniqueConstraint("election_id", "number", name=op.f("uq_print_run_election_id_number")),
        schema="election",
    )
    op.create_table(
        "result",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("counted_by", sa.String(length=100), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=True),
        sa.Column("counter_id", sa.Uuid(), nullable=True),
        sa.Column("scrutineer_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "caller_id <> counter_id AND counter_id <> scrutineer_id AND caller_id <> scrutineer_id",
            name=op.f("ck_result_three_persons"),
        ),
        sa.CheckConstraint("(number = 1) = (reason IS NULL)", name=op.f("ck_result_recount_has_reason")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_result_number")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_result_digest_length")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_result_election_id")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_result")),
        sa.UniqueConstraint("election_id", "log_index", name=op.f("uq_result_election_id_log_index")),
        schema="election",
    )
    op.create_table(
        "roll_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("objection_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("second", sa.String(length=100), nullable=True),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("confirms", sa.Integer(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "change IN ('AREA', 'OWNERS', 'MERGE', 'SPLIT', 'REMOVE', 'ADD')", name=op.f("ck_roll_correction_change")
        ),
        sa.CheckConstraint(
            "(log_index IS NULL) = (second IS NULL) AND (confirms IS NULL) = (second IS NULL) AND second <> by AND NOT (proposed AND second IS NOT NULL)",
            name=op.f("ck_roll_correction_frozen_needs_two"),
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_roll_correction_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_correction")),
        sa.UniqueConstraint("election_id", "confirms", name=op.f("uq_roll_correction_election_id_confirms")),
        sa.UniqueConstraint("election_id", "number", name=op.f("uq_roll_correction_election_id_number")),
        schema="election",
    )
    op.create_table(
        "roll_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("head_key", sa.LargeBinary(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("area_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("area_unknown", sa.Integer(), nullable=False),
        sa.Column("owner_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("building", sa.String(length=10), nullable=False),
        sa.Column("entrance", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=45), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "area_hundredths >= 0 AND area_unknown >= 0 AND heads BETWEEN 0 AND 1", name=op.f("ck_roll_entry_weights")
        ),
        sa.CheckConstraint("octet_length(salt) = 32", name=op.f("ck_roll_entry_salt_length")),
        sa.ForeignKeyConstraint(["election_id"], ["election.election.id"], name=op.f("fk_roll_entry_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint("election_id", "head_key", name=op.f("uq_roll_entry_election_id_head_key")),
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
        "ballot_objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("objector_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("file_token", sa.String(length=600), nullable=True),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=100), nullable=True),
        sa.Column("resolution", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_ballot_objection_resolved_whole")
        ),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_ballot_objection_election_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_objection")),
        sa.UniqueConstraint(
            "election_id", "entry_id", "objector_id", name=op.f("uq_ballot_objection_election_id_entry_id_objector_id")
        ),
        schema="election",
    )
    op.create_table(
        "leaf",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "type IN ('ANNOUNCED', 'ROLL', 'OPENED', 'EXTENDED', 'CAST', 'RETURNED', 'CLOSE', 'TRANSCRIBED', 'VOID', 'CORRECTION', 'STATUS', 'COUNTED', 'FINAL')",
            name=op.f("ck_leaf_type"),
        ),
        sa.CheckConstraint("log_index >= 0", name=op.f("ck_leaf_index")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_leaf_hash_length")),
        sa.ForeignKeyConstraint(["election_id"], ["election.ballot_box.election_id"], name=op.f("fk_leaf_election_id")),
        sa.PrimaryKeyConstraint("election_id", "log_index", name=op.f("pk_leaf")),
        schema="election",
    )
    op.create_table(
        "paper",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_paper_number")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_paper_election_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["election.print_run.id"], name=op.f("fk_paper_run_id")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_paper")),
        sa.UniqueConstraint("election_id", "replaces", name=op.f("uq_paper_election_id_replaces")),
        schema="election",
    )
    op.create_index("ix_paper_entry", "paper", ["election_id", "entry_id"], unique=False, schema="election")
    op.create_table(
        "proxy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("warrant", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.String(length=100), nullable=False),
        sa.Column("paper_file", sa.String(length=600), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint("warrant IN ('PROXY', 'GUARDIAN', 'AGENT')", name=op.f("ck_proxy_warrant")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_proxy_ended_whole")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_proxy_election_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy")),
        schema="election",
    )
    op.create_index("ix_proxy_agent", "proxy", ["election_id", "agent_id"], unique=False, schema="election")
    op.create_index(
        "uq_proxy_standing",
        "proxy",
        ["election_id", "entry_id"],
        unique=True,
        schema="election",
        postgresql_where="ended_at IS NULL",
    )
    op.create_table(
        "roll_home",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=10), nullable=False),
        sa.Column("entrance", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=45), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=False),
        sa.Column("area_hundredths", sa.Integer(), nullable=True),
        sa.Column("owner_known", sa.Boolean(), nullable=False),
        sa.Column("owner_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint("area_hundredths > 0", name=op.f("ck_roll_home_area_positive")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_roll_home_election_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("election_id", "home_id", name=op.f("pk_roll_home")),
        sa.UniqueConstraint("election_id", "place", name=op.f("uq_roll_home_election_id_place")),
        schema="election",
    )
    op.create_index("ix_roll_home_entry", "roll_home", ["election_id", "entry_id"], unique=False, schema="election")
    op.create_table(
        "ballot",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("caster_id", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.String(length=10), nullable=False),
        sa.Column("proxy_id", sa.Uuid(), nullable=True),
        sa.Column("paper_number", sa.Integer(), nullable=True),
        sa.Column("cast_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("step_up", sa.String(length=200), nullable=True),
        sa.Column("choice_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("who_salt", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("body_digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(channel = 'PAPER') = (choice_sealed IS NULL) AND (channel = 'PAPER') = (paper_number IS NOT NULL) AND (channel = 'PAPER') = (what IS NULL) AND (channel = 'PAPER') = (caster_id IS NULL) AND (channel = 'PROXY') = (proxy_id IS NOT NULL)",
            name=op.f("ck_ballot_channel_fits"),
        ),
        sa.CheckConstraint(
            "capacity IN ('OWNER', 'RESIDENT', 'MEMBER', 'PROXY', 'PAPER')", name=op.f("ck_ballot_capacity")
        ),
        sa.CheckConstraint("channel IN ('ONLINE', 'PROXY', 'PAPER')", name=op.f("ck_ballot_channel")),
        sa.CheckConstraint("(key IS NULL) = (body_digest IS NULL)", name=op.f("ck_ballot_key_with_body")),
        sa.CheckConstraint("octet_length(who_salt) = 32", name=op.f("ck_ballot_salt_length")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_ballot_revision")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id"],
            ["election.roll_entry.election_id", "election.roll_entry.id"],
            name=op.f("fk_ballot_election_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.ballot_box.election_id"], name="fk_ballot_box"),
        sa.ForeignKeyConstraint(["proxy_id"], ["election.proxy.id"], name=op.f("fk_ballot_proxy_id")),
        sa.PrimaryKeyConstraint("election_id", "entry_id", "revision", name=op.f("pk_ballot")),
        sa.UniqueConstraint("caster_id", "key", name=op.f("uq_ballot_caster_id_key")),
        sa.UniqueConstraint("code", name=op.f("uq_ballot_code")),
        sa.UniqueConstraint("election_id", "log_index", name=op.f("uq_ballot_election_id_log_index")),
        sa.UniqueConstraint("election_id", "paper_number", name=op.f("uq_ballot_election_id_paper_number")),
        schema="election",
    )
    op.create_index("ix_ballot_time", "ballot", ["election_id", "cast_at"], unique=False, schema="election")
    op.create_table(
        "keying",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("keyer_id", sa.Uuid(), nullable=False),
        sa.Column("choice_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("turn BETWEEN 1 AND 3", name=op.f("ck_keying_turn")),
        sa.ForeignKeyConstraint(
            ["election_id", "number"],
            ["election.paper.election_id", "election.paper.number"],
            name=op.f("fk_keying_election_id_number"),
        ),
        sa.PrimaryKeyConstraint("election_id", "number", "turn", name=op.f("pk_keying")),
        sa.UniqueConstraint("election_id", "number", "keyer_id", name=op.f("uq_keying_election_id_number_keyer_id")),
        schema="election",
    )
    op.create_table(
        "paper_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("captured_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("deliverers", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("box", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.String(length=600), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ISSUED', 'UNDELIVERABLE', 'RETURNED', 'SPOILED', 'LOST')", name=op.f("ck_paper_fact_kind")
        ),
        sa.CheckConstraint("accepted = (why IS NULL)", name=op.f("ck_paper_fact_refused_has_reason")),
        sa.ForeignKeyConstraint(["device_id"], ["election.device.id"], name=op.f("fk_paper_fact_device_id")),
        sa.ForeignKeyConstraint(
            ["election_id", "number"],
            ["election.paper.election_id", "election.paper.number"],
            name=op.f("fk_paper_fact_election_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_fact")),
        sa.UniqueConstraint("device_id", "sequence", name=op.f("uq_paper_fact_device_id_sequence")),
        schema="election",
    )
    op.create_index("ix_paper_fact_paper", "paper_fact", ["election_id", "number"], unique=False, schema="election")
    op.create_table(
        "paper_scan",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scanned_by", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("take >= 1", name=op.f("ck_paper_scan_take")),
        sa.ForeignKeyConstraint(
            ["election_id", "number"],
            ["election.paper.election_id", "election.paper.number"],
            name=op.f("fk_paper_scan_election_id_number"),
        ),
        sa.PrimaryKeyConstraint("election_id", "number", "take", name=op.f("pk_paper_scan")),
        schema="election",
    )
    op.create_table(
        "settlement",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("agreed = (settled_by IS NULL)", name=op.f("ck_settlement_third_settles")),
        sa.ForeignKeyConstraint(
            ["election_id", "number"],
            ["election.paper.election_id", "election.paper.number"],
            name=op.f("fk_settlement_election_id_number"),
        ),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_settlement")),
        schema="election",
    )
    op.create_table(
        "ballot_void",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("second", sa.String(length=100), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("by <> second", name=op.f("ck_ballot_void_two_officers")),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id", "revision"],
            ["election.ballot.election_id", "election.ballot.entry_id", "election.ballot.revision"],
            name=op.f("fk_ballot_void_election_id_entry_id_revision"),
        ),
        sa.PrimaryKeyConstraint("election_id", "entry_id", "revision", name=op.f("pk_ballot_void")),
        sa.UniqueConstraint("election_id", "log_index", name=op.f("uq_ballot_void_election_id_log_index")),
        schema="election",
    )
    op.create_table(
        "transcription",
        sa.Column("election_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("choice_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id", "entry_id", "revision"],
            ["election.ballot.election_id", "election.ballot.entry_id", "election.ballot.revision"],
            name=op.f("fk_transcription_election_id_entry_id_revision"),
        ),
        sa.PrimaryKeyConstraint("election_id", "entry_id", "revision", name=op.f("pk_transcription")),
        sa.UniqueConstraint("election_id", "log_index", name=op.f("uq_transcription_election_id_log_index")),
        schema="election",
    )
    technique("election")
    create_queue("election")
    read_write("election", "election", "item", "nominee", "ballot_box", "roll_entry", "roll_home", "objection")
    read_write("election", "ballot_objection", "proxy", "notice_cursor", "device", "paper_box")
    insert_only("election", "rule_set", "sign_off", "step", "roll_correction", "ballot", "ballot_void", "ballot_replay")
    insert_only("election", "ballot_notice", "transcription", "leaf", "result")
    insert_only("election", "print_run", "paper", "paper_fact", "paper_scan", "keying", "settlement")
    # The notary signs what stands in the log, and nobody else does.
    read_only("election", "checkpoint")
    op.execute("GRANT SELECT, INSERT ON election.checkpoint TO notary")
    op.execute("GRANT SELECT ON election.leaf, election.ballot_box TO notary")
    op.execute(DURABLE)
    for table in ("ballot", "leaf", "transcription"):
        op.execute(
            f"CREATE TRIGGER {table}_is_durable BEFORE INSERT ON election.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION election.refuse_undurable()"
        )
    op.execute(FROZEN)
    op.execute(FROZEN_HOME)
    op.execute(
        "CREATE TRIGGER roll_entry_is_frozen BEFORE UPDATE OR DELETE ON election.roll_entry"
        " FOR EACH ROW EXECUTE FUNCTION election.refuse_frozen()"
    )
    op.execute(
        "CREATE TRIGGER roll_home_is_frozen BEFORE UPDATE OR DELETE ON election.roll_home"
        " FOR EACH ROW EXECUTE FUNCTION election.refuse_frozen_home()"
    )


def downgrade() -> None:
    op.drop_table("transcription", schema="election")
    op.drop_table("ballot_void", schema="election")
    op.drop_table("settlement", schema="election")
    op.drop_table("paper_scan", schema="election")
    op.drop_index("ix_paper_fact_paper", table_name="paper_fact", schema="election")
    op.drop_table("paper_fact", schema="election")
    op.drop_table("keying", schema="election")
    op.drop_index("ix_ballot_time", table_name="ballot", schema="election")
    op.drop_table("ballot", schema="election")
    op.drop_index("ix_roll_home_entry", table_name="roll_home", schema="election")
    op.drop_table("roll_home", schema="election")
    op.drop_index("uq_proxy_standing", table_name="proxy", schema="election", postgresql_where="ended_at IS NULL")
    op.drop_index("ix_proxy_agent", table_name="proxy", schema="election")
    op.drop_table("proxy", schema="election")
    op.drop_index("ix_paper_entry", table_name="paper", schema="election")
    op.drop_table("paper", schema="election")
    op.drop_table("leaf", schema="election")
    op.drop_table("ballot_objection", schema="election")
    op.drop_table("step", schema="election")
    op.drop_table("roll_entry", schema="election")
    op.drop_table("roll_correction", schema="election")
    op.drop_table("result", schema="election")
    op.drop_table("print_run", schema="election")
    op.drop_table("paper_box", schema="election")
    op.drop_table("objection", schema="election")
    op.drop_table("notice_cursor", schema="election")
    op.drop_table("nominee", schema="election")
    op.drop_table("item", schema="election")
    op.drop_table("device", schema="election")
    op.drop_index("ix_ballot_notice_recipient", table_name="ballot_notice", schema="election")
    op.drop_table("ballot_notice", schema="election")
    op.drop_table("ballot_box", schema="election")
    op.drop_table("sign_off", schema="election")
    op.drop_index("ix_election_newest", table_name="election", schema="election")
    op.drop_index("ix_election_made", table_name="election", schema="election")
    op.drop_table("election", schema="election")
    op.drop_table("rule_set", schema="election")
    op.drop_table("outbox_cursor", schema="election")
    op.drop_index(op.f("ix_outbox_xid_id"), table_name="outbox", schema="election")
    op.drop_table("outbox", schema="election")
    op.drop_table("idempotency_replay", schema="election")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency", schema="election")
    op.drop_table("idempotency", schema="election")
    op.drop_table("clock", schema="election")
    op.drop_table("checkpoint", schema="election")
    op.drop_table("ballot_replay", schema="election")
    op.drop_table("audit_seal", schema="election")
    op.drop_index(op.f("ix_audit_xid_id"), table_name="audit", schema="election")
    op.drop_table("audit", schema="election")
    op.execute("DROP FUNCTION election.refuse_undurable()")
    op.execute("DROP FUNCTION election.refuse_frozen()")
    op.execute("DROP FUNCTION election.refuse_frozen_home()")
