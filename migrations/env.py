"""How alembic runs one room's history: as the room's owner, in its schema, one transaction a revision."""

import importlib
from collections.abc import MutableMapping
from typing import Literal

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.sql.schema import SchemaItem

from shared.database import TransactionId

Kind = Literal["schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"]
Parent = Literal["schema_name", "table_name", "schema_qualified_table_name"]

room: str = context.config.attributes["room"]
connection: Connection = context.config.attributes["connection"]


def metadata() -> MetaData:
    """The tables as the room's code sees them: `services.<room>.tables.metadata`."""
    found = importlib.import_module(f"services.{room}.tables").metadata
    assert isinstance(found, MetaData)
    return found


def is_ours(item: SchemaItem, name: str | None, kind: Kind, reflected: bool, compare_to: SchemaItem | None) -> bool:
    """The queue's tables come from procrastinate's own DDL, so no model of ours describes them."""
    del item, kind, reflected, compare_to
    return not (name or "").startswith("procrastinate_")


def is_own_schema(name: str | None, kind: Kind, parents: MutableMapping[Parent, str | None]) -> bool:
    del parents
    return kind != "schema" or name == room


ischema_names["xid8"] = TransactionId  # SQLAlchemy does not know the type when it reads a schema
context.configure(
    connection=connection,
    target_metadata=metadata() if context.config.attributes.get("compares") else None,
    include_schemas=True,
    include_name=is_own_schema,
    include_object=is_ours,
    version_table_schema=room,
    transaction_per_migration=True,
    compare_type=True,
    compare_server_default=False,  # xid8 and now() defaults are printed differently by each version of PostgreSQL
)
with context.begin_transaction():
    context.run_migrations()
