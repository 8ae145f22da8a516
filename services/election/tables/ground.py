"""What all tables of the election room hang on."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import DeclarativeBase

from shared.database import INSTANT, metadata_for


class Base(DeclarativeBase):
    """Every table of the room hangs on this metadata."""

    metadata = metadata_for("election")
    type_annotation_map = {datetime: INSTANT}  # SQLAlchemy's own attribute


def one_of(column: str, values: Iterable[StrEnum]) -> str:
    """A CHECK that a column holds one of a closed list."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"
