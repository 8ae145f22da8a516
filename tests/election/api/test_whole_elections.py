"""Whole elections through the room and its database: what it counts, its record says, and the verifier counts again."""

import io
import json
import random
import zipfile
from typing import Any

import pytest

from services.election.verify import verify
from tests.election.api.conftest import CODE, Hall
from tests.election.api.neighbour import home_id
from tests.election.api.notary_desk import Desk, desk
from tests.election.api.test_owners_decide import building_three, owner
from tests.factories.tokens import Somebody

__all__ = ["desk"]
AUDITOR = Somebody([f"AUDITOR@{CODE[:9]}"])


async def household(hall: Hall, chance: random.Random) -> dict[str, Any]:
    """Residents cast and cast again, as often as they like."""
    election = await hall.opened(seats=chance.randint(1, 3))
    for place in chance.sample(range(20), chance.randint(0, 20)):
        for revision in range(chance.choice([1, 1, 1, 2, 3])):
            marks = chance.sample(range(1, 5), chance.randint(1, election["seats"]))
            await hall.cast(hall.residents[place], election, place, marks, replaces=revision)
    return election


async def owners(hall: Hall, chance: random.Random) -> dict[str, Any]:
    """Owners of building 3 decide by area and heads."""
    count = chance.randint(3, 15)
    hall.books.homes = building_three([chance.randint(3000, 15000) for _ in range(count)])
    preset = chance.choice(["ORDINARY", "SPECIAL"])
    election = await hall.decision_opened(preset, buildings=["3"])
    items = range(1, 3 if preset == "ORDINARY" else 2)
    for number in chance.sample(range(count), chance.randint(count // 2, count)):
        choices = [{"number": item, "choice": chance.choice(["AGREE", "AGREE", "OPPOSE", "ABSTAIN"])} for item in items]
        body = {"home_id": str(home_id(20 + number)), "items": choices, "replaces": 0}
        reply = await hall.post(owner(20 + number), f"/v1/elections/{election['id']}/ballots", body)
        assert reply.status_code == 201, reply.text
    return election


def figures_in(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = [json.loads(line) for line in archive.read("record.ndjson").splitlines()]
    return next(dict(line["figures"]) for line in reversed(lines) if line["line"] == "RESULT")


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
async def test_the_rooms_count_and_the_verifiers_agree_through_database_and_http(desk: Desk, seed: int) -> None:
    hall, chance = desk.hall, random.Random(seed)
    election = await (owners if seed % 3 == 0 else household)(hall, chance)
    await desk.sign()
    result = await hall.counted(election)
    await desk.sign()
    path = f"/v1/elections/{election['id']}"

    public = await hall.get(hall.clerk, f"{path}/record")
    complete = await hall.post(AUDITOR, f"{path}/records", {"purpose": "复核全部选票"})

    for content in (public.content, complete.content):
        assert verify(io.BytesIO(content)).wrong == []
    shown = figures_in(complete.content)
    if "ranking" in result and seed % 3:
        assert [row["marks"] for row in shown["ranking"]] == [row["marks"] for row in result["ranking"]]
