"""The notary signs what only grows, whoever cast can prove it, and a log tells no more than the turnout does."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from structlog.testing import capture_logs

from migrations.roles import address
from services.election.log.notary import PAUSE_SECONDS, REFUSALS, Memory, Notary, NotaryKey
from services.election.log.signing import SigningPass
from services.election.rules.commitments import commitment
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import is_extension, is_included, root_of
from services.election.rules.notes import read_note
from services.election.verify import Note, verify
from shared.database import Database
from tests.election.api.conftest import CLOSES, CODE, OPENS, Hall
from tests.election.api.test_owners_decide import building_three, owner
from tests.factories.tokens import Somebody

Reply = dict[str, Any]


@dataclass
class Desk:
    """The notary beside the room, with its role and its memory, and the admin's hand for tampering."""

    hall: Hall
    notary: Notary
    database: Database
    admin: psycopg.Connection

    async def sign(self) -> int:
        return await self.notary.sign_due(self.database, self.hall.house.clock.now())

    async def sign_rested(self) -> int:
        """As if the pause were over."""
        for watched in self.notary._watched.values():
            watched.signed_at -= PAUSE_SECONDS
        return await self.sign()

    def again(self, folder: Path) -> Notary:
        return Notary(NotaryKey.load(folder / "keys"), Memory(folder / "notary"))


