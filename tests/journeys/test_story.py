"""The story, played as `make story` plays it."""

import httpx2
import pytest

from tests.journeys.stage import Stage
from tests.journeys.story import play


def _played(url: str) -> Stage:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        stage = Stage(client, say=lambda line: None)
        play(stage)
    return stage


def test_every_scene_so_far_comes_to_its_end(house_url: str) -> None:
    stage = _played(house_url)

    assert [one.scene.split(" · ")[0] for one in stage.played] == [f"Scene {number}" for number in (1, 2, 3, 4, 6, 9)]
    assert all(one.calls > 10 for one in stage.played)


@pytest.mark.prove
def test_the_story_can_be_played_again_on_the_same_house(house_url: str) -> None:
    first, second = _played(house_url), _played(house_url)

    assert [one.stands for one in first.played] == [one.stands for one in second.played]
