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


ELECTION = json.loads(GENERATED["election"])


def test_what_a_wire_type_says_under_a_field_is_that_fields_description() -> None:
    fields = ELECTION["components"]["schemas"]["ElectionSeen"]["properties"]

    assert "`cast_ballot`" in fields["allowed"]["description"]
    assert fields["area"]["description"] == "Known areas only. Square metres, two places."


def test_a_step_is_shown_with_the_state_that_it_leads_to() -> None:
    """And whole: what is not there yet is null in it."""
    steps = {
        "/v1/elections": "DRAFT",
        "/v1/elections/{election_id}/rolls": "ROLL_POSTED",
        "/v1/elections/{election_id}/announcements": "ANNOUNCED",
        "/v1/elections/{election_id}/closings": "CLOSED",
        "/v1/elections/{election_id}/finals": "FINAL",
    }
    shown = {
        path: ELECTION["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]["example"]
        for path in steps
    }

    assert {path: example["state"] for path, example in shown.items()} == steps
    assert [shown[path]["seed"] is None for path in steps] == [True, True, False, False, False]
    required = ELECTION["components"]["schemas"]["ElectionSeen"]["required"]
    assert all(set(required) <= set(example) for example in shown.values())


@pytest.mark.parametrize("room", GENERATED)
def test_no_schema_is_named_by_where_it_lies(room: str) -> None:
    """Two types of one name in a room are told apart by their modules, which no client should ever read."""
    assert [name for name in json.loads(GENERATED[room])["components"]["schemas"] if "__" in name] == []
