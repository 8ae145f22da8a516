"""A record says who told it and when (PRI-3): a home's next household does not see what the one before answered.

Of records from before nobody knows whether a neighbour or a visitor wrote them down: they keep to when they were answered,
and to what a visit of who wrote them says.
The defaults are for the version before, still at work while rooms are replaced one after the other: `epoch` is nobody's time.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.add_column(
        "submission",
        sa.Column("of_home", sa.Boolean(), nullable=False, server_default=sa.false()),
        schema="survey",
    )
    op.add_column("submission", sa.Column("told_as", sa.String(length=10), nullable=True), schema="survey")
    op.add_column(
        "submission", sa.Column("answered_at", instant, nullable=False, server_default="epoch"), schema="survey"
    )
    op.create_check_constraint(
        op.f("ck_submission_told_as"),
        "submission",
        "told_as IN ('OWNER', 'FAMILY', 'TENANT', 'OTHER')",
        schema="survey",
    )
    op.execute(
        """
        UPDATE survey.submission s SET
            answered_at = least(e.answered_at, s.received_at),
            told_as =
                (SELECT v.relation FROM survey.visit v
                 WHERE v.round_id = s.round_id AND v.home_id = s.home_id AND v.outcome = 'MET'
                   AND s.taken_by IN (v.recorded_by, v.second_visitor)
                 ORDER BY abs(extract(epoch FROM v.visited_at - least(e.answered_at, s.received_at))), v.id LIMIT 1)
        FROM survey.submission_edition e WHERE e.submission_id = s.id AND e.number = 1
        """
    )


def downgrade() -> None:
    for column in ("answered_at", "told_as", "of_home"):
        op.drop_column("submission", column, schema="survey")
