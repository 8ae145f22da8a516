"""An uploaded register is kept until it is read; its name is sealed; a home says that its owners are not all known."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "home",
        sa.Column("owners_incomplete", sa.Boolean(), server_default=sa.false(), nullable=False),
        schema="registry",
    )
    op.drop_column("roll_import", "file_name", schema="registry")  # in clear: it cannot be sealed without the keys
    op.add_column("roll_import", sa.Column("name_sealed", sa.LargeBinary(), nullable=True), schema="registry")
    op.alter_column("roll_import", "file_sealed", nullable=True, schema="registry")
    op.execute("UPDATE registry.roll_import SET file_sealed = NULL WHERE state <> 'QUEUED'")
    op.create_check_constraint(
        op.f("ck_roll_import_file_while_queued"),
        "roll_import",
        "(state = 'QUEUED') = (file_sealed IS NOT NULL)",
        schema="registry",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_roll_import_file_while_queued"), "roll_import", schema="registry")
    op.execute("UPDATE registry.roll_import SET file_sealed = '' WHERE file_sealed IS NULL")
    op.alter_column("roll_import", "file_sealed", nullable=False, schema="registry")
    op.drop_column("roll_import", "name_sealed", schema="registry")
    op.add_column(
        "roll_import",
        sa.Column("file_name", sa.String(length=120), server_default="", nullable=False),
        schema="registry",
    )
    op.drop_column("home", "owners_incomplete", schema="registry")
