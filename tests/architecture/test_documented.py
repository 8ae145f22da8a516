"""Every operation of the composed document says what it does, who may, what can go wrong, with examples that fit."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.contract import PROBLEM, faults, operations
from tests.architecture.tree import ROOT

CONTRACTS = sorted((ROOT / "gateway" / "contracts").glob("*.json"))
SCHEMA = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
ERROR = {"description": "Wrong", "content": {PROBLEM: {"schema": {"type": "object"}, "example": {}}}}
TRUE: dict[str, Any] = {
    "paths": {
        "/v1/lamps": {
            "post": {
                "operationId": "report_lamp",
                "summary": "Report a lamp",
                "description": "It is dark.",
                "tags": ["lamps"],
                "x-roles": ["SIGNED_IN"],
                "security": [{"bearer": []}],
                "requestBody": {"content": {"application/json": {"schema": SCHEMA, "example": {"name": "a"}}}},
                "responses": {
                    "201": {
                        "description": "Reported",
                        "content": {"application/json": {"schema": SCHEMA, "example": {"name": "a"}}},
                    },
                    **dict.fromkeys(("400", "401", "429", "503"), ERROR),
                },
            }
        }
    }
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=[path.stem for path in CONTRACTS])
def test_every_operation_is_documented_with_errors_roles_and_examples(contract: Path) -> None:
    assert list(faults(json.loads(contract.read_text()))) == []


def test_the_contracts_hold_operations_at_all() -> None:
    assert sum(1 for path in CONTRACTS for _ in operations(json.loads(path.read_text()))) > 30


def test_a_true_contract_has_no_fault() -> None:
    assert list(faults(TRUE)) == []


def without(*steps: str) -> Callable[[dict[str, Any]], None]:
    def take(operation: dict[str, Any]) -> None:
        for step in steps[:-1]:
            operation = operation[step]
        del operation[steps[-1]]

    return take


def with_(value: object, *steps: str) -> Callable[[dict[str, Any]], None]:
    def put(operation: dict[str, Any]) -> None:
        for step in steps[:-1]:
            operation = operation[step]
        operation[steps[-1]] = value

    return put


JSON = ("content", "application/json")
PLANTED: dict[str, Callable[[dict[str, Any]], None]] = {
    "no summary": without("summary"),
    "no description": without("description"),
    "no roles": without("x-roles"),
    "no security": without("security"),
    "no 401": without("responses", "401"),
    "an error in another media type": with_(
        {"description": "x", "content": {"application/json": {"schema": {}, "example": {}}}}, "responses", "404"
    ),
    "no example of the request": without("requestBody", *JSON, "example"),
    "no example of the reply": without("responses", "201", *JSON, "example"),
    "an example of another type": with_({"name": 7}, "responses", "201", *JSON, "example"),
    "an example that lacks a field": with_({}, "requestBody", *JSON, "example"),
    "an id of one word": with_("report", "operationId"),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_fault_in_a_contract_is_found(plant: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(TRUE)

    plant(document["paths"]["/v1/lamps"]["post"])

    assert len(list(faults(document))) == 1


def test_an_operation_id_used_twice_is_found() -> None:
    document = copy.deepcopy(TRUE)
    document["paths"]["/v1/other"] = document["paths"]["/v1/lamps"]

    assert list(faults(document)) == ["report_lamp: operation ids are verb_noun and unique"]
