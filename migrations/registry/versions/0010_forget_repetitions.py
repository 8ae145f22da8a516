"""The row of a repetition only had to be written: the room may forget it."""

from alembic import op

from migrations.grants import passing

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    passing("registry", "idempotency_replay")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON registry.idempotency_replay FROM registry")
