"""A place in the speakers' queue belongs to a sitting (MEET-8); places from before to the one that ran when they asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = ("uq_speech_waiting", ["meeting_id", "item", "participant_id"], "ended_at IS NULL")
SPEAKS = ("uq_speech_one_speaks", ["meeting_id"], "started_at IS NOT NULL AND ended_at IS NULL")


def _indexes(with_sitting: bool) -> None:
    for name, columns, where in (WAITING, SPEAKS):
        op.drop_index(name, table_name="speech", schema="meeting")
        wide = [columns[0], "sitting", *columns[1:]] if with_sitting else columns
        op.create_index(name, "speech", wide, unique=True, schema="meeting", postgresql_where=sa.text(where))


def upgrade() -> None:
    # The default is for the version before, still at work while rooms are replaced one after the other.
    column = sa.Column("sitting", sa.Integer(), nullable=False, server_default="1")
    op.add_column("speech", column, schema="meeting")
    op.execute(
        """
        UPDATE meeting.speech s SET sitting = coalesce(
            (SELECT (t.facts->>'sitting')::int FROM meeting.step t
             WHERE t.subject_id = s.meeting_id AND t.to_state = 'OPEN' AND t.at <= s.asked_at
             ORDER BY t.position DESC LIMIT 1),
            (SELECT m.sitting FROM meeting.meeting m WHERE m.id = s.meeting_id))
        """
    )
    _indexes(with_sitting=True)


def downgrade() -> None:
    # Who still waits in a sitting that is over could not wait twice in the indexes of before.
    op.execute("DELETE FROM meeting.speech WHERE started_at IS NULL")
    op.execute("UPDATE meeting.speech SET ended_at = started_at WHERE ended_at IS NULL")
    _indexes(with_sitting=False)
    op.drop_column("speech", "sitting", schema="meeting")
