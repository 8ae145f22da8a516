"""Who marked a paper for a voter who could not, and who watched, sealed beside its return (BAL-10)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paper_fact", sa.Column("help_sealed", sa.LargeBinary(), nullable=True), schema="election")
    op.create_check_constraint(
        op.f("ck_paper_fact_help_with_return"),
        "paper_fact",
        "help_sealed IS NULL OR kind = 'RETURNED'",
        schema="election",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_paper_fact_help_with_return"), "paper_fact", schema="election")
    op.drop_column("paper_fact", "help_sealed", schema="election")
