"""What decides whether a ballot counts stands in the log before the closing: authorities, letters, objections and
deliveries; and what is put into the database afterwards is seen by the verifier."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg

from services.election.rules.commitments import person_tag
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.verify import Record, verify
from shared.database import new_id
from tests.election.api.casting import lines, owned, owner, upload, vote
from tests.election.api.conftest import CLOSES, OPENS, Hall
from tests.election.api.doors import Doors, counters
from tests.election.api.neighbour import home_id
from tests.election.api.notary_desk import Desk, desk
from tests.election.api.test_authorities import agent, give
from tests.factories.tokens import Somebody

__all__ = ["desk"]
SILENCE = {"parameters": {"silent_rule": "AS_PARTICIPATION"}, "silence_adopted": "议事规则第九条"}


async def disputed(hall: Hall) -> tuple[dict[str, Any], list[Somebody]]:
    """Two homes whose co-owner objects, one of them settled; two agents, one with his letter after all; ten plain."""
    pairs = [(owner(place), owner(place)) for place in (1, 2)]
    for place, pair in enumerate(pairs, 1):
        owned(hall, place, *pair)
    election = await hall.decision_opened("ORDINARY", **SILENCE)
    path = f"/v1/elections/{election['id']}"
    for place, (caster, other) in enumerate(pairs, 1):
        await vote(hall, caster, election, place)
        filed = await hall.post(other, f"{path}/ballot-objections", {"home_id": str(home_id(place))})
        if place == 2:
            await hall.post(other, f"{path}/ballot-objections/{filed.json()['id']}/resolutions", {})
    await vote(hall, pairs[0][0], election, 1, replaces=1)
    for place in (3, 4):
        eve = agent()
        given = (await give(hall, hall.clerk, election, place, eve, "AGENT")).json()
        await vote(hall, eve, election, place)
        if place == 4:
            paper = {"paper": upload(hall, hall.clerk)}
            await hall.post(hall.clerk, f"{path}/proxies/{given['id']}/papers", paper)
    for place in range(5, 15):
        await vote(hall, owner(place), election, place)
    return election, [one for pair in pairs for one in pair]


async def records(hall: Hall, desk: Desk, election: Mapping[str, Any]) -> tuple[Record, Record]:
    """Public and complete, judged."""
    await desk.sign()
    path = f"/v1/elections/{election['id']}"
    public = await hall.get(hall.clerk, f"{path}/record")
    complete = await hall.post(hall.clerk, f"{path}/records", {"purpose": "复核计票结果"})
    assert (public.status_code, complete.status_code) == (200, 200), public.text + complete.text
    return verify(io.BytesIO(public.content)), verify(io.BytesIO(complete.content))


async def test_each_dispute_has_its_line_before_the_closing_and_the_records_follow(desk: Desk, admin_url: str) -> None:
    """VOTE-1, BAL-2, BAL-4. The objection holds on to the ballot that replaces the one it was made against."""
    hall = desk.hall
    election, _ = await disputed(hall)

    await hall.counted(election)
    public, complete = await records(hall, desk, election)

    log = lines(admin_url, election)
    types = [line["type"] for line in log]
    close = types.index("CLOSE")
    assert {one: types[:close].count(one) for one in ("AUTHORITY", "LETTER", "OBJECTION", "SETTLED")} == {
        "AUTHORITY": 2, "LETTER": 1, "OBJECTION": 2, "SETTLED": 1,
    }  # fmt: skip
    assert (log[0]["log"], log[close]["deliveries"]) == (2, 0)
    assert {fault: len(indexes) for fault, indexes in log[close]["faults"].items()} == {"OBJECTED": 1, "NO_LETTER": 1}
    assert (public.wrong, complete.wrong) == ([], [])
    faults = sorted(str(vote[2]) for vote in complete.effective.values())
    assert faults == ["NO_LETTER"] + ["None"] * 12 + ["OBJECTED"]
    told = [{index: vote[2] for index, vote in one.effective.items()} for one in (public, complete)]
    assert told[0] == told[1]


async def test_a_receipt_says_as_what_and_by_whom_without_naming_him(desk: Desk) -> None:
    """The tag of a person is his entitlement's own, and no id of his is in the record."""
    hall, ann = desk.hall, owner(3)
    election = await hall.decision_opened("ORDINARY")
    index = (await vote(hall, ann, election, 3)).json()["log_index"]
    path = f"/v1/elections/{election['id']}"
    await hall.counted(election)
    await desk.sign()

    receipt = (await hall.get(ann, f"{path}/receipts/{index}")).json()
    public = await hall.get(ann, f"{path}/record")
    complete = await hall.post(hall.clerk, f"{path}/records", {"purpose": "复核计票结果"})

    said = receipt["who_said"]
    assert (said["capacity"], said["authority"]) == ("OWNER", "")
    assert said["caster"] == person_tag(election["id"], said["entry"], UUID(str(ann.subject)))
    assert verify(io.BytesIO(public.content), receipt=receipt).wrong == []
    assert str(ann.subject).encode() not in unpacked(complete.content)


