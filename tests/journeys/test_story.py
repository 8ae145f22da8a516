"""The story as `make story` plays it: with the homes of one building in every run, with all of them as a proof."""

import httpx2
import pytest

from tests.journeys.scene_roll import HOMES
from tests.journeys.stage import Stage
from tests.journeys.story import play

SCENES = [*(f"Scene {number}" for number in (1, 2, 3, 4, 6, 9)), "Together"]
ONE_BUILDING = ("3",)


def _played(url: str, buildings: tuple[str, ...] = ONE_BUILDING) -> Stage:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        stage = Stage(client, say=lambda line: None)
        play(stage, buildings)
    return stage


def test_every_scene_so_far_comes_to_its_end(house_url: str) -> None:
    stage = _played(house_url)

    assert [one.scene.split(" · ")[0] for one in stage.played] == SCENES
    assert all(one.calls > 5 for one in stage.played)


@pytest.mark.prove
def test_the_whole_compound_is_surveyed_and_balloted(house_url: str) -> None:
    """Every home answered by three visitors, more than half of the households on the ballot, nominees ranked."""
    stage = _played(house_url, buildings=())

    stands = {one.scene.split(" · ")[0]: one.stands for one in stage.played}
    assert stands["Scene 4"].startswith(f"{HOMES} homes answered")
    assert stands["Scene 6"].endswith("of 601 households, RANKED")


@pytest.mark.prove
def test_the_story_can_be_played_again_on_the_same_house(house_url: str) -> None:
    first, second = _played(house_url), _played(house_url)

    assert [one.stands for one in first.played] == [one.stands for one in second.played]
