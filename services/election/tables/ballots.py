"""Ballots of every channel, what happened to them, proxies, and the head row that orders them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.election.rules.casting import Capacity, Channel, Warrant
from services.election.tables.ground import Base, one_of


class BallotBox(Base):
    """The head row of an announced election: every leaf takes this one lock; `next_index` is dense."""

    __tablename__ = "ballot_box"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    next_index: Mapped[int] = mapped_column(BigInteger)
    open: Mapped[bool]
    """Set under the lock by the opening, cleared by the closing; nothing is cast before or after."""


class Ballot(Base):
    """One cast or registered return, never changed. One row an entitlement and revision.

    Online and by proxy the choice comes with it, sealed. Of a paper only the return is known: its choice is a
    Transcription, after closing.
    """

    __tablename__ = "ballot"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger)
    """Of its CAST or RETURNED leaf."""
    channel: Mapped[str] = mapped_column(String(10))
    caster_id: Mapped[UUID | None]
    """None for a paper: who marked it is not known to the house."""
    capacity: Mapped[str] = mapped_column(String(10))
    proxy_id: Mapped[UUID | None] = mapped_column(ForeignKey("election.proxy.id"))
    paper_number: Mapped[int | None]
    cast_at: Mapped[datetime]
    """BAL-12. Of the cast, or of the paper's registered return; never of its keying."""
    step_up: Mapped[str | None] = mapped_column(String(200))
    """BAL-5. Evidence of the fresh second factor: method and instant; None where none was asked."""
    choice_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """`what_salt` (32 bytes) ‖ canonical JSON of the choice, sealed under the house's ring."""
    who_salt: Mapped[bytes] = mapped_column(LargeBinary)
    who: Mapped[bytes] = mapped_column(LargeBinary)
    what: Mapped[bytes | None] = mapped_column(LargeBinary)
    code: Mapped[str] = mapped_column(String(10))
    """Ten characters for SMS or stub: tells only that it is recorded, effective, and of which day."""
    key: Mapped[str | None] = mapped_column(String(200))
    """The Idempotency-Key it came with."""
    body_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        ForeignKeyConstraint(["election_id"], ["election.ballot_box.election_id"], name="fk_ballot_box"),
        UniqueConstraint("election_id", "log_index"),
        UniqueConstraint("caster_id", "key"),
        UniqueConstraint("election_id", "paper_number"),
        UniqueConstraint("code"),
        CheckConstraint(one_of("capacity", Capacity), name="capacity"),
        CheckConstraint(one_of("channel", Channel), name="channel"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("octet_length(who_salt) = 32", name="salt_length"),
        CheckConstraint(
            "(channel = 'PAPER') = (choice_sealed IS NULL) AND (channel = 'PAPER') = (paper_number IS NOT NULL)"
            " AND (channel = 'PAPER') = (what IS NULL) AND (channel = 'PAPER') = (caster_id IS NULL)"
            " AND (channel = 'PROXY') = (proxy_id IS NOT NULL)",
            name="channel_fits",
        ),
        CheckConstraint("(key IS NULL) = (body_digest IS NULL)", name="key_with_body"),
        Index("ix_ballot_time", "election_id", "cast_at"),
    )


class Transcription(Base):
    """The choice read from a returned paper after closing, once two blind keyings agree or a third settled it."""

    __tablename__ = "transcription"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger)
    choice_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    what: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id", "revision"],
            ["election.ballot.election_id", "election.ballot.entry_id", "election.ballot.revision"],
        ),
        UniqueConstraint("election_id", "log_index"),
    )


class BallotVoid(Base):
    """BAL-12. A ballot that counts no more, with the reason and two officers."""

    __tablename__ = "ballot_void"
    election_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(100))
    second: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id", "revision"],
            ["election.ballot.election_id", "election.ballot.entry_id", "election.ballot.revision"],
        ),
        UniqueConstraint("election_id", "log_index"),
        CheckConstraint("by <> second", name="two_officers"),
    )


class BallotObjection(Base):
    """VOTE-1. A co-owner's written objection to the ballot of his entitlement; unresolved at closing = INVALID."""

    __tablename__ = "ballot_objection"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(Uuid)
    entry_id: Mapped[UUID] = mapped_column(Uuid)
    objector_id: Mapped[UUID]
    at: Mapped[datetime]
    file_token: Mapped[str | None] = mapped_column(String(600))
    """The paper, where it was written on one."""
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(100))
    """The objector himself, or the desk with the co-owners' joint word."""
    resolution: Mapped[str | None] = mapped_column(String(500))
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    """Of its OBJECTION line; none in a log of the first version."""
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        Index(
            "uq_ballot_objection_open",
            "election_id",
            "entry_id",
            "objector_id",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved_whole"),
    )


class Proxy(Base):
    """BAL-4. Who casts for an entitlement of somebody else, by which paper; ended, never deleted."""

    __tablename__ = "proxy"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    election_id: Mapped[UUID] = mapped_column(Uuid)
    entry_id: Mapped[UUID] = mapped_column(Uuid)
    warrant: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[UUID]
    given_by: Mapped[str] = mapped_column(String(100))
    """The principal himself (person:id), or the officer who holds the paper."""
    paper_file: Mapped[str | None] = mapped_column(String(600))
    """Of the written authority or the company's letter; VOTE-1: an agent without letter makes the ballot INVALID."""
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    """Of its AUTHORITY line; none in a log of the first version."""
    letter_index: Mapped[int | None] = mapped_column(BigInteger)
    """Of the LETTER line of a paper that was put on file later."""
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(100))
    __table_args__ = (
        ForeignKeyConstraint(
            ["election_id", "entry_id"], ["election.roll_entry.election_id", "election.roll_entry.id"]
        ),
        CheckConstraint(one_of("warrant", Warrant), name="warrant"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
        Index("uq_proxy_standing", "election_id", "entry_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_proxy_agent", "election_id", "agent_id"),
    )


class BallotReplay(Base):
    """A repeated cast: written before it is answered again, so that no answer rests on a read alone. It is
    forgotten with the hour's purge, two days later."""

    __tablename__ = "ballot_replay"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    election_id: Mapped[UUID]
    log_index: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class NoticeCursor(Base):
    """How far the notices have read an election's log."""

    __tablename__ = "notice_cursor"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    next_index: Mapped[int] = mapped_column(BigInteger)


class BallotNotice(Base):
    """A notice to one owner that a ballot of his home was registered: never a choice, never a code."""

    __tablename__ = "ballot_notice"
    election_id: Mapped[UUID] = mapped_column(ForeignKey("election.election.id"), primary_key=True)
    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(10))
    day: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int] = mapped_column(Integer)
    __table_args__ = (Index("ix_ballot_notice_recipient", "recipient_id"),)