def unpacked(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("record.ndjson")


async def test_an_objection_put_into_the_database_after_the_closing_is_seen(desk: Desk, admin_url: str) -> None:
    """Who owns the database can make the house count it; the records then say that it was never logged."""
    hall = desk.hall
    election, _ = await disputed(hall)
    await _close(hall, election)
    with psycopg.connect(admin_url) as connection:
        connection.execute(
            "INSERT INTO election.ballot_objection (id, election_id, entry_id, objector_id, at)"
            " SELECT %s, election_id, entry_id, %s, now() FROM election.roll_home WHERE home_id = %s",
            (new_id(), new_id(), home_id(7)),
        )
    await hall.step(election, "counts")

    public, complete = await records(hall, desk, election)

    assert {code for _, code, _ in public.wrong} == {"FAULT"}
    assert {code for _, code, _ in complete.wrong} == {"FAULT"}


async def test_a_letter_and_a_settlement_of_after_the_closing_are_seen(desk: Desk, admin_url: str) -> None:
    hall = desk.hall
    election, _ = await disputed(hall)
    await _close(hall, election)
    with psycopg.connect(admin_url) as connection:
        connection.execute("UPDATE election.proxy SET paper_file = 'x y' WHERE paper_file IS NULL")
        connection.execute("UPDATE election.ballot_objection SET resolved_at = now(), resolved_by = 'x'")
    await hall.step(election, "counts")

    public, complete = await records(hall, desk, election)

    assert {code for _, code, _ in public.wrong} == {"FAULT"}
    assert {code for _, code, _ in complete.wrong} == {"FAULT", "OPENING"}


async def _close(hall: Hall, election: Mapping[str, Any]) -> None:
    hall.now_is(CLOSES)
    await hall.step(election, "closings")


async def test_deliveries_that_the_house_learns_of_after_the_closing_prove_nothing(desk: Desk, admin_url: str) -> None:
    """BAL-2. The late one is issued in the balance; silence counts for the two of then."""
    hall = desk.hall
    election, _ = await disputed(hall)
    doors = Doors(hall, election)
    await doors.print()
    for number in (16, 17):
        await doors.fact(number, "ISSUED", evidence=upload(hall, doors.first))
    await doors.fact(18, "ISSUED")
    tablet = await doors.tablet()
    late = tablet.fact(doors, 19, "ISSUED", evidence="ab" * 32)
    await _close(hall, election)
    told = (await doors.packet(tablet, [late]))["facts"]
    result = await doors.done(hall.clerk, "counts", counters())

    public, complete = await records(hall, desk, election)

    balance = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()
    tests = {one["test"]: one["part"] for one in result["items"][0]["with_silence"]["tests"]}
    plain = {one["test"]: one["part"] for one in result["items"][0]["tests"]}
    close = next(line for line in lines(admin_url, election) if line["type"] == "CLOSE")
    assert (told[0]["why"], sum(line["issued"] for line in balance["lines"])) == (None, 4)
    assert int(tests["PARTICIPATION_HEADS"]) == int(plain["PARTICIPATION_HEADS"]) + 2
    assert close["deliveries"] == 2
    assert (public.wrong, complete.wrong) == ([], [])


async def test_a_log_of_the_first_version_goes_on_as_it_began(desk: Desk, admin_url: str) -> None:
    """Announced before the house knew of the second: no line of it, and the record says what it does not hold."""
    hall, pair = desk.hall, (owner(1), owner(1))
    owned(hall, 1, *pair)
    election = await hall.decision_announced("ORDINARY")
    with psycopg.connect(admin_url) as connection:
        connection.execute("UPDATE election.election SET log_version = 1")
        body = leaf_body(LeafType.ANNOUNCED, "2026-11-23", {"text": lines(admin_url, election)[0]["text"]})
        changed = "UPDATE election.leaf SET body = %s, hash = %s WHERE log_index = 0"
        connection.execute(changed, (body, leaf_hash(body)))
    hall.now_is(OPENS)
    await hall.step(election, "openings")
    for place in (1, 5, 6):
        await vote(hall, pair[0] if place == 1 else owner(place), election, place)
    objected = await hall.post(
        pair[1], f"/v1/elections/{election['id']}/ballot-objections", {"home_id": str(home_id(1))}
    )
    await hall.counted(election)

    public, complete = await records(hall, desk, election)

    assert (objected.status_code, public.wrong, complete.wrong) == (201, [], [])
    assert {line["type"] for line in lines(admin_url, election)}.isdisjoint({"AUTHORITY", "OBJECTION"})
    assert any("a log of the first version holds none" in line for line in complete.open)
