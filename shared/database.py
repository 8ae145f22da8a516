"""How a room reaches its own schema: names, keys, engine, and the tables that every room has."""

import uuid
from collections.abc import Mapping
from typing import Any

import uuid_utils
from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.types import UserDefinedType

NAMES: Mapping[str, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
INSTANT = TIMESTAMP(timezone=True)


class TransactionId(UserDefinedType[int]):
    """xid8: the order in which transactions began, comparable with `pg_snapshot_xmin`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def metadata_for(schema: str) -> MetaData:
    """The metadata of one room: its schema and the house's constraint names, technique tables included."""
    metadata = MetaData(schema=schema, naming_convention=dict(NAMES))
    _technique_tables(metadata)
    return metadata


def new_id() -> uuid.UUID:
    """A UUIDv7: unique everywhere, ordered by time, so that indexes grow at one end."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


class Database:
    """One room's pool. `write()` and `read()` give sessions that are closed for good once closed."""

    def __init__(self, url: str, pool_size: int, prepared_statements: bool = True) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=False,
            hide_parameters=True,  # errors are logged; bound values may be personal
            connect_args={"connect_timeout": 5, "prepare_threshold": 3 if prepared_statements else None},
        )
        self._reading = self.engine.execution_options(postgresql_readonly=True)

    def write(self) -> AsyncSession:
        return AsyncSession(self.engine, expire_on_commit=False, close_resets_only=False)

    def read(self) -> AsyncSession:
        return AsyncSession(self._reading, expire_on_commit=False, close_resets_only=False, autoflush=False)

    async def close(self) -> None:
        await self.engine.dispose()


XMIN = text("pg_snapshot_xmin(pg_current_snapshot())")
"""Rows of transactions below this are all visible: nothing can appear behind a reader that stops here."""


def _technique_tables(metadata: MetaData) -> None:
    _audit_tables(metadata)
    _outbox_tables(metadata)
    Table(
        "idempotency",
        metadata,
        Column("subject", String(100), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("request_digest", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("reply_sealed", LargeBinary, nullable=False),
        Column("at", INSTANT, nullable=False),
        Index(None, "at"),
    )
    Table(
        "idempotency_replay",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("subject", String(100), nullable=False),
        Column("key", String(200), nullable=False),
        Column("at", INSTANT, nullable=False),
    )
    Table(
        "clock",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("offset_seconds", BigInteger, nullable=False),
    )


def _audit_tables(metadata: MetaData) -> None:
    Table(
        "audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("xid", TransactionId(), server_default=text("pg_current_xact_id()"), nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("actor", String(100), nullable=False),
        Column("operation", String(100), nullable=False),
        Column("subject_kind", String(50)),
        Column("subject_id", String(100)),
        Column("compound_code", String(15)),
        Column("purpose", String(200)),
        Column("origin", String(100), nullable=False),
        Column("request_id", String(100), nullable=False),
        Column("outcome", Integer, nullable=False),
        Column("details", JSONB, nullable=False),
        Index(None, "xid", "id"),
    )
    Table(
        "audit_seal",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("audit_id", BigInteger, nullable=False),
        Column("previous", LargeBinary, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("algorithm", Text, nullable=False),
        UniqueConstraint("audit_id"),
    )


def _outbox_tables(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("xid", TransactionId(), server_default=text("pg_current_xact_id()"), nullable=False),
        Column("event_id", UUID(as_uuid=True), nullable=False),
        Column("type", String(100), nullable=False),
        Column("subject", String(100), nullable=False),
        Column("compound_code", String(15)),
        Column("data", JSONB, nullable=False),
        Column("at", INSTANT, nullable=False),
        UniqueConstraint("event_id"),
        Index(None, "xid", "id"),
    )
    Table(
        "outbox_cursor",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("xid", TransactionId(), nullable=False),
        Column("outbox_id", BigInteger, nullable=False),
    )


WHAT_IT_IS = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'house'"
"""SAMPLE or REAL, as the database says of itself (ADR 31) to any role."""

INSERT_ONLY = ("audit", "audit_seal", "outbox")
"""Technique tables in which history must stand: the runtime role may insert and read, nothing else."""
PASSING = ("idempotency_replay",)
"""What only had to be written: never changed, forgotten after a while."""
READ_WRITE = ("idempotency", "outbox_cursor", "clock")
