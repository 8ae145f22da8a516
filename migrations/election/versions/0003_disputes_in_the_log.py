"""The log holds authorities, letters and objections, and at the closing the deliveries; older logs stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = (
    "ANNOUNCED", "ROLL", "OPENED", "EXTENDED", "CAST", "RETURNED", "CLOSE", "TRANSCRIBED", "VOID", "CORRECTION", "STATUS",
    "COUNTED", "FINAL",
)  # fmt: skip
AFTER = (*BEFORE[:6], "AUTHORITY", "LETTER", "OBJECTION", "SETTLED", *BEFORE[6:])
INDEXES = (("ballot_objection", "log_index"), ("proxy", "log_index"), ("proxy", "letter_index"))
ONE_EVER = "uq_ballot_objection_election_id_entry_id_objector_id"
OBJECTION = ["election_id", "entry_id", "objector_id"]


def upgrade() -> None:
    op.add_column(
        "election", sa.Column("log_version", sa.SmallInteger(), server_default="1", nullable=False), schema="election"
    )
    op.add_column(
        "paper_fact", sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False), schema="election"
    )
    for table, name in INDEXES:
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True), schema="election")
    # Who withdrew an objection may raise another: a line of the log each.
    op.drop_constraint(op.f(ONE_EVER), "ballot_objection", schema="election")
    op.create_index(
        "uq_ballot_objection_open",
        "ballot_objection",
        OBJECTION,
        unique=True,
        schema="election",
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    _types(AFTER)


def downgrade() -> None:
    _types(BEFORE)
    op.drop_index("uq_ballot_objection_open", table_name="ballot_objection", schema="election")
    op.create_unique_constraint(op.f(ONE_EVER), "ballot_objection", OBJECTION, schema="election")
    for table, name in reversed(INDEXES):
        op.drop_column(table, name, schema="election")
    op.drop_column("paper_fact", "late", schema="election")
    op.drop_column("election", "log_version", schema="election")


def _types(types: tuple[str, ...]) -> None:
    told = ", ".join(f"'{one}'" for one in types)
    op.drop_constraint(op.f("ck_leaf_type"), "leaf", schema="election")
    op.create_check_constraint(op.f("ck_leaf_type"), "leaf", f"type IN ({told})", schema="election")
