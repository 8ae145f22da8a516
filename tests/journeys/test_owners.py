"""Scene 10's second vote in its variant: one hundredth of a square metre decides, in both modes of the house."""

import httpx2
import pytest

from tests.journeys.cast import new_cast
from tests.journeys.scene_owners import the_variant
from tests.journeys.stage import Stage


@pytest.mark.prove
@pytest.mark.parametrize(("short", "failed"), [(1, ["APPROVAL_AREA"]), (0, [])])
def test_one_hundredth_of_a_square_metre_fails_the_vote_and_the_answer_names_the_test(
    house_url: str, short: int, failed: list[str]
) -> None:
    """VOTE-4, VOTE-6, VOTE-8."""
    with httpx2.Client(base_url=house_url, timeout=60, trust_env=False) as client:
        stage = Stage(client, say=lambda line: None)
        try:
            result = the_variant(stage, new_cast(), short)
        finally:
            stage.pass_days(-stage.days)

    (item,) = result["items"]
    (area,) = [one for one in item["tests"] if one["test"] == "APPROVAL_AREA"]
    assert item["failed"] == failed
    assert (area["part"], area["least"]) == (f"{(120000 - short) / 100:.2f}", "1200.00")
