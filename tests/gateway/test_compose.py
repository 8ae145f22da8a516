"""One document from many contracts: clashes are refused or renamed, nothing is lost."""

import copy
from typing import Any

import pytest

from gateway.compose import ContractClash, compose, load_contracts

URL = "https://linli.example"


def _contract(room: str, **parts: Any) -> dict[str, Any]:
    """A small contract with one operation of its own."""
    read = {"operationId": f"list_{room}s", "tags": [room], "x-roles": ["CLERK"], "responses": {}}
    return {
        "openapi": "3.1.0",
        "info": {"title": room, "version": "1"},
        "tags": [{"name": room, "description": f"about {room}s"}],
        "paths": {f"/v1/{room}s": {"get": read}},
        **parts,
    }


def _with_schemas(room: str, **schemas: Any) -> dict[str, Any]:
    contract = _contract(room, components={"schemas": schemas})
    first = next(iter(schemas))
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{first}"}, "example": {"room": room}}}
    contract["paths"][f"/v1/{room}s"]["get"]["responses"] = {"200": {"description": "ok", "content": content}}
    return contract


def test_everything_a_contract_says_is_kept() -> None:
    hook = {"post": {"operationId": "ticket_moved", "responses": {}}}
    schemes = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    ticket = _contract("ticket", webhooks={"linli.ticket.moved.v1": hook}, components=schemes)

    document = compose({"ticket": ticket, "home": _contract("home")}, URL, "0.1.0")

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": URL}]
    assert set(document["paths"]) == {"/v1/tickets", "/v1/homes"}
    assert document["paths"]["/v1/tickets"]["get"]["x-roles"] == ["CLERK"]
    assert document["webhooks"] == {"linli.ticket.moved.v1": hook}
    assert [tag["name"] for tag in document["tags"]] == ["ticket", "home"]
    assert document["components"] == schemes


def test_the_contracts_themselves_are_left_alone() -> None:
    one, two = _with_schemas("ticket", Address={"type": "string"}), _with_schemas("home", Address={"type": "object"})
    before = copy.deepcopy((one, two))

    compose({"ticket": one, "home": two}, URL, "1")

    assert (one, two) == before


@pytest.mark.parametrize("twin", ["/v1/tickets", "/v1/tickets/{id}", "/v1/tickets/{other}"])
def test_a_path_claimed_twice_is_refused_whatever_its_parameters_are_called(twin: str) -> None:
    one, two = _contract("ticket"), _contract("home")
    one["paths"]["/v1/tickets/{ticket_id}"] = {"get": {"operationId": "read_ticket"}}
    two["paths"][twin] = {"get": {"operationId": "read_home"}}

    with pytest.raises(ContractClash, match="claimed by ticket and by home"):
        compose({"ticket": one, "home": two}, URL, "1")


def test_an_operation_id_claimed_twice_is_refused() -> None:
    one, two = _contract("ticket"), _contract("home")
    two["paths"]["/v1/homes"]["get"]["operationId"] = "list_tickets"

    with pytest.raises(ContractClash, match="operation id list_tickets is claimed by ticket and by home"):
        compose({"ticket": one, "home": two}, URL, "1")


def test_an_operation_without_an_id_is_refused() -> None:
    contract = _contract("ticket")
    del contract["paths"]["/v1/tickets"]["get"]["operationId"]

    with pytest.raises(ContractClash, match="GET /v1/tickets has no operation id"):
        compose({"ticket": contract}, URL, "1")


def test_a_webhook_needs_no_id_but_may_not_take_anothers() -> None:
    contract = _contract("ticket", webhooks={"linli.ticket.moved.v1": {"post": {"responses": {}}}})
    compose({"ticket": contract}, URL, "1")
    contract["webhooks"]["linli.ticket.moved.v1"]["post"]["operationId"] = "list_tickets"

    with pytest.raises(ContractClash, match="list_tickets"):
        compose({"ticket": contract}, URL, "1")


