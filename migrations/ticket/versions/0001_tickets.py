"""The tables of tickets, those of technique that every room has, and the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import create_queue, insert_only, read_write, technique
from shared.database import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATES = (
    "'REPORTED', 'ACCEPTED', 'REJECTED', 'HANDED_OVER', 'DISPATCHED', 'RESOLVED_ON_SPOT', "
    "'RETURN_REQUESTED', 'IN_PROGRESS', 'EXTENSION_REQUESTED', 'SUSPENDED', 'TO_DELIBERATION', "
    "'TO_OWNERS_VOTE', 'MERGED', 'ESCALATED', 'FEEDBACK', 'VERIFIED', 'REWORK', 'HARD_CASE', 'CALLBACK', "
    "'CLOSED', 'REOPENED', 'WITHDRAWN'"
)
KINDS = "'ENQUIRY', 'HELP', 'SUGGESTION', 'COMPLAINT', 'REPORT', 'PRAISE', 'NEIGHBOUR_HELP'"
UNITS = "'COMMUNITY', 'PROPERTY', 'CONTRACTOR', 'UTILITY', 'STREET', 'VOLUNTEER', 'OTHER'"


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
        schema="ticket",
    )
    op.create_index(op.f("ix_audit_xid_id"), "audit", ["xid", "id"], unique=False, schema="ticket")
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
        schema="ticket",
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("zh", sa.String(length=40), nullable=False),
        sa.Column("en", sa.String(length=80), nullable=False),
        sa.Column("community_may_lead", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("catalogue", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z_]+[.][a-z_]+$'", name=op.f("ck_category_code_form")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
        schema="ticket",
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        schema="ticket",
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
        schema="ticket",
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], unique=False, schema="ticket")
    op.create_table(
        "idempotency_replay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_replay")),
        schema="ticket",
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
        schema="ticket",
    )
    op.create_index(op.f("ix_outbox_xid_id"), "outbox", ["xid", "id"], unique=False, schema="ticket")
    op.create_table(
        "outbox_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xid", TransactionId(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_cursor")),
        schema="ticket",
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=50), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("building", sa.String(length=20), nullable=True),
        sa.Column("entrance", sa.String(length=20), nullable=True),
        sa.Column("home_id", sa.Uuid(), nullable=True),
        sa.Column("home_label", sa.String(length=60), nullable=True),
        sa.Column("place_words", sa.String(length=200), nullable=True),
        sa.Column("latitude", sa.Integer(), nullable=True),
        sa.Column("longitude", sa.Integer(), nullable=True),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("handled_by", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("unit_name", sa.String(length=80), nullable=True),
        sa.Column("unit_kind", sa.String(length=20), nullable=True),
        sa.Column("helping_units", sa.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("former", sa.String(length=20), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        sa.Column("has_photos", sa.Boolean(), nullable=False),
        sa.Column("appeals", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reworks", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("call_tries", sa.Integer(), nullable=False),
        sa.Column("asked_days", sa.Integer(), nullable=True),
        sa.Column("platform", sa.String(length=40), nullable=True),
        sa.Column("outer_number", sa.String(length=60), nullable=True),
        sa.Column("emergency_line", sa.String(length=3), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("first_answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dispatched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sign_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("original_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("suspended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.BigInteger(), nullable=False),
        sa.Column("awaits_calendar", sa.Boolean(), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'MERGED') = (lead_id IS NOT NULL)", name=op.f("ck_ticket_merged_has_lead")),
        sa.CheckConstraint("compound_code ~ '^[0-9]{15}$'", name=op.f("ck_ticket_compound_code_digits")),
        sa.CheckConstraint(
            f"former IN ({STATES})",
            name=op.f("ck_ticket_former"),
        ),
        sa.CheckConstraint(
            f"kind IN ({KINDS})",
            name=op.f("ck_ticket_kind"),
        ),
        sa.CheckConstraint(
            f"state IN ({STATES})",
            name=op.f("ck_ticket_state"),
        ),
        sa.CheckConstraint(
            f"unit_kind IN ({UNITS})",
            name=op.f("ck_ticket_unit_kind"),
        ),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_ticket_whole_point")),
        sa.CheckConstraint("lead_id <> id", name=op.f("ck_ticket_leads_another")),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_ticket_satisfaction_grade")),
        sa.ForeignKeyConstraint(["category"], ["ticket.category.code"], name=op.f("fk_ticket_category")),
        sa.ForeignKeyConstraint(["lead_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("taken_by", "client_id", name=op.f("uq_ticket_taken_by_client_id")),
        schema="ticket",
    )
    op.create_index(
        "ix_ticket_answer_due",
        "ticket",
        ["answer_due_at"],
        unique=False,
        schema="ticket",
        postgresql_where=sa.text("first_answered_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_awaits_calendar",
        "ticket",
        ["id"],
        unique=False,
        schema="ticket",
        postgresql_where=sa.text("awaits_calendar"),
    )
    op.create_index(
        "ix_ticket_due",
        "ticket",
        ["due_at"],
        unique=False,
        schema="ticket",
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_lead",
        "ticket",
        ["lead_id"],
        unique=False,
        schema="ticket",
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_index("ix_ticket_newest", "ticket", ["compound_code", "reported_at", "id"], unique=False, schema="ticket")
    op.create_index(
        "ix_ticket_place", "ticket", ["compound_id", "category", "reported_at"], unique=False, schema="ticket"
    )
    op.create_index("ix_ticket_reporter", "ticket", ["reporter_id", "reported_at", "id"], unique=False, schema="ticket")
    op.create_index(
        "ix_ticket_sign_due",
        "ticket",
        ["sign_due_at"],
        unique=False,
        schema="ticket",
        postgresql_where=sa.text("sign_due_at IS NOT NULL"),
    )
    op.create_index("ix_ticket_worker", "ticket", ["worker_id", "reported_at", "id"], unique=False, schema="ticket")
    op.create_table(
        "overdue_notice",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_overdue_notice_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "clock", "due_at", name=op.f("pk_overdue_notice")),
        schema="ticket",
    )
    op.create_table(
        "ticket_callback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "reached = (solved IS NOT NULL) AND reached = (satisfaction IS NOT NULL)",
            name=op.f("ck_ticket_callback_asked_when_met"),
        ),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_ticket_callback_satisfaction_grade")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_callback_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_callback")),
        schema="ticket",
    )
    op.create_index(
        op.f("ix_ticket_callback_ticket_id"), "ticket_callback", ["ticket_id"], unique=False, schema="ticket"
    )
    op.create_table(
        "ticket_contact",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_contact_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_contact")),
        schema="ticket",
    )
    op.create_table(
        "ticket_follower",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_follower_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_ticket_follower")),
        schema="ticket",
    )
    op.create_table(
        "ticket_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_move_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_move")),
        sa.UniqueConstraint("ticket_id", "position", name=op.f("uq_ticket_move_ticket_id_position")),
        schema="ticket",
    )
    op.create_table(
        "ticket_note",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["ticket.ticket_move.id"], name=op.f("fk_ticket_note_move_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_note_ticket_id")),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_ticket_note")),
        schema="ticket",
    )
    op.create_index(op.f("ix_ticket_note_ticket_id"), "ticket_note", ["ticket_id"], unique=False, schema="ticket")
    op.create_table(
        "ticket_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("shows", sa.String(length=10), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("shows IN ('REPORT', 'BEFORE', 'AFTER')", name=op.f("ck_ticket_photo_shows")),
        sa.ForeignKeyConstraint(["move_id"], ["ticket.ticket_move.id"], name=op.f("fk_ticket_photo_move_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.ticket.id"], name=op.f("fk_ticket_photo_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_photo")),
        schema="ticket",
    )
    op.create_index(op.f("ix_ticket_photo_ticket_id"), "ticket_photo", ["ticket_id"], unique=False, schema="ticket")
    technique("ticket")
    create_queue("ticket")
    read_write("ticket", "category", "ticket", "ticket_note", "ticket_contact", "ticket_photo", "ticket_follower")
    insert_only("ticket", "ticket_move", "ticket_callback", "overdue_notice")


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_photo_ticket_id"), table_name="ticket_photo", schema="ticket")
    op.drop_table("ticket_photo", schema="ticket")
    op.drop_index(op.f("ix_ticket_note_ticket_id"), table_name="ticket_note", schema="ticket")
    op.drop_table("ticket_note", schema="ticket")
    op.drop_table("ticket_move", schema="ticket")
    op.drop_table("ticket_follower", schema="ticket")
    op.drop_table("ticket_contact", schema="ticket")
    op.drop_index(op.f("ix_ticket_callback_ticket_id"), table_name="ticket_callback", schema="ticket")
    op.drop_table("ticket_callback", schema="ticket")
    op.drop_table("overdue_notice", schema="ticket")
    op.drop_index("ix_ticket_worker", table_name="ticket", schema="ticket")
    op.drop_index(
        "ix_ticket_sign_due", table_name="ticket", schema="ticket", postgresql_where=sa.text("sign_due_at IS NOT NULL")
    )
    op.drop_index("ix_ticket_reporter", table_name="ticket", schema="ticket")
    op.drop_index("ix_ticket_place", table_name="ticket", schema="ticket")
    op.drop_index("ix_ticket_newest", table_name="ticket", schema="ticket")
    op.drop_index(
        "ix_ticket_lead", table_name="ticket", schema="ticket", postgresql_where=sa.text("lead_id IS NOT NULL")
    )
    op.drop_index(
        "ix_ticket_due", table_name="ticket", schema="ticket", postgresql_where=sa.text("answered_at IS NULL")
    )
    op.drop_index(
        "ix_ticket_awaits_calendar", table_name="ticket", schema="ticket", postgresql_where=sa.text("awaits_calendar")
    )
    op.drop_index(
        "ix_ticket_answer_due",
        table_name="ticket",
        schema="ticket",
        postgresql_where=sa.text("first_answered_at IS NULL"),
    )
    op.drop_table("ticket", schema="ticket")
    op.drop_table("outbox_cursor", schema="ticket")
    op.drop_index(op.f("ix_outbox_xid_id"), table_name="outbox", schema="ticket")
    op.drop_table("outbox", schema="ticket")
    op.drop_table("idempotency_replay", schema="ticket")
    op.drop_index(op.f("ix_idempotency_at"), table_name="idempotency", schema="ticket")
    op.drop_table("idempotency", schema="ticket")
    op.drop_table("clock", schema="ticket")
    op.drop_table("category", schema="ticket")
    op.drop_table("audit_seal", schema="ticket")
    op.drop_index(op.f("ix_audit_xid_id"), table_name="audit", schema="ticket")
    op.drop_table("audit", schema="ticket")
