"""Who may do what: every operation of the composed document, called as nobody, as each role, and from elsewhere."""

from typing import Any

import httpx2
import pytest

from services.registry.rules.roles import Role
from tests.access.calls import (
    Operation,
    call,
    fault_as_nobody,
    fault_at_home,
    fault_away,
    operations,
    rows,
)
from tests.factories.whole_house import STREET, Seeded, WholeHouse

pytestmark = pytest.mark.prove
EMPTY: dict[str, Any] = {"json": {}}


async def test_every_object_of_every_path_is_there_in_both_compounds(whole: WholeHouse) -> None:
    """Else an id of nothing would be refused for the wrong reason."""
    wanted = {name for operation in operations(whole.document) for name in operation.parameters}

    assert {place: sorted(wanted - set(whole.places[place].ids)) for place in whole.places} == {"here": [], "there": []}
    assert len(wanted) > 25


async def test_nobody_gets_in_where_a_sign_in_is_asked(whole: WholeHouse) -> None:
    here = whole.places["here"]
    faults = []

    for operation in operations(whole.document):
        reply = await call(whole, operation, operation.at(here.ids), {}, **_harmless(operation))
        faults.append((operation.name, fault_as_nobody(operation, reply)))

    assert [found for found in faults if found[1]] == []


async def test_each_role_may_what_its_operation_says_and_nothing_else(whole: WholeHouse) -> None:
    here = whole.places["here"]
    faults, calls = [], 0

    for operation in operations(whole.document):
        for role in (*Role, None):
            headers = whole.as_role(role, here) if role else whole.headers(here.people[Role.RESIDENT])
            reply = await call(whole, operation, _harmless_path(operation, here), headers, **_harmless(operation))
            faults.append((operation.name, fault_at_home(operation, role, reply)))
            calls += 1

    assert [found for found in faults if found[1]] == []
    assert calls > 500


async def test_the_same_role_of_another_compound_finds_nothing_there(whole: WholeHouse) -> None:
    here, there = whole.places["here"], whole.places["there"]
    faults = []

    for operation in operations(whole.document):
        for role in Role:
            headers = whole.as_role(role, there)
            reply = await call(whole, operation, operation.at(here.ids), headers, **operation.body(here.ids))
            faults.append((operation.name, fault_away(operation, role, here, reply)))

    assert [found for found in faults if found[1]] == []


COUNTED = {
    "list_homes": 4,
    "list_tickets": 3,  # two reported, one of the council's task
    "list_compounds": 1,
    "list_roll_imports": 1,
    "list_owners": 0,
    "list_surveys": 1,
    "list_rounds": 1,
    "list_elections": 2,
    "list_rule_sets": 1,
    "list_topics": 1,
    "list_councils": 1,
    "list_meetings": 2,
    "list_resolutions": 1,
    "list_tasks": 1,
    "list_problems": 1,
    "list_minutes": 1,
    "list_speeches": 1,
}


async def test_the_desk_counts_its_own_rows_and_no_others(whole: WholeHouse) -> None:
    for mine, other in (("here", "there"), ("there", "here")):
        place, foreign = whole.places[mine], whole.places[other]
        counted = {}
        for operation in operations(whole.document):
            if operation.is_reading and operation.name.startswith("list_"):
                reply = await call(whole, operation, operation.at(place.ids), whole.as_role(Role.CLERK, place))
                assert not [mark for mark in foreign.marks if mark in reply.text], operation.name
                counted[operation.name] = len(rows(reply)) if reply.status_code == 200 else None

        assert {name: counted[name] for name in COUNTED} == COUNTED


async def test_an_officer_of_the_street_counts_the_compounds_of_the_street(whole: WholeHouse) -> None:
    officer = whole.headers(whole.places["here"].people[Role.STREET_OFFICER], f"STREET_OFFICER@{STREET}")
    elsewhere = whole.headers(whole.places["here"].people[Role.STREET_OFFICER], "STREET_OFFICER@140105001")

    seen = (await whole.http.get("/v1/compounds?limit=200", headers=officer)).json()["items"]
    unseen = (await whole.http.get("/v1/compounds?limit=200", headers=elsewhere)).json()["items"]

    assert {whole.places[name].code for name in ("here", "there")} < {compound["code"] for compound in seen}
    assert len(seen) == 3
    assert unseen == []


