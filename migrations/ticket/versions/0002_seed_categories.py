"""The categories a house starts with (TKT-1). The seed is frozen: a change for houses that exist is a new revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.ticket.rules.categories import SEED

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

category = sa.table(
    "category",
    sa.column("code", sa.String),
    sa.column("zh", sa.String),
    sa.column("en", sa.String),
    sa.column("community_may_lead", sa.Boolean),
    sa.column("active", sa.Boolean),
    sa.column("catalogue", postgresql.JSONB),
    sa.column("version", sa.Integer),
    schema="ticket",
)


def upgrade() -> None:
    rows = [
        {
            "code": row.code,
            "zh": row.zh,
            "en": row.en,
            "community_may_lead": row.community_may_lead,
            "active": True,
            "catalogue": [{"std_ref": one.std_ref, "kind": one.kind, "code": one.code} for one in row.catalogue],
            "version": 1,
        }
        for row in SEED
    ]
    op.bulk_insert(category, rows)


def downgrade() -> None:
    op.execute(sa.delete(category))
