"""The index by which a list is read in the order of dues."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DUE = "COALESCE(due_at, '9999-01-01 00:00:00+00'::timestamptz)"


def upgrade() -> None:
    op.create_index("ix_ticket_by_due", "ticket", [sa.text(DUE), "id"], schema="ticket")


def downgrade() -> None:
    op.drop_index("ix_ticket_by_due", table_name="ticket", schema="ticket")
