"""A log can be recomputed, whoever cast can prove it, and it tells no more than the turnout does."""

import json
from datetime import timedelta
from typing import Any

from services.election.rules.commitments import commitment
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import is_extension, is_included, root_of
from services.election.rules.notes import read_note
from services.election.verify import Note
from tests.election.api.conftest import CLOSES, OPENS, Hall
from tests.election.api.notary_desk import Desk, desk, get

__all__ = ["desk"]


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
    for place in range(10):
        await hall.cast(hall.residents[place], election, place, [1])
    await desk.sign_rested()
    hall.now_is(OPENS + timedelta(hours=1))
    path = f"/v1/elections/{election['id']}/log/leaves"

    lines = [json.loads(line) for line in (await hall.get(hall.clerk, path)).text.splitlines()]
    part = [json.loads(line) for line in (await hall.get(hall.clerk, path, start=1, end=3)).text.splitlines()]
    proof = await get(hall, hall.clerk, election, "log/consistency", old=3, new=13)
    assert await get(hall, hall.clerk, election, "log/consistency") == proof

    hashes = [leaf_hash(line["body"].encode()) for line in lines]
    assert [line["index"] for line in lines] == list(range(13))
    assert part == lines[1:3]
    old, new = bytes.fromhex(proof["old_root"]), bytes.fromhex(proof["new_root"])
    assert is_extension(3, old, 13, new, [bytes.fromhex(step) for step in proof["path"]])
    assert root_of(hashes) == new
    backwards = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/log/consistency", old=13, new=3)
    unsigned = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/log/consistency", old=1, new=3)
    assert (backwards.status_code, unsigned.status_code) == (404, 404)


async def test_a_receipt_leads_to_a_signed_root_and_says_when_it_does_not_yet(desk: Desk) -> None:
    hall = desk.hall
    election = await hall.opened()
    cast = await hall.cast(hall.residents[1], election, 1, [2, 4])
    path = f"receipts/{cast['log_index']}"

    early = await get(hall, hall.residents[1], election, path)
    await hall.counted(election)
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
    assert (early["what_said"], signed["what_said"]) == (None, {"election": election["id"], "marks": [2, 4]})
    assert others.status_code == 404


async def test_while_voting_runs_the_length_of_the_log_is_told_by_the_hour_and_in_steps(desk: Desk) -> None:
    """BAL-9. To who goes from door to door as well: he would know whose ballot came last."""
    hall = desk.hall
    election = await hall.announced()
    await desk.sign()
    hall.now_is(OPENS + timedelta(minutes=7))
    await hall.step(election, "openings")
    told = []
    for hour in range(3):
        for place in range(4 * hour, 4 * hour + 4):
            await hall.cast(hall.residents[place], election, place, [1])
        await desk.sign_rested()
        told += await _sizes(hall, election)
        hall.now_is(OPENS + timedelta(hours=hour + 1, minutes=7))

    leaves = await hall.get(hall.residents[2], f"/v1/elections/{election['id']}/log/leaves")
    last = await _sizes(hall, election)
    await hall.counted(election)
    listed = (await get(hall, hall.residents[2], election, "log/checkpoints"))["items"]

    assert (told, last) == ([2] * 9, [15] * 3)
    assert len(leaves.text.splitlines()) == 15
    assert [one["size"] for one in listed][-4:] == [15, 11, 7, 2]
    assert all(set(one) == {"size", "root", "note", "code", "qr", "day", "cosignatures"} for one in listed)


async def _sizes(hall: Hall, election: dict[str, Any]) -> list[int]:
    """Of the newest checkpoint, as a resident, a deliverer and the desk are told it."""
    return [
        (await get(hall, who, election, "log/checkpoints/newest"))["size"]
        for who in (hall.residents[2], hall.grid_worker, hall.clerk)
    ]
