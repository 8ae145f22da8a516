"""Who gets which record, each home's proof of its status, and that the verifier accepts what the room hands out."""

import io
import json
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from services.election.rules.commitments import commitment
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import is_included
from services.election.verify import verify
from tests.election.api.casting import owner as voter
from tests.election.api.casting import vote
from tests.election.api.conftest import CLOSES, CODE, OPENS, Hall
from tests.election.api.doors import Doors
from tests.election.api.drafts import MEMBERS
from tests.election.api.neighbour import home_id
from tests.election.api.notary_desk import Desk, Reply, desk, get
from tests.election.api.test_owners_decide import building_three, owner
from tests.factories.tokens import Somebody

__all__ = ["desk"]


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
    record = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/record")
    found = verify(io.BytesIO(record.content), receipt={"items": [mine, silent]})
    assert found.wrong == []
    assert [line.rsplit(": ", 1)[1] for line in found.proved if line.startswith("your status")] == [
        f"leaf {second['log_index']} counts",
        "none counts",
    ]


async def test_the_public_record_of_a_household_ballot_is_accepted_by_the_verifier(desk: Desk) -> None:
    """Scene 11: offline, with a receipt and the checkpoint of a poster."""
    hall = desk.hall
    election = await hall.opened()
    await desk.sign()
    hall.now_is(OPENS + timedelta(hours=1))  # by the hour
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


@pytest.mark.parametrize("preset", ["UNANIMOUS", "CANDIDATES", "MEMBERS_VOTE"])
async def test_the_other_kinds_have_records_too(desk: Desk, preset: str) -> None:
    """VOTE-5, COM-1, PMC-4."""
    hall = desk.hall
    election = await hall.decision_opened(preset)
    for place in range(5):
        who: Somebody = voter(place)
        body: dict[str, object] = {"home_id": str(home_id(place)), "items": [{"number": 1, "choice": "AGREE"}]}
        if preset == "CANDIDATES":
            body = {"home_id": str(home_id(place)), "marks": [1, 2 + place % 3]}
        if preset == "MEMBERS_VOTE":
            del body["home_id"]
            who = Somebody([f"PMC_MEMBER@{CODE}"], subject=UUID(MEMBERS[place]["person_id"]))
        reply = await hall.post(who, f"/v1/elections/{election['id']}/ballots", {**body, "replaces": 0})
        assert reply.status_code == 201, reply.text
    await hall.counted(election)
    await desk.sign()
    path = f"/v1/elections/{election['id']}"

    public = await hall.get(hall.clerk, f"{path}/record")
    complete = await hall.post(hall.clerk, f"{path}/records", {"purpose": "复核计票结果"})

    assert verify(io.BytesIO(public.content)).wrong == []
    assert verify(io.BytesIO(complete.content)).wrong == []


async def test_papers_are_in_the_record_as_returned_and_as_read(desk: Desk) -> None:
    """BAL-7. One of them overfull, one blank: both took part and are invalid."""
    hall = desk.hall
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    for place in range(10):
        await hall.cast(hall.residents[place], doors.election, place, [1, 2])
    await doors.brought_back(11, 12, 13, 14)
    await doors.scanned(11, 12, 13, 14)
    await doors.key_twice({11: [3], 12: [3, 1], 13: [1, 2, 3], 14: []})
    counted = (await doors.counted())["household"]
    await desk.sign()

    public = await hall.get(hall.clerk, f"{doors.path}/record")
    complete = await hall.post(Somebody([f"AUDITOR@{CODE}"]), f"{doors.path}/records", {"purpose": "复核纸质选票"})

    assert (counted["cast"], counted["invalid"]) == (14, 2)
    for content in (public.content, complete.content):
        found = verify(io.BytesIO(content))
        assert found.wrong == []
        assert any("14 count" in line for line in found.proved)


