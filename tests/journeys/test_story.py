"""The story as `make story` plays it, with the homes of one building in every run and with all of them as a proof; and
what a thief could read of it afterwards."""

from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.architecture.tree import ROOT
from tests.journeys.dumped import cells, clear, people_of, readable, said_in_clear, worded
from tests.journeys.scene_roll import HOMES, REGISTER
from tests.journeys.stage import Stage
from tests.journeys.story import play

SCENES = [*(f"Scene {number}" for number in (1, 2, 3, 4, 6, 9)), "Together"]
ONE_BUILDING = ("3",)
SECURITY = ROOT / "docs" / "security.md"


def _played(url: str, buildings: tuple[str, ...] = ONE_BUILDING) -> Stage:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        stage = Stage(client, say=lambda line: None)
        play(stage, buildings)
    return stage


def test_every_scene_comes_to_its_end_and_nothing_of_a_person_can_be_read(
    house_url: str, admin_url: str, tmp_path: Path
) -> None:
    """PRI-2, PRI-5. One playing for both: it takes half a minute."""
    stage = _played(house_url)

    assert [one.scene.split(" · ")[0] for one in stage.played] == SCENES
    assert all(one.calls > 5 for one in stage.played)
    _nothing_personal(admin_url, tmp_path / "files", stage.personal | people_of(REGISTER))


@pytest.mark.prove
def test_the_whole_compound_is_surveyed_and_balloted(house_url: str) -> None:
    """Every home answered by three visitors, more than half of the households on the ballot, nominees ranked."""
    stage = _played(house_url, buildings=())

    stands = {one.scene.split(" · ")[0]: one.stands for one in stage.played}
    assert stands["Scene 4"].startswith(f"{HOMES} homes answered")
    assert stands["Scene 6"].endswith("of 601 households, RANKED")


def _nothing_personal(admin_url: str, files: Path, personal: set[str]) -> None:
    """No name, phone or id number in any cell or file; words in clear only where the documentation says so."""
    found = list(cells(admin_url))

    assert len(personal) > 1000
    assert clear(found, personal) == set()
    assert worded(found) - said_in_clear(SECURITY) == set()
    assert readable(files, personal) == set()
    assert any(files.rglob("*"))


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE registry.region SET name = '王秀兰社区' WHERE code = '14'",
        "INSERT INTO ticket.idempotency VALUES ('a', 'b', 'x', 201, '{\"n\": [\"13835100417\"]}', 'x', now())",
        "INSERT INTO ticket.idempotency VALUES ('a', 'b', 'x', 201, '{}', convert_to('…王秀兰…', 'UTF8'), now())",
        "INSERT INTO survey.idempotency VALUES ('149900198902080375', 'b', 'x', 201, '{}', 'x', now())",
        "INSERT INTO survey.idempotency VALUES ('+86 138 3510 0417', 'b', 'x', 201, '{}', 'x', now())",
        "SET search_path = meeting; INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('q', '王秀兰')",
    ],
)
def test_something_of_a_person_is_found_wherever_it_stands(clean: None, admin_url: str, planted: str) -> None:
    assert clear(cells(admin_url), {"王秀兰"}) == set()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(planted.encode())

    assert len(clear(cells(admin_url), {"王秀兰"})) == 1


def test_a_file_that_can_be_read_is_found(tmp_path: Path) -> None:
    for name, content in {"noise": b"\x01\x02", "a": b"%PDF-1.7", "b": b"\x01" + "王秀兰".encode()}.items():
        (tmp_path / name).write_bytes(content)

    assert readable(tmp_path, {"王秀兰"}) == {"a", "b"}


@pytest.mark.prove
def test_the_story_can_be_played_again_on_the_same_house(house_url: str) -> None:
    first, second = _played(house_url), _played(house_url)

    assert [one.stands for one in first.played] == [one.stands for one in second.played]
