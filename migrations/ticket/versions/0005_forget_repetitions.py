"""The row of a repetition only had to be written: the room may forget it."""

from alembic import op

from migrations.grants import passing

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    passing("ticket", "idempotency_replay")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON ticket.idempotency_replay FROM ticket")