def test_what_is_internal_must_not_be_in_a_contract() -> None:
    contract = _contract("ticket")
    contract["paths"]["/internal/health"] = {"get": {"operationId": "health"}}

    with pytest.raises(ContractClash, match="internal"):
        compose({"ticket": contract}, URL, "1")


def test_the_same_schema_in_two_rooms_is_one() -> None:
    rooms = {room: _with_schemas(room, Problem={"type": "object"}) for room in ("ticket", "home")}

    document = compose(rooms, URL, "1")

    assert document["components"]["schemas"] == {"Problem": {"type": "object"}}


def test_a_clashing_schema_is_renamed_in_both_and_every_reference_follows() -> None:
    rooms = {
        "ticket": _with_schemas("ticket", Page={"items": {"$ref": "#/components/schemas/Row"}}, Row={"type": "string"}),
        "home": _with_schemas("home", Page={"items": {"$ref": "#/components/schemas/Row"}}, Row={"type": "integer"}),
    }

    document = compose(rooms, URL, "1")

    schemas = document["components"]["schemas"]
    assert set(schemas) == {"TicketPage", "TicketRow", "HomePage", "HomeRow"}
    assert schemas["HomePage"]["items"]["$ref"] == "#/components/schemas/HomeRow"
    media = document["paths"]["/v1/homes"]["get"]["responses"]["200"]["content"]["application/json"]
    assert media == {"schema": {"$ref": "#/components/schemas/HomePage"}, "example": {"room": "home"}}


def test_a_discriminator_follows_too() -> None:
    kinds = {"oneOf": [{"$ref": "#/components/schemas/Row"}], "discriminator": {
        "propertyName": "kind", "mapping": {"row": "#/components/schemas/Row"}}}  # fmt: skip
    rooms = {
        "ticket": _with_schemas("ticket", Kinds=kinds, Row={"type": "string"}),
        "home": _with_schemas("home", Row={"type": "integer"}),
    }

    schemas = compose(rooms, URL, "1")["components"]["schemas"]

    assert schemas["Kinds"]["discriminator"]["mapping"] == {"row": "#/components/schemas/TicketRow"}


def test_a_new_name_never_takes_another_ones() -> None:
    rooms = {
        "ticket": _with_schemas("ticket", Row={"type": "string"}, TicketRow={"type": "boolean"}),
        "home": _with_schemas("home", Row={"type": "integer"}),
    }

    schemas = compose(rooms, URL, "1")["components"]["schemas"]

    assert schemas["TicketRow"] == {"type": "boolean"}
    assert schemas["TicketRow_"] == {"type": "string"}
    assert schemas["HomeRow"] == {"type": "integer"}


def test_security_schemes_must_agree() -> None:
    rooms = {
        room: _contract(room, components={"securitySchemes": {"bearer": {"type": kind}}})
        for room, kind in (("ticket", "http"), ("home", "oauth2"))
    }

    with pytest.raises(ContractClash, match="securitySchemes bearer differs between ticket and home"):
        compose(rooms, URL, "1")


def test_security_for_a_whole_contract_stays_with_its_own_operations() -> None:
    ticket = _contract("ticket", security=[{"bearer": []}])
    ticket["paths"]["/v1/tickets"]["post"] = {"operationId": "report_ticket", "security": []}

    document = compose({"ticket": ticket, "home": _contract("home")}, URL, "1")

    assert "security" not in document
    assert document["paths"]["/v1/tickets"]["get"]["security"] == [{"bearer": []}]
    assert document["paths"]["/v1/tickets"]["post"]["security"] == []
    assert "security" not in document["paths"]["/v1/homes"]["get"]


def test_a_problem_that_two_rooms_word_differently_is_refused() -> None:
    rooms = {
        room: _contract(room, **{"x-problems": {"taken": {"status": 409, "zh": "已占用", "en": room}}})
        for room in ("ticket", "home")
    }

    with pytest.raises(ContractClash, match="problem taken differs"):
        compose(rooms, URL, "1")


def test_the_committed_contracts_stand_in_one_document() -> None:
    document = compose(load_contracts(), URL, "1")

    assert "/health/ready" in document["paths"]
    assert document["x-problems"]["stale-version"]["status"] == 412
