"""What if, over HTTP: which tests would hold, and what is missing; no ballot is looked at."""

from typing import Any

import pytest

from tests.election.api.conftest import Hall
from tests.election.api.drafts import draft_of
from tests.election.api.test_rolls import WINDOW, posted


async def simulate(hall: Hall, election: dict[str, Any], **assumed: Any) -> Any:
    return await hall.post(hall.owner, f"/v1/elections/{election['id']}/simulations", assumed)


def part(heads: int, area: str) -> dict[str, Any]:
    return {"heads": heads, "area": area}


async def test_a_vote_is_simulated_by_its_frozen_roll(hall: Hall) -> None:
    """VOTE-2, VOTE-3, VOTE-8: 22 heads, 1,680.00 m²."""
    election = await hall.decision_opened()

    good = (await simulate(hall, election, agree=part(8, "600.00"), oppose=part(7, "520.00"))).json()
    tie = (await simulate(hall, election, agree=part(8, "560.00"), oppose=part(8, "560.00"))).json()

    assert [one["by"] for one in good["scenes"]] == ["ROLL"]
    assert (good["scenes"][0]["would_pass"], tie["scenes"][0]["would_pass"]) == (True, False)
    tests = {one["test"]: one for one in tie["scenes"][0]["tests"]}
    assert (tests["APPROVAL_AREA"]["inequality"], tests["APPROVAL_AREA"]["missing"]) == ("2*56000 > 112000", "0.01")
    assert (tests["APPROVAL_HEADS"]["least"], tests["APPROVAL_HEADS"]["more"]) == ("9", "1")
    assert (tie["so_far"]["cast"], tie["so_far"]["exact"]) == (0, False)


async def test_while_the_roll_has_unknowns_both_bounds_are_told(hall: Hall) -> None:
    """OWN-6: 1,680.00 m² or 1,760.00: 1,120.00 take part in the best and not in the worst."""
    election = await posted(hall)

    found = (await simulate(hall, election, agree=part(15, "1120.00"))).json()

    assert {one["by"]: one["would_pass"] for one in found["scenes"]} == {"ROLL": True, "BEST": True, "WORST": False}
    assert found["so_far"] is None


async def test_unanimity_is_simulated_by_its_one_figure(hall: Hall) -> None:
    """VOTE-5: ten owners of one building."""
    election = await hall.decision_opened("UNANIMOUS")

    found = (await simulate(hall, election, agree=part(9, "0.00"))).json()["scenes"]

    assert [(one["test"], one["missing"]) for one in found[0]["tests"]] == [("UNANIMITY", "1")]


@pytest.mark.parametrize(
    ("assumed", "why", "at_fault"),
    [
        ({"agree": part(23, "1.00")}, "MORE_THAN_THE_ROLL", ["heads"]),
        ({"agree": part(1, "1680.01")}, "MORE_THAN_THE_ROLL", ["area"]),
        ({"agree": part(0, "0.01")}, "MORE_THAN_THE_ROLL", ["heads"]),
    ],
)
async def test_what_cannot_come_back_is_refused(
    hall: Hall, assumed: dict[str, Any], why: str, at_fault: list[str]
) -> None:
    election = await hall.decision_opened()

    refused = await simulate(hall, election, **assumed)

    assert (refused.status_code, refused.json()["why"], refused.json()["at_fault"]) == (422, why, at_fault)


async def test_only_votes_of_owners_with_a_roll_are_simulated(hall: Hall) -> None:
    draft = (await hall.post(hall.clerk, "/v1/elections", draft_of("ORDINARY", **WINDOW))).json()
    household = await hall.announced()
    assumed = {"agree": part(1, "1.00")}

    no_roll = await hall.post(hall.clerk, f"/v1/elections/{draft['id']}/simulations", assumed)
    households = await simulate(hall, household, **assumed)
    unknown = await hall.post(hall.stranger, f"/v1/elections/{household['id']}/simulations", assumed)

    assert (no_roll.json()["why"], households.json()["why"], unknown.status_code) == ("NO_ROLL", "NOT_BY_OWNERS", 404)


@pytest.mark.parametrize(
    ("assumed", "pointer"),
    [
        ({}, "/agree"),
        ({"agree": {"heads": 1}}, "/agree/area"),
        ({"agree": part(-1, "1.00")}, "/agree/heads"),
        ({"agree": {"heads": 1, "area": 100}}, "/agree/area"),
        ({"agree": {"heads": "1", "area": "1.00"}}, "/agree/heads"),
        ({"agree": part(1, "1.00"), "silent": part(1, "1.00")}, "/silent"),
    ],
)
async def test_a_wrong_assumption_is_told_field_by_field(hall: Hall, assumed: dict[str, Any], pointer: str) -> None:
    election = await hall.decision_opened()

    reply = await simulate(hall, election, **assumed)

    assert (reply.status_code, [one["pointer"] for one in reply.json()["errors"]]) == (422, [pointer])
