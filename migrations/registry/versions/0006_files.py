"""Uploaded files; erasing one deletes its row, and with it the only key to its content."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import read_write

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("shot_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')", name=op.f("ck_file_kind")
        ),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_file_size")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        schema="registry",
    )
    op.create_index(op.f("ix_file_owner_uploaded_at"), "file", ["owner", "uploaded_at"], schema="registry")
    read_write("registry", "file")


def downgrade() -> None:
    op.drop_index(op.f("ix_file_owner_uploaded_at"), table_name="file", schema="registry")
    op.drop_table("file", schema="registry")
