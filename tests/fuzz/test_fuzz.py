"""schemathesis over the whole document, all checks: no 5xx, nothing undocumented, nothing against its schema.

`make prove` runs a short form, `make fuzz` 100 examples an operation (FUZZ_EXAMPLES). Each example is sent with the
token of a role that the operation names, and half of those that are well-formed with ids that exist.
"""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from gateway.compose import compose, load_contracts
from services.registry.rules.roles import BOUND, Role
from tests.access.calls import placed
from tests.factories.whole_house import STREET
from tests.fuzz.served import Served

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
REFUSALS = ["400", "401", "403", "404", "406", "409", "412", "413", "415", "422", "428", "429"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"with-security-parameters": False},  # each example gets a true token; ignored_auth tries others
        "checks": {
            # What fits its schema may still be refused for what the house knows: no such id, the state forbids it.
            "positive_data_acceptance": {"expected-statuses": ["2XX", "304", *REFUSALS]},
            "negative_data_rejection": {"expected-statuses": REFUSALS},
        },
    }
)
DOCUMENT = compose(load_contracts(), "http://127.0.0.1:8000", "0.1.0")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


@pytest.mark.prove
@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
def test_no_example_is_answered_wrongly(case: Any, house: Served) -> None:
    chance = hash(str((case.path_parameters, case.query, case.body)))
    headers = _headers(case, house, chance)
    if chance % 2:
        _place(case, house.whole.places["here"].ids)

    case.call_and_validate(base_url=house.url, headers=headers, excluded_checks=_excused(case))


SHADOWED = {
    "/v1/regions/imports": "also fits /v1/regions/{code}, whose GET is offered (and finds no such region)",
    "/v1/rule-sets/parameters": "also fits /v1/rule-sets/{rule_set_id}, whose PUT is offered (and finds none)",
    "/v1/meetings/councils": "also fits /v1/meetings/{meeting_id}, whose PUT is offered (and finds no such meeting)",
}


FORMS = {"/oauth/token": "a form's empty field is one left out, so that too short a text is accepted as none"}


def _excused(case: Any) -> list[Any]:
    names = ["allow_header_conformance", "unsupported_method"] if case.operation.path in SHADOWED else []
    names += ["negative_data_rejection"] if case.operation.path in FORMS else []
    return list(CHECKS.get_by_names(names))


def _headers(case: Any, house: Served, chance: int) -> dict[str, str]:
    """Of somebody who may, mostly here, sometimes in the whole street or everywhere; with a version where one fits."""
    named = sorted(set(case.operation.definition.raw.get("x-roles", [])) & set(Role))
    role = Role(named[chance % len(named)]) if named else list(Role)[chance % len(Role)]
    place = house.whole.places["there" if chance % 7 == 0 else "here"]
    homes = [place.ids["home_id"]] if role in BOUND else []
    scope = (place.code, place.code, STREET, "")[chance // 7 % 4]
    headers = house.whole.headers(place.people[role], f"{role}@{scope}", homes=homes)
    told = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    if chance % 2 and case.operation.method == "put" and (told is None or told.mode.is_positive):
        headers["If-Match"] = '"1"'
    return headers


def _place(case: Any, ids: dict[str, str]) -> None:
    """Put ids that exist where the fuzzer put well-formed ones; what it broke on purpose stays broken."""
    parts = case.meta.components if case.meta else {}
    if (path := parts.get(ParameterLocation.PATH)) and path.mode.is_positive and case.operation.method != "delete":
        case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}
    if (body := parts.get(ParameterLocation.BODY)) and body.mode.is_positive and isinstance(case.body, dict):
        case.body = placed(case.body, ids)
