"""The committed contracts say what the code does, and a change of the code that they do not say is found."""

import copy
import json
from pathlib import Path

import pytest

from gateway.compose import compose, load_contracts
from gateway.drift import contracts_now, differences, text_of


@pytest.fixture(scope="module")
def now() -> dict[str, dict[str, object]]:
    return contracts_now()


def test_no_contract_has_drifted(now: dict[str, dict[str, object]]) -> None:
    assert differences(now) == [], "python -m gateway.drift --write, and look at the change"


def test_the_contracts_hold_nothing_of_the_machine_they_were_written_on(now: dict[str, dict[str, object]]) -> None:
    text = json.dumps(now)

    assert "/tmp" not in text
    assert "127.0.0.1:8123" not in text


def test_every_room_stands_in_the_one_document() -> None:
    document = compose(load_contracts(), "https://linli.example", "1")

    tags = {tag for item in document["paths"].values() for operation in item.values() for tag in operation["tags"]}
    assert {"gateway", "registry", "ticket"} <= tags


def test_a_changed_contract_is_found(now: dict[str, dict[str, object]], tmp_path: Path) -> None:
    for name, contract in now.items():
        (tmp_path / f"{name}.json").write_text(text_of(contract), "utf-8")
    changed = copy.deepcopy(now)
    changed["ticket"]["info"]["title"] = "Something else"  # type: ignore[index]

    assert differences(now, tmp_path) == []
    assert any("Something else" in line for line in differences(changed, tmp_path))


def test_a_contract_without_its_room_is_found(now: dict[str, dict[str, object]], tmp_path: Path) -> None:
    for name, contract in now.items():
        (tmp_path / f"{name}.json").write_text(text_of(contract), "utf-8")
    (tmp_path / "gone.json").write_text("{}\n", "utf-8")

    assert any("gone.json" in line for line in differences(now, tmp_path))
