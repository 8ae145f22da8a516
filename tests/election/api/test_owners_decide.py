"""Scene 10: owners of building 3 decide on their roof, and the result names the test that failed, to the hundredth."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.election.api.conftest import CODE, Hall
from tests.election.api.drafts import MEMBERS, question
from tests.election.api.neighbour import Books, home, home_id
from tests.factories.tokens import Somebody

HOMES = 40
FIRST = 20  # place of the first home of building 3
FUND_WORDS = {"USE_FUND": "使用维修资金修缮三号楼屋面", "RAISE_FUND": "续筹维修资金"}


@dataclass(frozen=True)
class SteppedUp(Somebody):
    """An owner who has just entered his code a second time (BAL-5)."""

    @property
    def headers(self) -> dict[str, str]:
        token = self.token(step_up={"method": "TOTP", "at": time.time() - 10})
        return {"Authorization": f"Bearer {token}"}


def person(place: int) -> UUID:
    return UUID(int=0x0197A3F2_0000_7000_8000_000000005000 + place)


def owner(place: int) -> SteppedUp:
    return SteppedUp([f"OWNER@{CODE}"], subject=person(place), homes=[home_id(place)])


def building_three(areas: Sequence[int]) -> list[dict[str, Any]]:
    """One head a home, with these areas in hundredths; building 1 and 2 lie beside it and are not asked."""
    return [
        *(home(place) for place in range(FIRST)),
        *(
            home(FIRST + number, building="3", area_hundredths=area, owners=[str(person(FIRST + number))])
            for number, area in enumerate(areas)
        ),
    ]


async def _decided(hall: Hall, matter: str, agreeing: int, cast: int = HOMES) -> dict[str, Any]:
    """`cast` owners take part: the first `agreeing` of them agree, the others oppose."""
    preset = "ORDINARY" if matter == "USE_FUND" else "SPECIAL"
    items = [question(matter, FUND_WORDS[matter])]
    election = await hall.decision_opened(preset, buildings=["3"], items=items)
    for number in range(cast):
        choice = "AGREE" if number < agreeing else "OPPOSE"
        place = FIRST + number
        body = {"home_id": str(home_id(place)), "items": [{"number": 1, "choice": choice}], "replaces": 0}
        reply = await hall.post(owner(place), f"/v1/elections/{election['id']}/ballots", body)
        assert reply.status_code == 201, reply.text
    return await hall.counted(election)


def _tests(result: dict[str, Any]) -> dict[str, tuple[str, str, str, bool]]:
    (item,) = result["items"]
    return {one["test"]: (one["part"], one["whole"], one["least"], one["holds"]) for one in item["tests"]}


@pytest.fixture
def even(books: Books) -> None:
    books.homes = building_three([8000] * HOMES)


async def test_using_the_fund_for_the_roof_passes_with_exact_figures(hall: Hall, even: None) -> None:
    """VOTE-2, VOTE-3, VOTE-7, VOTE-8."""
    result = await _decided(hall, "USE_FUND", agreeing=15, cast=28)

    (item,) = result["items"]
    assert (result["outcome"], item["stands"], item["failed"]) == ("PASSED", True, [])
    assert result["roll"] == {"heads": 40, "area": "3200.00"}
    assert _tests(result) == {
        "PARTICIPATION_AREA": ("2240.00", "3200.00", "2133.34", True),
        "PARTICIPATION_HEADS": ("28", "40", "27", True),
        "APPROVAL_AREA": ("1200.00", "2240.00", "1120.01", True),
        "APPROVAL_HEADS": ("15", "28", "15", True),
    }
    assert item["silent"] == {"heads": 12, "area": "960.00"}


async def test_raising_the_fund_fails_by_three_thousandths_of_the_area_and_says_so(hall: Hall, books: Books) -> None:
    """VOTE-4, VOTE-8. Thirty of forty heads are enough; 74.7 % of the area are not."""
    books.homes = building_three([7040, *[8000] * 29, 8960, *[8000] * 9])

    result = await _decided(hall, "RAISE_FUND", agreeing=30)

    (item,) = result["items"]
    assert (result["outcome"], item["failed"]) == ("LOST", ["APPROVAL_AREA"])
    assert _tests(result)["APPROVAL_AREA"] == ("2390.40", "3200.00", "2400.00", False)
    assert _tests(result)["APPROVAL_HEADS"] == ("30", "40", "30", True)


@pytest.mark.parametrize(("area", "failed"), [(7999, ["APPROVAL_AREA"]), (8000, [])])
async def test_one_hundredth_of_a_square_metre_decides(hall: Hall, books: Books, area: int, failed: list[str]) -> None:
    """VOTE-4, VOTE-6. Exactly three quarters are enough; one hundredth less is not, and the answer names the test."""
    books.homes = building_three([area, *[8000] * 29, 16000 - area, *[8000] * 9])

    result = await _decided(hall, "RAISE_FUND", agreeing=30)

    (item,) = result["items"]
    assert item["failed"] == failed
    (decisive,) = [one for one in item["tests"] if one["test"] == "APPROVAL_AREA"]
    assert decisive["inequality"] == f"4*{232000 + area} >= 3*320000"


async def test_without_a_fresh_second_factor_no_owner_votes_online(hall: Hall, even: None) -> None:
    """BAL-5."""
    election = await hall.decision_opened("ORDINARY", buildings=["3"], items=[question("USE_FUND", "屋面")])
    body = {"home_id": str(home_id(FIRST)), "items": [{"number": 1, "choice": "AGREE"}], "replaces": 0}
    plain = Somebody([f"OWNER@{CODE}"], subject=person(FIRST), homes=[home_id(FIRST)])

    refused = await hall.post(plain, f"/v1/elections/{election['id']}/ballots", body)

    assert (refused.status_code, refused.json()["why"]) == (409, "STEP_UP_NEEDED")


async def test_business_in_a_home_needs_everybody_interested(hall: Hall, even: None) -> None:
    """VOTE-5. One who is silent has not agreed."""
    items = [question("HOUSING_TO_BUSINESS", "301 室改作理发店")]
    election = await hall.decision_opened("UNANIMOUS", buildings=["3"], items=items)
    for number in range(HOMES - 1):
        body = {"home_id": str(home_id(FIRST + number)), "items": [{"number": 1, "choice": "AGREE"}]}
        await hall.post(owner(FIRST + number), f"/v1/elections/{election['id']}/ballots", body)

    result = await hall.counted(election)

    assert (result["outcome"], result["items"][0]["failed"]) == ("LOST", ["UNANIMITY"])
    assert _tests(result)["UNANIMITY"] == ("39", "40", "40", False)


async def test_whoever_was_merged_into_another_is_not_waited_for(hall: Hall, even: None) -> None:
    """VOTE-5, VOTE-7. Two homes of the frozen roll were one owner's: all who are left agree."""
    items = [question("HOUSING_TO_BUSINESS", "301 室改作理发店")]
    election = await hall.decision_opened("UNANIMOUS", buildings=["3"], items=items)
    merged = {
        "change": "MERGE",
        "home_id": str(home_id(FIRST)),
        "with_home_id": str(home_id(FIRST + 1)),
        "reason": "同一业主",
    }
    proposed = await hall.step(election, "roll/corrections", merged)
    path = f"/v1/elections/{election['id']}/roll/corrections/{proposed['number']}/confirmations"
    assert (await hall.post(hall.officer, path)).status_code == 201
    for number in range(1, HOMES):
        body = {"home_id": str(home_id(FIRST + number)), "items": [{"number": 1, "choice": "AGREE"}]}
        await hall.post(owner(FIRST + number), f"/v1/elections/{election['id']}/ballots", body)

    result = await hall.counted(election)

    assert (result["outcome"], _tests(result)["UNANIMITY"]) == ("PASSED", ("39", "39", "39", True))