@pytest.fixture
async def desk(hall: Hall, admin_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(address(admin_url, role="notary"), 1)
    notary = Notary(NotaryKey.load(tmp_path / "keys"), Memory(tmp_path / "notary"))
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield Desk(hall, notary, database, admin)
    await database.close()


async def get(hall: Hall, who: Somebody, election: Reply, path: str, **query: Any) -> Any:
    reply = await hall.get(who, f"/v1/elections/{election['id']}/{path}", **query)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_checkpoints_come_at_once_with_each_step_and_rest_between_ballots(desk: Desk) -> None:
    hall = desk.hall
    election = await hall.opened()
    signed = [await desk.sign(), await desk.sign()]
    for place in range(3):
        await hall.cast(hall.residents[place], election, place, [1])
        signed.append(await desk.sign())
    signed.append(await desk.sign_rested())
    await hall.cast(hall.residents[3], election, 3, [2])
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    signed.append(await desk.sign())

    listed = (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]

    assert signed == [1, 0, 0, 0, 0, 1, 1]
    assert [one["size"] for one in listed] == [8, 6, 3]
    newest = await get(hall, hall.clerk, election, "log/checkpoints/newest")
    key = await get(hall, hall.clerk, election, "log/key")
    assert newest == listed[0]
    assert Note(newest["note"]).signed_by(key["verifier"])
    assert read_note(newest["note"]).origin == key["origin"] == f"linli/{election['id']}"
    assert len(newest["code"]) == 19


async def test_what_a_checkpoint_says_can_be_recomputed_from_the_leaves(desk: Desk) -> None:
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    await hall.cast(hall.residents[1], election, 1, [1])
    await desk.sign_rested()
    path = f"/v1/elections/{election['id']}/log/leaves"

    lines = [json.loads(line) for line in (await hall.get(hall.clerk, path)).text.splitlines()]
    part = [json.loads(line) for line in (await hall.get(hall.clerk, path, start=1, end=3)).text.splitlines()]
    proof = await get(hall, hall.clerk, election, "log/consistency", old=3, new=4)

    hashes = [leaf_hash(line["body"].encode()) for line in lines]
    assert [line["index"] for line in lines] == [0, 1, 2, 3]
    assert part == lines[1:3]
    old, new = bytes.fromhex(proof["old_root"]), bytes.fromhex(proof["new_root"])
    assert is_extension(3, old, 4, new, [bytes.fromhex(step) for step in proof["path"]])
    assert root_of(hashes) == new
    backwards = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/log/consistency", old=4, new=3)
    unsigned = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/log/consistency", old=1, new=3)
    assert (backwards.status_code, unsigned.status_code) == (404, 404)


async def test_a_receipt_leads_to_a_signed_root_and_says_when_it_does_not_yet(desk: Desk) -> None:
    hall = desk.hall
    election = await hall.opened()
    cast = await hall.cast(hall.residents[1], election, 1, [2, 4])
    path = f"receipts/{cast['log_index']}"

    early = await get(hall, hall.residents[1], election, path)
    await desk.sign()
    signed = await get(hall, hall.residents[1], election, path)
    others = await hall.get(hall.residents[2], f"/v1/elections/{election['id']}/{path}")

    assert (early["checkpoint"], early["inclusion"], early["wait_seconds"]) == (None, [], 10)
    note, leaf = read_note(signed["checkpoint"]), json.loads(signed["leaf"])
    steps = [bytes.fromhex(step) for step in signed["inclusion"]]
    assert is_included(leaf_hash(signed["leaf"].encode()), signed["log_index"], note.size, steps, note.root)
    assert Note(signed["checkpoint"]).signed_by(signed["notary"])
    assert commitment(bytes.fromhex(signed["what_salt"]), signed["what_said"]).hex() == leaf["what"] == cast["what"]
    assert commitment(bytes.fromhex(signed["who_salt"]), signed["who_said"]).hex() == leaf["who"] == cast["who"]
    assert signed["what_said"] == {"election": election["id"], "marks": [2, 4]}
    assert others.status_code == 404


async def test_while_voting_runs_the_length_of_the_log_is_told_by_the_hour(desk: Desk) -> None:
    """BAL-9. Who goes from door to door sees it at once."""
    hall = desk.hall
    election = await hall.announced()
    await desk.sign()
    hall.now_is(OPENS + timedelta(minutes=7))
    await hall.step(election, "openings")
    await hall.cast(hall.residents[1], election, 1, [1])
    await desk.sign()

    told = [
        (await get(hall, who, election, "log/checkpoints/newest"))["size"]
        for who in (hall.residents[2], hall.grid_worker, hall.clerk)
    ]
    leaves = await hall.get(hall.residents[2], f"/v1/elections/{election['id']}/log/leaves")
    hall.now_is(OPENS + timedelta(minutes=61))
    later = (await get(hall, hall.residents[2], election, "log/checkpoints/newest"))["size"]

    assert (told, later) == ([2, 4, 4], 4)
    assert len(leaves.text.splitlines()) == 2


async def test_a_log_that_was_changed_is_refused_with_the_leaf_named(desk: Desk) -> None:
    """The hash is put right too, so that only what the notary remembers shows it."""
    hall = desk.hall
    election = await hall.opened()
    for place in range(4):
        await hall.cast(hall.residents[place], election, place, [1])
    await desk.sign()
    forged = b'{"day":"2026-11-27","type":"CAST","what":"00","who":"00"}'
    desk.admin.execute("UPDATE election.leaf SET body = %s, hash = %s WHERE log_index = 4", (forged, leaf_hash(forged)))
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    before = REFUSALS._value.get()

    with capture_logs() as told:
        assert await desk.sign() == 0

    alarm = next(line for line in told if line["event"] == "the notary refuses a log")
    assert (alarm["log_level"], alarm["election"], alarm["leaf"]) == ("error", election["id"], 4)
    assert REFUSALS._value.get() == before + 1
    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert sizes == [7]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM election.leaf WHERE log_index = 5",
        "UPDATE election.leaf SET body = '{}' WHERE log_index = 3",
        "UPDATE election.leaf SET hash = sha256('x') WHERE log_index = 3",
        "UPDATE election.checkpoint SET note = replace(note, 'SHA', 'ShA')",
        "UPDATE election.leaf SET log_index = CASE log_index WHEN 3 THEN -1 ELSE log_index END",
    ],
)
async def test_a_notary_that_starts_again_looks_at_everything_it_signed(
    desk: Desk, tmp_path: Path, statement: str
) -> None:
    hall = desk.hall
    election = await hall.opened()
    for place in range(4):
        await hall.cast(hall.residents[place], election, place, [1])
    await desk.sign()
    await hall.cast(hall.residents[5], election, 5, [1])
    desk.admin.execute("ALTER TABLE election.leaf DROP CONSTRAINT ck_leaf_index")
    try:
        desk.admin.execute(statement)
        desk.notary = desk.again(tmp_path)
        signed = await sign_or_refuse(desk)
    finally:
        desk.admin.execute("DELETE FROM election.leaf")
        desk.admin.execute("ALTER TABLE election.leaf ADD CONSTRAINT ck_leaf_index CHECK (log_index >= 0)")

    assert signed == 0


async def sign_or_refuse(desk: Desk) -> int:
    try:
        return await desk.sign()
    except ValueError:  # a note that is none
        return 0


