"""The declarative root of the registry's tables: schema "registry", named constraints."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import metadata_for


class Base(DeclarativeBase):
    """Every table of the registry hangs on this metadata."""

    metadata = metadata_for("registry")
