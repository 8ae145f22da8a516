"""What the tests of casting do again and again: owners, their ballots, files, officers, and the lines of the log."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from shared.database import new_id
from shared.files import FileReference, References
from tests.election.api.conftest import Hall
from tests.election.api.neighbour import CODE, home, home_id
from tests.factories.tokens import Somebody

AGREE = [{"number": 1, "choice": "AGREE"}, {"number": 2, "choice": "OPPOSE"}]


def owner(place: int, stepped_up: float | None = 10, subject: UUID | None = None) -> Somebody:
    """An owner of this one home, who has just shown his second factor."""
    return Somebody([f"OWNER@{CODE}"], subject=subject or new_id(), homes=[home_id(place)], stepped_up=stepped_up)


def owned(hall: Hall, place: int, *owners: Somebody) -> None:
    """Let the register know who owns a home."""
    hall.books.homes[place] = home(place, owners=[str(one.subject) for one in owners])


async def vote(
    hall: Hall,
    who: Somebody,
    election: Mapping[str, Any],
    place: int,
    items: list[dict[str, Any]] | None = None,
    replaces: int = 0,
    **more: str,
) -> Any:
    """A decision's ballot."""
    body = {"home_id": str(home_id(place)), "items": items or AGREE, "replaces": replaces}
    return await hall.post(who, f"/v1/elections/{election['id']}/ballots", body, **more)


def upload(hall: Hall, whose: Somebody) -> str:
    """The reference of a file that somebody has uploaded."""
    expires = datetime.now(UTC) + timedelta(days=3650)
    file = FileReference(new_id(), "application/pdf", "ab" * 32, 10, whose.subject, expires)
    return References(hall.house.keys.files).attach(file)


def lines(admin_url: str, election: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The log, checked to be dense."""
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT log_index, body FROM election.leaf WHERE election_id = %s ORDER BY 1", (election["id"],)
        ).fetchall()
    assert [row[0] for row in rows] == list(range(len(rows)))
    return [json.loads(row[1]) for row in rows]
