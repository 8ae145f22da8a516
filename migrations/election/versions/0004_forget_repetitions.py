"""The row of a repetition only had to be written: the room may forget it."""

from alembic import op

from migrations.grants import passing

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    passing("election", "idempotency_replay", "ballot_replay")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON election.idempotency_replay, election.ballot_replay FROM election")
