"""The commitment log of an election: its leaves, dense under the head lock, and the notary's checkpoints."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.leaves import LeafType
from services.election.tables.ground import Base, one_of


class Leaf(Base):
    """One line of the log: canonical JSON, and its hash SHA-256(0x00 ‖ body). Never changed."""

    __tablename__ = "leaf"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.ballot_box.election_id"), primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str] = mapped_column(String(12))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        CheckConstraint(one_of("type", LeafType), name="type"),
        CheckConstraint("octet_length(hash) = 32", name="hash_length"),
        CheckConstraint("log_index >= 0", name="index"),
    )


class Checkpoint(Base):
    """A signed note of the notary over the first `size` leaves; only his role may write here."""

    __tablename__ = "checkpoint"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("size >= 1", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root_length"),
    )
