"""The schema that every table of the meeting room belongs to."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import DeclarativeBase

from shared.database import INSTANT, metadata_for


class Base(DeclarativeBase):
    """Every table of the room hangs on this metadata."""

    metadata = metadata_for("meeting")
    type_annotation_map = {datetime: INSTANT}  # SQLAlchemy's own attribute


def one_of(column: str, values: Iterable[str]) -> str:
    """The text of a CHECK that holds a column to a closed choice."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


CODE_DIGITS = "compound_code ~ '^[0-9]{15}$'"
