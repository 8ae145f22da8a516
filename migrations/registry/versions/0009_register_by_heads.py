"""The register's index in the order in which heads are counted."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
NAME, TABLE, SCHEMA = "ix_home_register", "home", "registry"


def upgrade() -> None:
    op.drop_index(NAME, table_name=TABLE, schema=SCHEMA)
    op.create_index(
        NAME,
        TABLE,
        ["compound_id", "head_group"],
        schema=SCHEMA,
        postgresql_include=["area_hundredths", "building", "entrance", "kind", "owner_known"],
    )


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE, schema=SCHEMA)
    op.create_index(
        NAME,
        TABLE,
        ["compound_id", "building", "entrance", "head_group"],
        schema=SCHEMA,
        postgresql_include=["area_hundredths", "kind", "owner_known"],
    )
