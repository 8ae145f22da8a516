"""An open household ballot put straight into the database: for measuring and for beating, not for tests of its path."""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from services.election.rules.leaves import LOG
from services.election.rules.parameters import DEFAULTS, Preset, kept
from shared.database import new_id


def open_election(
    connection: psycopg.Connection, compound: tuple[UUID, str], homes: Sequence[UUID], owners: Sequence[UUID]
) -> UUID:
    """An open election of a compound (id, code) with one home of each owner; its id."""
    election = new_id()
    enter_election(connection, election, compound)
    entries = [new_id() for _ in owners]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO election.roll_entry (id, election_id, place, head_key, heads, area_hundredths, area_unknown,"
            " owner_ids, building, entrance, label, basis, salt)"
            " VALUES (%s, %s, %s, %s, 1, 8000, 0, %s, '1', '1', %s, 'REGISTERED', %s)",
            [
                (entry, election, place, secrets.token_bytes(32), [owner], str(place), secrets.token_bytes(32))
                for place, (entry, owner) in enumerate(zip(entries, owners, strict=True))
            ],
        )
        cursor.executemany(
            "INSERT INTO election.roll_home (election_id, home_id, entry_id, place, building, entrance, label, kind,"
            " delivery, area_hundredths, owner_known, owner_ids)"
            " VALUES (%s, %s, %s, %s, '1', '1', %s, 'DWELLING', 'DELIVERED', 8000, true, '{}')",
            [
                (election, home, entry, place, str(place))
                for place, (home, entry) in enumerate(zip(homes, entries, strict=True))
            ],
        )
        cursor.executemany(
            "INSERT INTO election.nominee (election_id, number, key_wrapped, name_sealed, words_sealed)"
            " VALUES (%s, %s, '', '', '')",
            [(election, number) for number in range(1, 5)],
        )
    return election


def enter_election(
    connection: psycopg.Connection, election: UUID, compound: tuple[UUID, str], is_open: bool = True
) -> None:
    """The row of an election of four names and two seats, with its box."""
    now = datetime.now(UTC)
    row = {
        "id": election,
        "compound_id": compound[0],
        "compound_code": compound[1],
        "kind": "T2",
        "preset": "HOUSEHOLD_BALLOT",
        "rules": json.dumps(kept(Preset.HOUSEHOLD_BALLOT, DEFAULTS[Preset.HOUSEHOLD_BALLOT])),
        "state": "OPEN" if is_open else "CLOSED",
        "title": "",
        "words": "",
        "seats": 2,
        "buildings": [],
        "entrances": [],
        "unsigned": [],
        "repeat_due": False,
        "recount_due": False,
        "objections_open": 0,
        "corrections_due": 0,
        "seed": "",
        "founding_pmc": True,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=9),
        "round": 1,
        "nominees": 4,
        "items": 0,
        "entries": 1,
        "heads": 1,
        "area_hundredths": 1,
        "area_unknown": 0,
        "owner_unknown": 0,
        "roll_root": bytes(32),
        "text_digest": bytes(32),
        "roll_posted_at": now,
        "announced_at": now,
        "made_at": now,
        "version": 1,
        "log_version": LOG,
    }
    names = ", ".join(row)
    values = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO election.election ({names}) VALUES ({values})", row)  # type: ignore[arg-type]
    connection.execute(
        "INSERT INTO election.ballot_box (election_id, next_index, open) VALUES (%s, 0, %s)", (election, is_open)
    )