async def test_whole_exports_hold_no_row_of_another_compound(whole: WholeHouse) -> None:
    here, there = whole.places["here"], whole.places["there"]
    exported = 0

    for operation in operations(whole.document):
        for form in ("application/x-ndjson", "text/csv"):
            if form in operation.said["responses"].get("200", {}).get("content", {}):
                headers = whole.as_role(Role.CLERK, here) | {"Accept": form}
                reply = await call(whole, operation, operation.at(here.ids), headers)
                exported += len(reply.text.splitlines())
                assert not [mark for mark in there.marks if mark in reply.text], operation.name

    assert exported > 10


async def test_a_cursor_of_one_compound_shows_nothing_to_the_other(whole: WholeHouse) -> None:
    here, there = whole.places["here"], whole.places["there"]
    first = await whole.http.get("/v1/tickets?limit=1", headers=whole.as_role(Role.CLERK, here))

    reply = await whole.http.get(
        "/v1/tickets", params={"cursor": first.json()["next"]}, headers=whole.as_role(Role.CLERK, there)
    )

    assert reply.status_code == 200
    assert not [mark for mark in here.marks if mark in reply.text]


def _harmless(operation: Operation) -> dict[str, Any]:
    """A body that changes nothing, whoever sends it: the access check comes before it is looked at."""
    return {} if operation.method in {"GET", "DELETE"} else EMPTY


def _harmless_path(operation: Operation, place: Seeded) -> str:
    """What would be deleted is an id of nothing."""
    return operation.at({} if operation.method == "DELETE" else place.ids)


# The checks themselves, on replies that a careless room would give.
def _reply(status: int, text: str = "{}", kind: str = "application/json", problem: str = "") -> httpx2.Response:
    if problem:
        text, kind = f'{{"type": "http://h/problems/{problem}"}}', "application/problem+json"
    request = httpx2.Request("GET", "http://house/v1/tickets/x")
    return httpx2.Response(status, headers={"content-type": kind}, text=text, request=request)


DESK_ONLY = Operation(
    "get_ticket",
    "GET",
    "/v1/tickets/{ticket_id}",
    {
        "x-roles": ["CLERK"],
        "parameters": [{"in": "path", "name": "ticket_id"}],
    },
)
PLACE = Seeded("140109013101001", {"compound_id": "c-1", "ticket_id": "t-1"})


@pytest.mark.parametrize(
    ("found", "is_fault"),
    [
        (fault_as_nobody(DESK_ONLY, _reply(200)), True),
        (fault_as_nobody(DESK_ONLY, _reply(401)), False),
        (fault_at_home(DESK_ONLY, Role.RESIDENT, _reply(200)), True),
        (fault_at_home(DESK_ONLY, Role.RESIDENT, _reply(403, problem="role-forbidden")), False),
        (fault_at_home(DESK_ONLY, Role.CLERK, _reply(403, problem="role-forbidden")), True),
        (fault_at_home(DESK_ONLY, Role.CLERK, _reply(404, problem="ticket-unknown")), False),
        (fault_at_home(DESK_ONLY, Role.CLERK, _reply(500, problem="crashed")), True),
        (fault_away(DESK_ONLY, Role.CLERK, PLACE, _reply(200)), True),
        (fault_away(DESK_ONLY, Role.CLERK, PLACE, _reply(200, '{"code": "140109013101001"}')), True),
        (fault_away(DESK_ONLY, Role.CLERK, PLACE, _reply(403, problem="ticket-not-yours")), True),
        (fault_away(DESK_ONLY, Role.CLERK, PLACE, _reply(404, problem="ticket-unknown")), False),
    ],
)
def test_a_careless_reply_is_found(found: str | None, is_fault: bool) -> None:
    assert bool(found) is is_fault
