"""The row of a repetition only had to be written: the room may forget it."""

from alembic import op

from migrations.grants import passing

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    passing("meeting", "idempotency_replay")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON meeting.idempotency_replay FROM meeting")