async def test_yesterdays_backup_is_refused_although_it_took_its_checkpoints_along(desk: Desk, tmp_path: Path) -> None:
    """The notary's own memory is not in the database."""
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    await hall.cast(hall.residents[1], election, 1, [1])
    await desk.sign_rested()
    for table in ("leaf", "ballot"):
        desk.admin.execute(f"DELETE FROM election.{table} WHERE log_index = 3")
    desk.admin.execute("DELETE FROM election.checkpoint WHERE size = 4")
    desk.admin.execute("UPDATE election.ballot_box SET next_index = 3")
    await hall.cast(hall.residents[2], election, 2, [2])  # history goes on differently
    desk.notary = desk.again(tmp_path)

    assert await desk.sign() == 0

    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert sizes == [3]


async def test_a_restart_goes_on_where_it_stopped_and_a_lost_row_is_written_again(desk: Desk, tmp_path: Path) -> None:
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    desk.admin.execute("DELETE FROM election.checkpoint")  # signed, and the row was not committed
    desk.notary = desk.again(tmp_path)

    signed = [await desk.sign()]
    await hall.cast(hall.residents[1], election, 1, [1])
    signed += [await desk.sign_rested(), await desk.sign()]

    sizes = [one["size"] for one in (await get(hall, hall.clerk, election, "log/checkpoints"))["items"]]
    assert (signed, sizes) == ([1, 1, 0], [4, 3])


async def test_the_rooms_own_pass_signs_with_the_notarys_role(hall: Hall, admin_url: str) -> None:
    election = await hall.opened()
    house = hall.house

    signed = [await SigningPass(house.settings)(house) for _ in range(2)]  # type: ignore[arg-type]  # the room's own

    assert signed == [1, 0]
    assert (await get(hall, hall.clerk, election, "log/checkpoints/newest"))["size"] == 3


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("notary", "SELECT FROM election.ballot"),
        ("notary", "SELECT FROM election.roll_entry"),
        ("notary", "INSERT INTO election.leaf SELECT * FROM election.leaf"),
        ("notary", "UPDATE election.ballot_box SET open = true"),
        ("notary", "DELETE FROM election.checkpoint"),
        ("notary", "UPDATE election.checkpoint SET size = 1"),
        ("election", "INSERT INTO election.checkpoint SELECT * FROM election.checkpoint"),
        ("election", "UPDATE election.checkpoint SET size = 1"),
        ("election", "DELETE FROM election.checkpoint"),
        ("election", "DELETE FROM election.leaf"),
        ("election", "UPDATE election.leaf SET type = 'CAST'"),
    ],
)
def test_neither_the_notary_nor_the_room_can_do_the_others_part(admin_url: str, role: str, statement: str) -> None:
    with psycopg.connect(address(admin_url, role=role)) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)


async def test_the_notarys_key_is_for_its_owner_alone(hall: Hall, tmp_path: Path) -> None:
    await hall.draft()

    assert (tmp_path / "keys" / "notary.key").stat().st_mode & 0o777 == 0o600


async def test_each_home_proves_which_ballot_counts_and_who_did_not_vote_that_none_does(desk: Desk) -> None:
    hall = desk.hall
    election = await hall.opened()
    first = await hall.cast(hall.residents[1], election, 1, [1])
    second = await hall.cast(hall.residents[1], election, 1, [2], replaces=1)
    early = await hall.get(hall.residents[1], f"/v1/elections/{election['id']}/statuses")
    await hall.counted(election)
    await desk.sign()

    (mine,) = (await get(hall, hall.residents[1], election, "statuses"))["items"]
    (silent,) = (await get(hall, hall.residents[2], election, "statuses"))["items"]
    nobodys = await get(hall, hall.clerk, election, "statuses")
    leaves = (await hall.get(hall.clerk, f"/v1/elections/{election['id']}/log/leaves")).text.splitlines()

    assert early.status_code == 409
    assert (first["log_index"], mine["said"]["status"], mine["said"]["index"]) == (3, "EFFECTIVE", second["log_index"])
    assert silent["said"]["status"] == "NONE"
    assert "index" not in silent["said"]
    assert nobodys == {"items": []}
    for proof in (mine, silent):
        committed = commitment(bytes.fromhex(proof["salt"]), proof["said"])
        steps = [bytes.fromhex(step) for step in proof["inclusion"]]
        root = json.loads(json.loads(leaves[proof["leaf"]])["body"])["root"]
        assert (committed.hex(), root) == (proof["commitment"], proof["root"])
        assert is_included(leaf_hash(committed), proof["place"], proof["entries"], steps, bytes.fromhex(root))


