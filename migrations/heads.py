"""Which revision each room's schema should be at, read from the files: a start without news never loads alembic."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOMS = ("registry", "ticket", "survey", "election", "meeting")
"""The rooms that have a schema, in the order in which they are migrated."""
REVISION = re.compile(r"^revision\s*(?::[^=]+)?=\s*[\"'](\w+)[\"']", re.MULTILINE)
PARENT = re.compile(r"^down_revision\s*(?::[^=]+)?=\s*[\"'](\w+)[\"']", re.MULTILINE)


class HistoryBroken(Exception):
    """A room's files do not form one line of revisions."""


def head_of(room: str) -> str | None:
    """The newest revision of a room's history, None while it has none."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / room / "versions").glob("*.py"))]
    revisions = {found[1] for source in texts if (found := REVISION.search(source))}
    heads = revisions - {found[1] for source in texts if (found := PARENT.search(source))}
    if len(heads) > 1:
        raise HistoryBroken(f"migrations/{room}/versions has several heads: {', '.join(sorted(heads))}")
    return heads.pop() if heads else None