async def test_rows_corrected_after_the_freeze_are_opened_and_the_record_waits_for_the_recount(desk: Desk) -> None:
    """VOTE-7. Two leaves of one correction, totals running on; one after the count holds the record back."""
    hall = desk.hall
    hall.books.homes = building_three([8000] * 9)
    election = await hall.decision_opened("ORDINARY", buildings=["3"])
    path = f"/v1/elections/{election['id']}"
    await corrected(hall, election, 20, "95.50")
    for number in range(7):
        items = [{"number": one, "choice": "AGREE"} for one in (1, 2)]
        body = {"home_id": hall.books.homes[20 + number]["id"], "items": items, "replaces": 0}
        assert (await hall.post(owner(20 + number), f"{path}/ballots", body)).status_code == 201
    await corrected(hall, election, 21, "70.00")
    await hall.counted(election)
    await desk.sign()

    public = await hall.get(hall.clerk, f"{path}/record")
    complete = await hall.post(hall.clerk, f"{path}/records", {"purpose": "复核名册更正"})
    await corrected(hall, election, 22, "81.00")
    later = await hall.get(hall.clerk, f"{path}/record")

    for content in (public.content, complete.content):
        found = verify(io.BytesIO(content))
        assert found.wrong == []
        assert any("logged corrections: 2" in line for line in found.proved)
    assert (later.status_code, later.json()["type"].rsplit("/", 1)[1]) == (409, "status-unsettled")


async def corrected(hall: Hall, election: Reply, place: int, area: str) -> None:
    """Proposed by the desk, confirmed by the street office."""
    path = f"/v1/elections/{election['id']}/roll/corrections"
    body = {"change": "AREA", "home_id": hall.books.homes[place]["id"], "reason": "核对产权证", "area": area}
    proposed = await hall.post(hall.clerk, path, body)
    assert proposed.status_code == 201, proposed.text
    confirmed = await hall.post(hall.officer, f"{path}/{proposed.json()['number']}/confirmations")
    assert confirmed.status_code == 201, confirmed.text


async def test_a_life_with_extension_revotes_a_void_and_a_recount_is_accepted_when_it_is_final(desk: Desk) -> None:
    """BAL-6, BAL-12, PUB-6: every day and every replacing that the room allows is one that the verifier allows."""
    hall, later = desk.hall, CLOSES + timedelta(days=15)
    election = await hall.decision_opened("ORDINARY")
    path = f"/v1/elections/{election['id']}"
    ann, other = voter(4), voter(5)
    for replaces in (0, 1):
        await vote(hall, ann, election, 4, replaces=replaces)
    await vote(hall, voter(5), election, 5)
    void = {"home_id": str(home_id(5)), "reason": "本人到场撤回", "second_token": hall.officer.token()}
    assert (await hall.post(hall.clerk, f"{path}/revocations", void)).status_code == 201
    again = await vote(hall, other, election, 5)
    await hall.step(election, "extensions", {"closes_at": later.isoformat(), "reason": "返还率不足"})
    hall.now_is(CLOSES + timedelta(days=14))
    late = await vote(hall, voter(6), election, 6)
    hall.now_is(later)
    for step in ("closings", "counts", "result-postings"):
        await hall.step(election, step)
    objection = {"about": "COUNT", "words": "请重新计票。"}
    filed = (await hall.post(ann, f"{path}/objections", objection)).json()
    ruling = {"effect": "RECOUNT", "answer": "同意。"}
    await hall.post(hall.officer, f"/v1/objections/{filed['id']}/decisions", ruling)
    await hall.step(election, "recounts", {"reason": "异议成立"})
    await hall.step(election, "result-postings")
    hall.now_is(later + timedelta(days=12))
    await hall.step(election, "finals")
    await desk.sign()

    public = await hall.get(hall.clerk, f"{path}/record")
    complete = await hall.post(hall.clerk, f"{path}/records", {"purpose": "复核计票结果"})
    statuses = (await hall.get(ann, f"{path}/statuses")).json()

    assert (again.status_code, late.status_code) == (201, 201)
    for content in (public.content, complete.content):
        found = verify(io.BytesIO(content), receipt=statuses)
        assert found.wrong == []
        assert any("3 count" in line for line in found.proved)
        assert any(line.startswith("your status, place 4") for line in found.proved)
