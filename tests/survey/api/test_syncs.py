"""A device that was without network hands in all it gathered; each thing stands for itself (VIS-3)."""

import asyncio
from typing import Any

from shared.database import new_id
from tests.survey.api.conftest import Office
from tests.survey.api.neighbour import HOMES


def gathered(office: Office, found: dict[str, Any]) -> dict[str, Any]:
    """Twelve homes: visits to all, answers of all."""
    return {
        "visits": [office.visit(found, home) for home in HOMES],
        "submissions": [office.submission(found, home) for home in HOMES],
    }


async def test_a_whole_day_is_handed_in_at_once_and_again_without_change(office: Office) -> None:
    """VIS-3. Also twice at the same time."""
    found = await office.round()
    path, body = f"/v1/rounds/{found['id']}/syncs", gathered(office, found)

    both = await asyncio.gather(*(office.post(office.visitor, path, body) for _ in range(2)))
    third = await office.done(office.visitor, path, body)

    assert [reply.status_code for reply in both] == [201, 201]
    assert both[0].json() == both[1].json() == third
    assert {(one["kind"], one["state"]) for one in third["items"]} == {("VISIT", "MET"), ("SUBMISSION", "COUNTS")}
    coverage = (await office.get(office.clerk, f"/v1/rounds/{found['id']}/coverage")).json()
    assert (coverage["done"], coverage["disputed"], coverage["visits"]["MET"]) == (12, 0, 12)


async def test_one_that_is_refused_does_not_hold_up_the_others(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    other = await office.round()
    visits = [
        office.visit(found, HOMES[0]),
        office.visit(found, new_id()),
        office.visit(found, HOMES[1], second_visitor=str(office.visitor.subject)),
        office.visit(other, HOMES[2]),
        office.visit(found, HOMES[3], second_visitor=str(new_id())),
    ]
    submissions = [
        office.submission(found, HOMES[0], consents=[]),
        office.submission(found, HOMES[1], answers={"matters": []}),
    ]

    said = await office.done(
        office.visitor, f"/v1/rounds/{found['id']}/syncs", {"visits": visits, "submissions": submissions}
    )

    assert [(one["state"], one["problem"]) for one in said["items"]] == [
        ("MET", None),
        (None, "home-not-in-round"),
        (None, "visit-invalid"),
        (None, "home-not-in-round"),
        (None, "visitor-unknown"),
        (None, "consent-missing"),
        ("FLAGGED", None),
    ]
    coverage = (await office.get(office.clerk, f"/v1/rounds/{found['id']}/coverage")).json()
    assert (coverage["done"], sum(coverage["visits"].values())) == (1, 1)


async def test_what_comes_after_closing_is_refused_one_by_one_but_for_what_was_taken(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    path, body = f"/v1/rounds/{found['id']}/syncs", gathered(office, found)
    await office.done(office.visitor, path, {"visits": body["visits"][:2]})
    await office.move(found, "CLOSE")

    said = await office.done(office.visitor, path, body)

    assert [one["problem"] for one in said["items"]] == [None, None, *["round-refused"] * 22]


async def test_a_sync_is_for_visitors_of_the_compound(office: Office) -> None:
    found = await office.round()
    path = f"/v1/rounds/{found['id']}/syncs"

    assert (await office.post(office.resident, path, {})).status_code == 403
    assert (await office.post(office.stranger, path, {})).status_code == 404
    assert (await office.post(office.visitor, path, {"visits": [{}]})).status_code == 422
