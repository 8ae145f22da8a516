"""Indexes by which lists of one compound, and of a whole street, are read newest first."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ticket_reported", "ticket", ["reported_at", "id"], schema="ticket")
    op.create_index("ix_ticket_compound", "ticket", ["compound_id", "reported_at", "id"], schema="ticket")


def downgrade() -> None:
    op.drop_index("ix_ticket_compound", table_name="ticket", schema="ticket")
    op.drop_index("ix_ticket_reported", table_name="ticket", schema="ticket")
