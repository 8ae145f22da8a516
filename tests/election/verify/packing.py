"""Lines of a record as the file they are in, and that file judged."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from services.election.rules import record
from services.election.verify import Record, verify


def packed(lines: Sequence[Mapping[str, Any]]) -> io.BytesIO:
    """A record's zip in memory."""
    return zipped(b"".join(map(record.written, lines)))


def zipped(content: bytes, name: str = "record.ndjson") -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, content)
    file.seek(0)
    return file


def checked(lines: Sequence[Mapping[str, Any]], **given: Any) -> Record:
    return verify(packed(lines), **given)
