"""Questionnaires and their versions, rounds of visits, records of answers; what was published stays as it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import create_queue, insert_only, read_write, technique
from shared.database import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
        schema="survey",
    )
    op.create_index(op.f("ix_audit_xid_id"), "audit", ["xid", "id"], unique=False, schema="survey")
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
        schema="survey",
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="survey",
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
        schema="survey",
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False, schema="survey")
    op.create_table(
        "idempotency_replay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_replay")),
        schema="survey",
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
        schema="survey",
    )
    op.create_index(op.f("ix_outbox_xid_id"), "outbox", ["xid", "id"], unique=False, schema="survey")
    op.create_table(
        "outbox_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xid", TransactionId(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_cursor")),
        schema="survey",
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("compound_code ~ '^[0-9]{15}$'", name=op.f("ck_survey_compound_code_digits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        schema="survey",
    )
    op.create_index("ix_survey_newest", "survey", ["compound_code", "made_at", "id"], unique=False, schema="survey")
    op.create_table(
        "survey_version",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sheets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("xform_hash", sa.String(length=36), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notice_version", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_survey_version_number_positive")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.survey.id"], name=op.f("fk_survey_version_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "digest", name=op.f("uq_survey_version_survey_id_digest")),
        schema="survey",
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("survey_number", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("buildings", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'PUBLISHED') = (figures IS NOT NULL)", name=op.f("ck_round_published_has_figures")
        ),
        sa.CheckConstraint("compound_code ~ '^[0-9]{15}$'", name=op.f("ck_round_compound_code_digits")),
        sa.CheckConstraint("state IN ('OPEN', 'CLOSED', 'PUBLISHED')", name=op.f("ck_round_state")),
        sa.CheckConstraint("threshold BETWEEN 3 AND 10", name=op.f("ck_round_threshold")),
        sa.CheckConstraint("tries BETWEEN 1 AND 10", name=op.f("ck_round_tries")),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_number"],
            ["survey.survey_version.survey_id", "survey.survey_version.number"],
            name=op.f("fk_round_survey_id_survey_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        schema="survey",
    )
    op.create_index("ix_round_newest", "round", ["compound_code", "opened_at", "id"], unique=False, schema="survey")
    op.create_table(
        "round_home",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=20), nullable=False),
        sa.Column("entrance", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=True),
        sa.Column("chosen_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["survey.round.id"], name=op.f("fk_round_home_round_id")),
        sa.PrimaryKeyConstraint("round_id", "home_id", name=op.f("pk_round_home")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_round_home_round_id_position")),
        schema="survey",
    )
    op.create_index("ix_round_home_visitor", "round_home", ["round_id", "visitor_id"], unique=False, schema="survey")
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("survey_number", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name=op.f("ck_submission_withdrawn_has_time")
        ),
        sa.CheckConstraint("state IN ('COUNTS', 'FLAGGED', 'WITHDRAWN')", name=op.f("ck_submission_state")),
        sa.ForeignKeyConstraint(
            ["round_id", "home_id"],
            ["survey.round_home.round_id", "survey.round_home.home_id"],
            name=op.f("fk_submission_round_id_home_id"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_number"],
            ["survey.survey_version.survey_id", "survey.survey_version.number"],
            name=op.f("fk_submission_survey_id_survey_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        schema="survey",
    )
    op.create_index("ix_submission_home", "submission", ["round_id", "home_id"], unique=False, schema="survey")
    op.create_index(
        "ix_submission_newest", "submission", ["round_id", "received_at", "id"], unique=False, schema="survey"
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("second_visitor", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=15), nullable=False),
        sa.Column("rented_out", sa.Boolean(), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=True),
        sa.Column("notice_version", sa.String(length=64), nullable=True),
        sa.Column("visited_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('MET', 'ABSENT', 'REFUSED', 'EMPTY', 'WRONG_ADDRESS')", name=op.f("ck_visit_outcome")
        ),
        sa.CheckConstraint("relation IN ('OWNER', 'FAMILY', 'TENANT', 'OTHER')", name=op.f("ck_visit_relation")),
        sa.CheckConstraint("recorded_by <> second_visitor", name=op.f("ck_visit_two_visitors")),
        sa.ForeignKeyConstraint(
            ["round_id", "home_id"],
            ["survey.round_home.round_id", "survey.round_home.home_id"],
            name=op.f("fk_visit_round_id_home_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        schema="survey",
    )
    op.create_index("ix_visit_home", "visit", ["round_id", "home_id"], unique=False, schema="survey")
    op.create_index("ix_visit_newest", "visit", ["round_id", "visited_at", "id"], unique=False, schema="survey")
    op.create_table(
        "submission_edition",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("consents", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("notice_version", sa.String(length=64), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["survey.submission.id"], name=op.f("fk_submission_edition_submission_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_submission_edition")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_submission_edition_submission_id_number")),
        schema="survey",
    )
    op.create_table(
        "visit_edition",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["survey.visit.id"], name=op.f("fk_visit_edition_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "number", name=op.f("pk_visit_edition")),
        schema="survey",
    )
    op.create_table(
        "answers",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["survey.submission_edition.instance_id"], name=op.f("fk_answers_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_answers")),
        schema="survey",
    )
    technique("survey")
    create_queue("survey")
    read_write("survey", "survey", "round", "round_home", "visit", "submission", "answers")
    insert_only("survey", "survey_version", "visit_edition", "submission_edition")


def downgrade() -> None:
    op.drop_table("answers", schema="survey")
    op.drop_table("visit_edition", schema="survey")
    op.drop_table("submission_edition", schema="survey")
    op.drop_index("ix_visit_newest", table_name="visit", schema="survey")
    op.drop_index("ix_visit_home", table_name="visit", schema="survey")
    op.drop_table("visit", schema="survey")
    op.drop_index("ix_submission_newest", table_name="submission", schema="survey")
    op.drop_index("ix_submission_home", table_name="submission", schema="survey")
    op.drop_table("submission", schema="survey")
    op.drop_index("ix_round_home_visitor", table_name="round_home", schema="survey")
    op.drop_table("round_home", schema="survey")
    op.drop_index("ix_round_newest", table_name="round", schema="survey")
    op.drop_table("round", schema="survey")
    op.drop_table("survey_version", schema="survey")
    op.drop_index("ix_survey_newest", table_name="survey", schema="survey")
    op.drop_table("survey", schema="survey")
    op.drop_table("outbox_cursor", schema="survey")
    op.drop_index(op.f("ix_outbox_xid_id"), table_name="outbox", schema="survey")
    op.drop_table("outbox", schema="survey")
    op.drop_table("idempotency_replay", schema="survey")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency", schema="survey")
    op.drop_table("idempotency", schema="survey")
    op.drop_table("clock", schema="survey")
    op.drop_table("audit_seal", schema="survey")
    op.drop_index(op.f("ix_audit_xid_id"), table_name="audit", schema="survey")
    op.drop_table("audit", schema="survey")