async def test_the_public_record_of_a_household_ballot_is_accepted_by_the_verifier(desk: Desk) -> None:
    """Scene 11: offline, with a receipt and the checkpoint of a poster."""
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    poster = await get(hall, hall.clerk, election, "log/checkpoints/newest")
    for place in range(12):
        await hall.cast(hall.residents[place], election, place, [1 + place % 4])
    await hall.cast(hall.residents[1], election, 1, [4], replaces=1)
    path = f"/v1/elections/{election['id']}/record"
    early = await hall.get(hall.residents[3], path)
    await hall.counted(election)
    await desk.sign()
    receipt = await get(hall, hall.residents[2], election, "receipts/5")
    key = (await get(hall, hall.clerk, election, "log/key"))["verifier"]

    first, again = await hall.get(hall.residents[3], path), await hall.get(hall.owner, path)
    found = verify(io.BytesIO(first.content), key, poster["note"], receipt)

    assert early.status_code == 409
    assert first.headers["content-type"] == "application/zip"
    assert first.content == again.content
    assert found.wrong == []
    assert any(line.startswith("your ballot is leaf 5, and it counts") for line in found.proved)
    assert str(hall.residents[2].subject).encode() not in first.content
    assert (await hall.get(hall.stranger, path)).status_code == 404


async def test_the_complete_record_is_for_those_entitled_and_stands_in_the_audit(desk: Desk, admin_url: str) -> None:
    """BAL-9."""
    hall = desk.hall
    election = await hall.opened()
    for place in range(12):
        await hall.cast(hall.residents[place], election, place, [1 + place % 4])
    path = f"/v1/elections/{election['id']}/records"
    auditor = Somebody([f"AUDITOR@{CODE[:9]}"])
    early = await hall.post(auditor, path, {"purpose": "年度审计"})
    await hall.counted(election)
    await desk.sign()

    complete = await hall.post(auditor, path, {"purpose": "年度审计"})
    counter = await hall.post(hall.clerk, path, {"purpose": "异议复核"})
    refused = [
        (await hall.post(who, path, {"purpose": "只是想看看"})).status_code for who in (hall.owner, hall.officer)
    ]

    found = verify(io.BytesIO(complete.content))
    assert (early.status_code, complete.status_code, counter.status_code, refused) == (409, 200, 200, [403, 403])
    assert found.wrong == []
    assert "one ballot an entitlement: no two that count are of one" in found.proved
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT purpose, details FROM election.audit WHERE operation = 'open_record' ORDER BY id"
        ).fetchall()
    assert rows == [("年度审计", {"record": "COMPLETE"}), ("异议复核", {"record": "COMPLETE"})]


@pytest.mark.parametrize("inspection", [False, True])
async def test_owners_inspect_the_record_of_their_decision_where_the_rules_let_them(
    desk: Desk, inspection: bool
) -> None:
    """BAL-9, trust by area: sums in public, a small side merged, and who is entitled recounts it whole."""
    hall = desk.hall
    hall.books.homes = building_three([8000, 8000, 9050, 12000, 7100, 6400, 8000, 8000, 8000])
    election = await hall.decision_opened("ORDINARY", buildings=["3"], parameters={"inspection": inspection})
    for number, choice in enumerate(["AGREE"] * 6 + ["OPPOSE"]):
        items = [{"number": one, "choice": choice} for one in (1, 2)]
        home_id = hall.books.homes[20 + number]["id"]
        body = {"home_id": home_id, "items": items, "replaces": 0}
        reply = await hall.post(owner(20 + number), f"/v1/elections/{election['id']}/ballots", body)
        assert reply.status_code == 201, reply.text
    await hall.counted(election)
    await desk.sign()
    path = f"/v1/elections/{election['id']}"

    public = await hall.get(owner(20), f"{path}/record")
    complete = await hall.post(owner(20), f"{path}/records", {"purpose": "核对本人投票"})

    found = verify(io.BytesIO(public.content))
    assert found.wrong == []
    assert any("small sides are merged" in line for line in found.open)
    assert complete.status_code == (200 if inspection else 403)
    if inspection:
        assert verify(io.BytesIO(complete.content)).wrong == []
