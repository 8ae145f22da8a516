"""Failed sign-ins are counted by login, whether or not anybody has it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import read_write

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_try",
        sa.Column("login_index", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login_index", name=op.f("pk_login_try")),
        schema="registry",
    )
    op.create_index(op.f("ix_login_try_at"), "login_try", ["at"], schema="registry")
    read_write("registry", "login_try")
    op.drop_column("account", "failures", schema="registry")
    op.drop_column("account", "locked_until", schema="registry")


def downgrade() -> None:
    op.add_column("account", sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True)), schema="registry")
    op.add_column("account", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"), schema="registry")
    op.drop_table("login_try", schema="registry")
