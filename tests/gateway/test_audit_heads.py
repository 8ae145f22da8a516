"""PRI-7: the audit of the whole house, changed, removed, moved, slipped in, cut and written anew; each is named."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from gateway.audit_heads import Head, HeadRefused, Signer, findings, head_of, walk
from gateway.secrets import Signers, make_secrets
from migrations.heads import ROOMS
from migrations.roles import address
from shared import audit
from shared.database import Database, metadata_for
from shared.sealing import Keys, secret
from shared.serve import new_key
from tests.factories.databases import database_for

NOW = datetime(2026, 3, 8, 9, tzinfo=UTC)
ROWS = 6


async def _write(room: str, url: str, rows: int = ROWS) -> None:
    """So many writes of a room, and its sealer."""
    database, metadata = Database(url, 1), metadata_for(room)
    for number in range(rows):
        async with database.write() as session, session.begin():
            audit.note(session, "thing", number, "140109013001001")
            await audit.record(session, metadata, audit.Done("person:1", "add_thing", "10.0.0.0/24", f"r{number}", 201))
    sealed = 0
    while sealed < rows:  # another worker's open transaction holds the sealer back for a moment
        async with database.write() as session, session.begin():
            sealed += await audit.seal(session, metadata)
    await database.close()


House = tuple[dict[str, str], psycopg.Connection]
TABLES = [f"{room}.{table}" for room in ROOMS for table in ("audit", "audit_seal")]


@pytest.fixture(scope="module")
def written(postgres: str) -> Iterator[House]:
    """The addresses of a house in which every room has written, and its superuser; what was written lies aside."""
    with contextlib.contextmanager(database_for)(postgres, "audit") as admin_url:
        urls = {room: address(admin_url, role=room) for room in ROOMS}
        for room, url in urls.items():
            asyncio.run(_write(room, url))
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute("CREATE SCHEMA aside")
            for table in TABLES:
                admin.execute(f"CREATE TABLE {_aside(table)} AS TABLE {table}".encode())
            yield urls, admin


@pytest.fixture
def house(written: House) -> House:
    """As it was written, whatever the test before did to it."""
    for table in TABLES:
        written[1].execute(f"TRUNCATE {table}".encode())
        written[1].execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {_aside(table)}".encode())
    return written


def _aside(table: str) -> str:
    return f"aside.{table.replace('.', '_')}"


def _found(urls: Mapping[str, str], earlier: Head | None = None) -> list[str]:
    return list(findings(asyncio.run(walk(urls, earlier))))


def _head(urls: Mapping[str, str]) -> Head:
    return head_of(asyncio.run(walk(urls)), NOW)


TAMPERED: Mapping[str, tuple[str, list[str]]] = {
    "a changed row": (
        "UPDATE ticket.audit SET actor = 'person:2' WHERE id = 3",
        ["ticket: link 3: audit row 3 was changed"],
    ),
    "a changed detail": (
        """UPDATE meeting.audit SET details = '{"a": 1}' WHERE id = 1""",
        ["meeting: link 1: audit row 1 was changed"],
    ),
    "a removed row": ("DELETE FROM registry.audit WHERE id = 4", ["registry: link 4: its audit row was removed"]),
    "a removed row and link": (
        "DELETE FROM survey.audit WHERE id = 2; DELETE FROM survey.audit_seal WHERE position = 2",
        ["survey: link 3: a link is missing before position 3"],
    ),
    "two rows in each other's place": (
        (
            "UPDATE ticket.audit one SET request_id = other.request_id FROM ticket.audit other"
            " WHERE one.id IN (2, 5) AND one.id + other.id = 7"
        ),
        ["ticket: link 2: audit row 2 was changed", "ticket: link 5: audit row 5 was changed"],
    ),
    "two links in each other's place": (
        (
            "UPDATE election.audit_seal SET position = 99 WHERE position = 2;"
            "UPDATE election.audit_seal SET position = 2 WHERE position = 3;"
            "UPDATE election.audit_seal SET position = 3 WHERE position = 99"
        ),
        [f"election: link {place}: it does not follow the link before it" for place in (2, 3, 4)],
    ),
    "a row slipped in": (
        (
            "INSERT INTO survey.audit (id, xid, at, actor, operation, origin, request_id, outcome, details)"
            " OVERRIDING SYSTEM VALUE SELECT 1000, '3', at, actor, operation, origin, 'x', outcome, details"
            " FROM survey.audit WHERE id = 1"
        ),
        ["survey: audit row 1000 has no link, and the chain has gone past it"],
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_to_the_audit_is_named(house: House, name: str) -> None:
    urls, admin = house
    statements, said = TAMPERED[name]
    assert _found(urls) == []

    for statement in statements.split(";"):
        admin.execute(statement.encode())

    assert _found(urls) == said


def test_a_cut_end_is_told_by_an_earlier_head_and_by_nothing_else(house: House) -> None:
    urls, admin = house
    earlier = _head(urls)

    admin.execute("DELETE FROM ticket.audit WHERE id > 4")
    admin.execute("DELETE FROM ticket.audit_seal WHERE position > 4")

    assert _found(urls) == []
    assert _found(urls, earlier) == ["ticket: link 6: the chain was cut: 4 links are left"]


def test_a_chain_written_anew_is_told_by_an_earlier_head(house: House) -> None:
    urls, admin = house
    earlier = _head(urls)

    admin.execute("DELETE FROM ticket.audit_seal")
    admin.execute("UPDATE ticket.audit SET actor = 'person:2' WHERE id = 3")
    asyncio.run(_write("ticket", urls["ticket"], 2))

    assert _found(urls) == []
    assert _found(urls, earlier) == ["ticket: link 6: it is not the link that was signed earlier"]


def test_a_chain_that_went_on_continues_an_earlier_head(house: House) -> None:
    urls, _ = house
    earlier = _head(urls)

    asyncio.run(_write("ticket", urls["ticket"]))

    assert _found(urls, earlier) == []
    assert _head(urls).links["ticket"].position == 2 * ROWS


def test_a_head_is_read_back_as_it_was_signed(tmp_path: Path) -> None:
    signer = Signer(tmp_path / "keys", create=True)
    head = Head(NOW, {"ticket": audit.Link(7, bytes(range(32)))})

    assert Signer(tmp_path / "keys", create=True).read(signer.note(head)) == head


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda note: note.replace("ticket 7", "ticket 6"), "changed after it was signed"),
        (lambda note: note.replace("ticket 7", "registry 7"), "changed after it was signed"),
        (lambda note: note[: note.index("signed")], "changed after it was signed"),
        (lambda note: note.replace("signed ", "signed x"), "changed after it was signed"),
        (lambda note: note[: note.index("by ")], "not signed with the key of this house"),
        (lambda note: "", "not signed with the key of this house"),
    ],
)
def test_a_head_that_was_changed_proves_nothing(tmp_path: Path, spoil: Callable[[str], str], said: str) -> None:
    signer = Signer(tmp_path / "keys", create=True)
    note = signer.note(Head(NOW, {"ticket": audit.Link(7, bytes(32))}))

    with pytest.raises(HeadRefused, match=said):
        signer.read(spoil(note))


def test_another_house_s_head_proves_nothing(tmp_path: Path) -> None:
    note = Signer(tmp_path / "other", create=True).note(Head(NOW, {"ticket": audit.Link(7, bytes(32))}))

    with pytest.raises(HeadRefused, match="not signed with the key of this house"):
        Signer(tmp_path / "keys", create=True).read(note)


def test_containers_sign_heads_with_a_key_that_is_made_once(tmp_path: Path) -> None:
    no_signers = Signers(lambda folder: None, lambda folder: "public")
    one_process = tmp_path / "keys"
    Keys.load(one_process, create=True)
    secret(one_process, "internal.key", new_key, create=True)
    secret(one_process, "tokens.json", lambda: b"{}", create=True)
    before = Signer(one_process, create=True).public

    make_secrets(tmp_path / "fresh", os.geteuid(), None, no_signers, lambda line: None)
    make_secrets(tmp_path / "moved", os.geteuid(), one_process, no_signers, lambda line: None)

    assert Signer(tmp_path / "fresh" / "prepare", create=False).public != before
    assert Signer(tmp_path / "moved" / "prepare", create=False).public == before