async def test_candidates_pass_each_for_himself_and_the_rest_are_in_reserve(hall: Hall, even: None) -> None:
    """COM-1. Five seats, six names: marked by all, by most, and by too few."""
    election = await hall.decision_opened("CANDIDATES", buildings=["3"])
    for number in range(HOMES):
        marks = [1, 2, 3, 4, 5] if number < 30 else [1, 2, 3, 6]
        body = {"home_id": str(home_id(FIRST + number)), "marks": marks}
        reply = await hall.post(owner(FIRST + number), f"/v1/elections/{election['id']}/ballots", body)
        assert reply.status_code == 201, reply.text

    result = await hall.counted(election)

    by_number = {one["number"]: one for one in result["candidates"]}
    assert result["outcome"] == "ELECTED"
    assert {number for number, one in by_number.items() if one["elected"]} == {1, 2, 3, 4, 5}
    assert (by_number[6]["heads"], by_number[6]["failed"]) == (10, ["APPROVAL_AREA", "APPROVAL_HEADS"])
    assert by_number[4]["area"] == "2400.00"


async def test_members_decide_by_more_than_half_of_all(hall: Hall) -> None:
    """PMC-4. Four of seven, three of them owners."""
    election = await hall.decision_opened("MEMBERS_VOTE")
    for number, member in enumerate(MEMBERS):
        if number in {0, 1, 2, 5}:
            who = Somebody([f"PMC_MEMBER@{CODE}"], subject=UUID(member["person_id"]))
            body = {"items": [{"number": 1, "choice": "AGREE"}]}
            reply = await hall.post(who, f"/v1/elections/{election['id']}/ballots", body)
            assert reply.status_code == 201, reply.text

    result = await hall.counted(election)

    assert result["outcome"] == "PASSED"
    assert _tests(result) == {
        "QUORUM_MEMBERS": ("4", "7", "4", True),
        "QUORUM_OWNERS": ("3", "4", "3", True),
        "APPROVAL_MEMBERS": ("4", "7", "4", True),
    }


