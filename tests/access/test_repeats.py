"""Every POST sent twice with one key: the second reply is the first, unless it would be a secret told twice."""

from typing import Any

import pytest

from services.registry.rules.roles import Role
from tests.access.calls import OPEN, Operation, call, operations
from tests.factories.whole_house import WholeHouse

pytestmark = pytest.mark.prove


def _sender(operation: Operation) -> Role:
    """Somebody who may."""
    return next((role for role in (Role.CLERK, *Role) if role in operation.roles), Role.RESIDENT)


async def test_a_post_repeated_with_its_key_is_answered_as_before(whole: WholeHouse) -> None:
    here = whole.places["here"]
    faults: list[Any] = []
    repeated = 0

    for operation in operations(whole.document):
        if operation.method != "POST" or OPEN in operation.roles:
            continue
        headers = whole.as_role(_sender(operation), here) | {"Idempotency-Key": operation.name}
        body = operation.body(here.ids)
        first = await call(whole, operation, operation.at(here.ids), headers, **body)
        again = await call(whole, operation, operation.at(here.ids), headers, **body)
        if operation.said.get("x-replayed") is False:  # a secret is kept nowhere, so it is never told twice
            faults += [(operation.name, "kept")] if "idempotency-replayed" in again.headers else []
            continue
        is_same = (first.status_code, first.content) == (again.status_code, again.content)
        is_marked = again.headers.get("idempotency-replayed") == "true"
        repeated += first.status_code < 300
        if first.status_code >= 500 or (first.status_code < 300 and not (is_same and is_marked)):
            faults.append((operation.name, first.status_code, again.status_code, again.text[:200]))

    assert faults == []
    assert repeated >= 5
