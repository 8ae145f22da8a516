"""Accounts, sessions, roles, clients, and the feed of all events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import insert_only, read_write

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("name", name=op.f("uq_client_name")),
        schema="registry",
    )
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("compound_code", sa.String(length=15), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
        sa.UniqueConstraint("event_id", name=op.f("uq_feed_event_id")),
        schema="registry",
    )
    op.create_index(
        "ix_feed_compound_code_position", "feed", ["compound_code", "position"], unique=False, schema="registry"
    )
    op.create_table(
        "revocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        schema="registry",
    )
    op.create_index(op.f("ix_revocation_at"), "revocation", ["at"], unique=False, schema="registry")
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("scope", sa.String(length=15), nullable=False),
        sa.Column("given_by", sa.String(length=100), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint("scope ~ '^[0-9]{0,15}$'", name=op.f("ck_role_grant_scope_digits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        schema="registry",
    )
    op.create_index(op.f("ix_role_grant_holder"), "role_grant", ["holder"], unique=False, schema="registry")
    op.create_index(
        "ix_role_grant_scope",
        "role_grant",
        ["scope"],
        unique=False,
        schema="registry",
        postgresql_ops={"scope": "varchar_pattern_ops"},
    )
    op.create_index(
        "uq_role_grant_live",
        "role_grant",
        ["holder", "role", "scope"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=30), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        schema="registry",
    )
    op.create_index(op.f("ix_sign_in_subject"), "sign_in", ["subject"], unique=False, schema="registry")
    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=50), nullable=True),
        sa.Column("mini_program_index", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("login = lower(login)", name=op.f("ck_account_login_lower")),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("mini_program_index", name=op.f("uq_account_mini_program_index")),
        schema="registry",
    )
    op.create_table(
        "client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["registry.client.id"], name=op.f("fk_client_secret_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secret")),
        schema="registry",
    )
    op.create_index(op.f("ix_client_secret_client_id"), "client_secret", ["client_id"], unique=False, schema="registry")
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_one_time_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_code_digest")),
        schema="registry",
    )
    op.create_index(op.f("ix_one_time_code_person_id"), "one_time_code", ["person_id"], unique=False, schema="registry")
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sign_in_id"], ["registry.sign_in.id"], name=op.f("fk_refresh_token_sign_in_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_token")),
        schema="registry",
    )
    op.create_index(
        op.f("ix_refresh_token_sign_in_id"), "refresh_token", ["sign_in_id"], unique=False, schema="registry"
    )
    read_write(
        "registry", "client", "role_grant", "sign_in", "account", "client_secret", "one_time_code", "refresh_token"
    )
    insert_only("registry", "feed", "revocation")


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_token_sign_in_id"), table_name="refresh_token", schema="registry")
    op.drop_table("refresh_token", schema="registry")
    op.drop_index(op.f("ix_one_time_code_person_id"), table_name="one_time_code", schema="registry")
    op.drop_table("one_time_code", schema="registry")
    op.drop_index(op.f("ix_client_secret_client_id"), table_name="client_secret", schema="registry")
    op.drop_table("client_secret", schema="registry")
    op.drop_table("account", schema="registry")
    op.drop_index(op.f("ix_sign_in_subject"), table_name="sign_in", schema="registry")
    op.drop_table("sign_in", schema="registry")
    op.drop_index(
        "uq_role_grant_live", table_name="role_grant", schema="registry", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(
        "ix_role_grant_scope",
        table_name="role_grant",
        schema="registry",
        postgresql_ops={"scope": "varchar_pattern_ops"},
    )
    op.drop_index(op.f("ix_role_grant_holder"), table_name="role_grant", schema="registry")
    op.drop_table("role_grant", schema="registry")
    op.drop_index(op.f("ix_revocation_at"), table_name="revocation", schema="registry")
    op.drop_table("revocation", schema="registry")
    op.drop_index("ix_feed_compound_code_position", table_name="feed", schema="registry")
    op.drop_table("feed", schema="registry")
    op.drop_table("client", schema="registry")