async def test_where_an_adopted_rule_lets_silence_follow_both_results_are_told(hall: Hall, even: None) -> None:
    """BAL-2. Without proof of delivery silence still counts nowhere: both results are equal, and both are told."""
    parameters = {"silent_rule": "FOLLOW_MAJORITY"}
    items = [question("USE_FUND", "屋面")]
    adopted = "业主大会议事规则第十二条(2026-03-01 通过)"
    election = await hall.decision_opened(
        "ORDINARY", buildings=["3"], items=items, parameters=parameters, silence_adopted=adopted
    )
    body = {"home_id": str(home_id(FIRST)), "items": [{"number": 1, "choice": "AGREE"}]}
    await hall.post(owner(FIRST), f"/v1/elections/{election['id']}/ballots", body)

    result = await hall.counted(election)

    (item,) = result["items"]
    assert (item["silent_rule"], item["stands"]) == ("FOLLOW_MAJORITY", False)
    assert item["with_silence"]["failed"] == item["failed"] == ["PARTICIPATION_AREA", "PARTICIPATION_HEADS"]


async def test_a_side_of_few_heads_is_told_together_with_the_others(hall: Hall, even: None) -> None:
    """BAL-9. Three oppose: their exact area would nearly name their homes."""
    result = await _decided(hall, "USE_FUND", agreeing=30, cast=33)

    (item,) = result["items"]
    assert [item[name] for name in ("oppose", "abstain", "invalid", "silent")] == [None] * 4
    assert item["not_agree"] == {"heads": 3, "area": "240.00"}
    assert item["not_taking_part"] == {"heads": 7, "area": "560.00"}
    assert item["agree"] == {"heads": 30, "area": "2400.00"}
