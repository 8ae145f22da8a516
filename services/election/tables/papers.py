"""Paper ballots (BAL-7, BAL-10): printed, issued, returned by number, opened, scanned, keyed twice blind, settled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.papers import FactKind
from services.election.tables.ground import Base, one_of


class PrintRun(Base):
    """One order of printed ballots: for the whole scope, a building, an entrance or single homes."""

    __tablename__ = "print_run"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    number: Mapped[int]
    what: Mapped[str] = mapped_column(String(40))
    first_paper: Mapped[int]
    papers: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("election_id", "number"),
        CheckConstraint("papers >= 1 AND first_paper >= 1", name="papers"),
    )


class Paper(Base):
    """One printed ballot. Its check code is derived from a house key and kept nowhere; a spoiled one is replaced."""

    __tablename__ = "paper"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry_id: Mapped[UUID]
    home_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("election.print_run.id"))
    replaces: Mapped[int | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        UniqueConstraint("election_id", "replaces"),
        CheckConstraint("number >= 1", name="number"),
        Index("ix_paper_entry", "election_id", "entry_id"),
    )


class Device(Base):
    """A worker's device for one election: its Ed25519 public key, until it is revoked (BAL-10)."""

    __tablename__ = "device"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"))
    holder_id: Mapped[UUID]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("octet_length(public_key) = 32", name="key_length"),)


class PaperFact(Base):
    """What happened to a paper: client-made id, so that shuffled, doubled and late packets change nothing twice."""

    __tablename__ = "paper_fact"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(14))
    captured_at: Mapped[datetime]
    """By the device; BAL-12 asks for the registered return: see `registered_at`."""
    registered_at: Mapped[datetime]
    """When the house learnt of it."""
    recorded_by: Mapped[UUID]
    deliverers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("election.device.id"))
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    box: Mapped[int | None]
    evidence: Mapped[str | None] = mapped_column(String(600))
    """Signature or photo, by file reference."""
    words: Mapped[str | None] = mapped_column(String(300))
    accepted: Mapped[bool]
    why: Mapped[str | None] = mapped_column(String(30))
    """Why it was kept and had no effect (BAL-12: the first stands; closed; unknown order)."""
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    late: Mapped[bool] = mapped_column(server_default=false())
    """Registered after the closing: since the log's second version no proof of delivery (BAL-2)."""
    help_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """BAL-10. Helper, witness and reason, where somebody marked for a voter who could not."""
    __table_args__ = (
        ForeignKeyConstraint(["election_id", "number"], ["election.paper.election_id", "election.paper.number"]),
        UniqueConstraint("device_id", "sequence"),
        CheckConstraint("help_sealed IS NULL OR kind = 'RETURNED'", name="help_with_return"),
        CheckConstraint(one_of("kind", FactKind), name="kind"),
        CheckConstraint("accepted = (why IS NULL)", name="refused_has_reason"),
        Index("ix_paper_fact_paper", "election_id", "number"),
    )


class PaperBox(Base):
    """A numbered, sealed box; opened after closing before witnesses, its seal number read out."""

    __tablename__ = "paper_box"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    seal: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(String(100))
    seal_found: Mapped[str | None] = mapped_column(String(40))
    witnesses: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    counted: Mapped[int | None]
    """Papers found in it."""
    __table_args__ = (
        CheckConstraint("(opened_at IS NULL) = (seal_found IS NULL)", name="opened_whole"),
        CheckConstraint("opened_at IS NULL OR cardinality(witnesses) >= 2", name="witnessed"),
        CheckConstraint("counted >= 0", name="counted"),
    )


class PaperScan(Base):
    """The picture of a returned paper, by file reference; keyers see the newest take and nothing else."""

    __tablename__ = "paper_scan"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    take: Mapped[int] = mapped_column(Integer, primary_key=True)
    file_id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(String(64))
    scanned_by: Mapped[UUID]
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("take >= 1", name="take"),
        ForeignKeyConstraint(["election_id", "number"], ["election.paper.election_id", "election.paper.number"]),
    )


class Keying(Base):
    """One person's blind reading of a paper, sealed."""

    __tablename__ = "keying"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    turn: Mapped[int] = mapped_column(Integer, primary_key=True)
    keyer_id: Mapped[UUID]
    choice_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["election_id", "number"], ["election.paper.election_id", "election.paper.number"]),
        UniqueConstraint("election_id", "number", "keyer_id"),
        CheckConstraint("turn BETWEEN 1 AND 3", name="turn"),
    )


class Settlement(Base):
    """How a paper's reading came about: both keyings alike, or a third person settled."""

    __tablename__ = "settlement"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    agreed: Mapped[bool]
    settled_by: Mapped[UUID | None]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["election_id", "number"], ["election.paper.election_id", "election.paper.number"]),
        CheckConstraint("agreed = (settled_by IS NULL)", name="third_settles"),
    )
