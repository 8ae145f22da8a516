"""A door code says which tie it makes; codes that did not fit are counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import insert_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("door_code", sa.Column("relation", sa.String(length=10), nullable=False), schema="registry")
    op.create_check_constraint(
        op.f("ck_door_code_relation"), "door_code", "relation IN ('OWNER', 'FAMILY', 'TENANT')", schema="registry"
    )
    op.create_table(
        "door_try",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_door_try_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_try")),
        schema="registry",
    )
    op.create_index("ix_door_try_person_id_at", "door_try", ["person_id", "at"], schema="registry")
    insert_only("registry", "door_try")


def downgrade() -> None:
    op.drop_table("door_try", schema="registry")
    op.drop_column("door_code", "relation", schema="registry")
