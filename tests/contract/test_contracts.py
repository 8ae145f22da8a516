"""What is committed under gateway/contracts is what the rooms say of themselves; `make contracts` writes it anew."""

import json

import pytest

from gateway.compose import compose, load_contracts
from tests.contract.contracts import COMMITTED, generated, written

GENERATED = generated()


@pytest.mark.parametrize("room", GENERATED)
def test_a_committed_contract_is_what_its_room_says(room: str) -> None:
    assert (COMMITTED / f"{room}.json").read_text() == GENERATED[room], "run `make contracts` and commit the change"


def test_no_contract_is_left_of_a_room_that_is_gone() -> None:
    assert {path.stem for path in COMMITTED.glob("*.json")} == set(GENERATED)


def test_a_changed_contract_is_found() -> None:
    contract = json.loads(GENERATED["gateway"])
    contract["info"]["title"] += "!"

    assert written(contract) != GENERATED["gateway"]


def test_saying_it_twice_says_the_same() -> None:
    assert generated() == GENERATED


def test_the_composed_document_holds_every_operation_of_every_room() -> None:
    contracts = load_contracts()

    whole = compose(contracts, "http://127.0.0.1:8000", "0.1.0")

    assert set(whole["paths"]) == {path for contract in contracts.values() for path in contract["paths"]}
